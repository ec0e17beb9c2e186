"""A home with a daemon in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crmsync.daemon_lock import running
from tests.tui.stage import Crm

PATIENCE = 30.0
ENV = os.environ | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "PYTHONUNBUFFERED": "1"}


def until(true: Callable[[], Any], what: str = "it did not happen", seconds: float = PATIENCE) -> Any:
    """Waits until something is true, and returns it."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, what
        time.sleep(0.05)
    return found


class House:
    """The home, the commands on it, and its daemon's log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.crm = Crm(folder)
        self.log = folder / "daemon.log"

    def start(self, *options: str, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Starts a daemon, whatever becomes of it."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "crmsync", "--home", str(self.crm.home.store.parent), "daemon", "run", *options],
                env=ENV | (env or {}),
                stderr=log,
                stdout=log,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """The log so far."""
        return self.log.read_text("utf-8") if self.log.exists() else ""

    @contextmanager
    def daemon(self, *options: str, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """A daemon that has started; killed at the end of the block if it is still there."""
        before = self.said.count("daemon started")
        child = self.start(*options, env=env)
        try:
            until(lambda: self.said.count("daemon started") > before or child.poll() is not None, "it did not start")
            assert child.poll() is None, self.said
            yield child
        finally:
            if child.poll() is None:
                child.kill()
            child.wait()

    def leave(self, child: subprocess.Popen[bytes], how: int = signal.SIGTERM) -> int:
        """Asks a daemon to leave; returns its exit code."""
        child.send_signal(how)
        return child.wait(PATIENCE)

    def running(self) -> bool:
        """Whether a daemon holds the home."""
        return running(self.crm.home) is not None
