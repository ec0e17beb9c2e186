"""The programs that are measured: crmsync, vdirsyncer in an environment of its own, and the bare script."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.measure import Cost, run
from tests.bench.servers import BIN, PASSWORD, USER, Server

VDIRSYNCER = "vdirsyncer==0.21.0"


class Crm:
    """crmsync with a home of its own; secrets in its file, so that no desktop's keyring is asked."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.env = {"CRMSYNC_HOME": str(home), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}

    def __call__(self, *arguments: str | Path, stdin: str = "") -> Cost:
        return run([BIN / "crmsync", *arguments], self.env, stdin, fine=frozenset({0, 3, 5}))

    def init(self) -> None:
        """Makes the home."""
        self("init", "--yes")

    def account(self, server: Server) -> None:
        """Sets up the server's account."""
        login = ("--url", server.url, "--username", USER, "--password-stdin", "--collection", server.collection)
        self("account", "add", "dav", "work", *login, stdin=PASSWORD + "\n")

    def sync(self) -> Cost:
        """One sync of everything."""
        return self("sync", "--json")

    def count(self, what: str) -> int:
        """One of the counts of `crmsync status`."""
        counted: int = json.loads(self("status", "--json").output)["counts"][what]
        return counted


def first_run(cost: Cost) -> dict[str, Any]:
    """What `crmsync sync --json` said about its only account."""
    said: dict[str, Any] = json.loads(cost.output)["runs"][0]
    return said


class Vdirsyncer:
    """vdirsyncer with one pair: the server's address book and a folder."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder = folder
        self.program = _environment("vdirsyncer", VDIRSYNCER) / "vdirsyncer"
        name = server.collection.rstrip("/").rpartition("/")[2]
        (folder / "local" / name).mkdir(parents=True)
        (folder / "config").write_text(
            f'[general]\nstatus_path = "{folder}/status"\n[pair p]\na = "l"\nb = "r"\ncollections = ["{name}"]\n'
            f'[storage l]\ntype = "filesystem"\npath = "{folder}/local"\nfileext = ".vcf"\n'
            f'[storage r]\ntype = "carddav"\nurl = "{server.url}"\nusername = "{USER}"\npassword = "{PASSWORD}"\n'
        )
        run([self.program, "-c", folder / "config", "discover"], stdin="y\n" * 5)

    def sync(self) -> Cost:
        """One sync of the pair."""
        return run([self.program, "-c", self.folder / "config", "sync"])

    def count(self) -> int:
        """How many cards it holds."""
        return len(list((self.folder / "local").rglob("*.vcf")))


def bare(library: str, folder: Path, server: Server) -> Cost:
    """The bare script with `httpx2` or `stdlib`, into a new database; its output is the number of its requests."""
    database = folder / "bare.sqlite"
    database.unlink(missing_ok=True)
    return run([sys.executable, "-m", "tests.bench.bare", library, str(server.port), server.collection, database])


def _environment(name: str, package: str) -> Path:
    """The programs of a package in a virtual environment of its own, kept between runs in the temporary folder."""
    folder = Path(tempfile.gettempdir()) / "crmsync-bench" / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin/python", "-m", "pip", "install", "--quiet", "--quiet", package], check=True)
        (folder / "ready").touch()
    return folder / "bin"
