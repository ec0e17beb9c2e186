"""One home, driven through the command line only, as scripts do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.live.servers import PASSWORD, USER


class Crm:
    """A fresh home in a folder of the test."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.env = {
            **os.environ,
            "CRMSYNC_HOME": str(home),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        self("init", "--yes")

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Begins a command and lets it run."""
        command = [sys.executable, "-m", "crmsync", *words]
        return subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __call__(self, *words: str, typed: str = "", codes: tuple[int, ...] = (0,)) -> dict[str, Any]:
        """Runs a command to its end; its JSON, where it was asked for."""
        done = subprocess.run(
            [sys.executable, "-m", "crmsync", *words],
            env=self.env,
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode in codes, (words, done.returncode, done.stdout[-500:], done.stderr[-800:])
        return dict(json.loads(done.stdout)) if "--json" in words and done.stdout else {}

    def account(self, name: str, url: str, mode: str = "two-way") -> None:
        """Connects an account."""
        words = ("account", "add", "dav", name, "--url", url, "--username", USER, "--password-stdin", "--mode", mode)
        self(*words, typed=PASSWORD + "\n")

    def sync(self, *names: str, codes: tuple[int, ...] = (0, 5)) -> list[dict[str, Any]]:
        """One cycle of these accounts, or of all."""
        return list(self("sync", *names, "--json", codes=codes)["runs"])

    def imports(self, kind: str = "contact") -> None:
        """Everything that waits becomes a record."""
        self("queue", "assign", "--all", "--type", kind, "--import", codes=(0, 5))

    def records(self) -> dict[str, dict[str, Any]]:
        """Every record by id."""
        return {record["id"]: record for record in self("records", "list", "--json")["records"]}

    def record(self, name: str) -> dict[str, Any]:
        """The one record of this name."""
        (found,) = (record for record in self.records().values() if record["name"] == name)
        return found

    def conflicts(self) -> list[dict[str, Any]]:
        """What is open."""
        return list(self("conflicts", "list", "--json")["conflicts"])

    def settles(self, rounds: int = 3) -> None:
        """Syncs until quiet; the last round must write nothing."""
        for _ in range(rounds):
            self.sync()
        for run in self.sync():
            assert (run["state"], sum(run["pushed"].values()), sum(run["pulled"].values())) == ("done", 0, 0), run
