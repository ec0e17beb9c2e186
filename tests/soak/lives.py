"""The daemon's lives: started, measured, killed, started again."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from crmsync.daemon_lock import running
from crmsync.home import find

_ENV = os.environ | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "PYTHONUNBUFFERED": "1"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at the process: seconds since its start, resident memory in MB, open files."""

    age: float
    memory: float
    files: int


@dataclass(slots=True)
class Lives:
    """One daemon after the other on a home."""

    home: Path
    log: Path
    ends: list[Sample] = field(default_factory=list)
    """The last look before each kill."""
    slowest: float = 0.0
    """Seconds until a daemon that was started held its home."""
    _child: subprocess.Popen[bytes] | None = None
    _began: float = 0.0

    def start(self, seconds: float = 60.0) -> None:
        """Starts it and waits until it holds the home."""
        words = [sys.executable, "-m", "crmsync", "--home", str(self.home), "daemon", "run"]
        self._began = time.monotonic()
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(words, env=_ENV, stderr=log, stdout=log, start_new_session=True)
        while (found := running(find(str(self.home), {}))) is None or found.pid != self._child.pid:
            assert self._child.poll() is None, self.log.read_text()[-2000:]
            assert time.monotonic() < self._began + seconds, "the daemon does not start"
            time.sleep(0.05)
        self.slowest = max(self.slowest, time.monotonic() - self._began)

    def kill(self, *, counts: bool = True) -> None:
        """The end without a word. `counts`: it was old enough for its memory to say something."""
        assert self._child is not None and self._child.poll() is None, "the daemon ended by itself"
        if counts:
            self.ends.append(self.sample())
        self._child.kill()
        self._child.wait()

    def stop(self) -> int:
        """Asks it to leave; its exit code."""
        assert self._child is not None
        self._child.terminate()
        return self._child.wait(45)

    def sample(self) -> Sample:
        """How it is now."""
        assert self._child is not None and self._child.poll() is None, self.log.read_text()[-2000:]
        process = Path("/proc") / str(self._child.pid)
        (line,) = (line for line in (process / "status").read_text().splitlines() if line.startswith("VmRSS"))
        files = len(list((process / "fd").iterdir()))
        return Sample(time.monotonic() - self._began, int(line.split()[1]) / 1000, files)

    def abandon(self) -> None:
        """Whatever happened, it is gone."""
        if self._child is not None and self._child.poll() is None:
            self._child.kill()
            self._child.wait()


def growth(values: list[float]) -> float:
    """By which share the last third is above the first one."""
    third = max(1, len(values) // 3)
    return statistics.median(values[-third:]) / statistics.median(values[:third]) - 1
