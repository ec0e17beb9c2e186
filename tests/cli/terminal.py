"""Somebody at a terminal: commands in this very process, each with what it answered."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crmsync.cli import main
from crmsync.home import at
from crmsync.store.session import Stamp
from crmsync.store.store import Store, Tables

BOOK = "/book/"
"""The address book of the remote in memory."""

HOSTILE = (
    "[ACME] x [/foo]",
    "red\x1b[31m bell\a",
    "reversed\u202etxt.exe",
    "nul\x00inside",
    "x" * 3000,
    "漢字かな交じり文の長い名前です、とても長いのでカットされます、ほら",
    "line\nbreak\r\u2028here",
)
"""Names that people, programs and attackers put into address books."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on standard output."""
        data = json.loads(self.out)
        assert data["schema"] == 1
        return data


class Terminal:
    """A home of its own; `crm("sync", "--json")` runs a command there."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = at(home)
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        monkeypatch.setenv("CRMSYNC_HOME", str(home))
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

    def __call__(self, *words: object, code: int = 0, stdin: str = "") -> Said:
        """Runs a command that must end with this code and must show no traceback."""
        said = self.tries(*words, stdin=stdin)
        assert said.code == code, said
        return said

    def tries(self, *words: object, stdin: str = "") -> Said:
        """Runs a command that may end in any way but with a traceback."""
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        self._capsys.readouterr()
        done = main([str(word) for word in words])
        said = Said(done, *self._capsys.readouterr())
        assert "Traceback" not in said.out + said.err
        return said

    def json(self, *words: object, code: int = 0, stdin: str = "") -> Any:
        """The object that a command prints with `--json`."""
        return self(*words, "--json", code=code, stdin=stdin).json

    def refuses(self, *words: object, code: int = 2) -> str:
        """What a command complains about; it prints no answer, with or without `--json`."""
        said = self(*words, code=code)
        assert said.out == ""
        assert said.err.startswith("crmsync: ")
        assert said.err.count("\n") == 1
        return said.err

    def process(self, *words: object, **changes: Any) -> subprocess.CompletedProcess[bytes]:
        """The same as a process of its own, for what only a process has."""
        env = {**os.environ, **changes.pop("env", {})}
        command = [sys.executable, "-m", "crmsync", *map(str, words)]
        return subprocess.run(command, env=env, capture_output=True, timeout=20, check=False, **changes)

    @contextmanager
    def behind(self) -> Iterator[Tables]:
        """A look behind the command line, into the store."""
        with Store.open(self.home.store) as store, store.transaction(Stamp("2026-01-01T00:00:00Z", "t", "t")) as tx:
            yield tx

    def add(self, *values: str, type: str = "contact") -> str:
        """A record; returns its id."""
        return str(self.json("records", "add", "--type", type, *values)["id"])


def card(uid: str, name: str, *lines: str) -> str:
    """A small card."""
    shown = name.replace("\r", "").replace("\n", "\\n")
    return "\r\n".join(
        ["BEGIN:VCARD", "VERSION:3.0", *([f"UID:{uid}"] if uid else []), f"FN:{shown}", *lines, "END:VCARD", ""]
    )
