"""What is going on now: one small file for each account that is being synced, for whoever shows it meanwhile.

The store says what was done; this says what is being done. A file belongs to the process that wrote it. One that a
killed process left behind is recognised by the process's number and start time, and removed by whoever reads it next.
Nothing depends on these files: what cannot be written is not shown, and the sync goes on.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from crmsync.home import FILE_MODE, FOLDER_MODE, Home
from crmsync.process import start_of

SECONDS = 1.0
"""How often a file is written at most; what a process has to tell in between is not written."""

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What an account is doing: the step, how many are done, of how many (`None`: not known), and how many a second.

    `began` (ISO 8601, UTC) is when the sync began. The step names a collection, which is foreign text.
    """

    account: str
    step: str
    done: int
    total: int | None
    rate: float
    began: str

    @property
    def left(self) -> int | None:
        """Seconds until this step is done, at the rate it has had; `None`: not known."""
        if self.total is None or self.rate <= 0:
            return None
        return max(0, int((self.total - self.done) / self.rate))


@contextmanager
def telling(
    home: Home, account: str, also: Callable[[str, int, int | None], None] | None = None
) -> Iterator[Callable[[str, int, int | None], None]]:
    """Takes the progress of a sync of this account and keeps its file, which ends with the block; `also` hears it."""
    teller = _Teller(_folder(home), account, also)
    teller.write()
    try:
        yield teller
    finally:
        with contextlib.suppress(OSError):
            if _owner(teller.path) == teller.owner:  # another process may sync the same account by now
                teller.path.unlink()


def read(home: Home) -> dict[str, UnderWay]:
    """What is going on, by account. Costs one look at a folder when that is nothing."""
    found = {}
    try:
        names = os.listdir(_folder(home))  # noqa: PTH208  a Path for each name would cost more than the look
    except OSError:
        return {}
    for name in names:
        if name.endswith(".json") and (one := _read(_folder(home) / name)) is not None:
            found[one.account] = one
    return found


class _Teller:
    def __init__(self, folder: Path, account: str, also: Callable[[str, int, int | None], None] | None) -> None:
        self._also = also
        self.path = folder / f"{account}.json"
        self.owner = [os.getpid(), start_of(os.getpid())]
        self._account = account
        self._began = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._step = ""
        self._step_began = self._written = monotonic()

    def __call__(self, step: str, done: int, total: int | None) -> None:
        if self._also is not None:
            self._also(step, done, total)
        now = monotonic()
        if step != self._step:
            self._step, self._step_began = step, now
        if now - self._written >= SECONDS:
            self._written = now
            self.write(done, total)

    def write(self, done: int = 0, total: int | None = None) -> None:
        passed = monotonic() - self._step_began
        known = {
            "account": self._account,
            "step": self._step[:_LONGEST],
            "done": done,
            "total": total,
            "rate": round(done / passed, 1) if passed >= SECONDS else 0.0,
            "began": self._began,
            "owner": self.owner,
        }
        with contextlib.suppress(OSError):
            self._replace(json.dumps(known))

    def _replace(self, text: str) -> None:
        """As a whole, or not at all; whether it outlives a power cut is of no importance."""
        self.path.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
        beside = self.path.with_suffix(".new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, FILE_MODE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(text)
        beside.replace(self.path)


def _read(path: Path) -> UnderWay | None:
    try:
        known = json.loads(path.read_text("utf-8"))
        pid, start = known.pop("owner")
        one = UnderWay(**known)
    except OSError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError):
        _remove(path)
        return None
    if start_of(pid) != start:
        _remove(path)
        return None
    return one


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _owner(path: Path) -> object:
    try:
        return json.loads(path.read_text("utf-8"))["owner"]
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _folder(home: Home) -> Path:
    return home.store.parent / "running"
