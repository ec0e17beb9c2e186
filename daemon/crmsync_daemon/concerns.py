"""What needs a person, told once: counts and names of accounts, and nothing that an account holds.

Pure but for its memory: the time is an argument, in seconds of any clock that does not jump.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

from crmsync.cycle import RunResult
from crmsync.errors import Retry, SignInNeeded
from crmsync_daemon.pace import Pace

QUIET = 3600.0
"""Seconds in which one kind is told at most once; what comes meanwhile is told together."""


class Kind(StrEnum):
    """Why somebody is needed, in words that take a number or none."""

    SIGN_IN = "sign in again"
    STUCK = "cannot go on by itself"
    FAILS = "has failed several times"
    HELD = "changes held for your decision"
    CONFLICTS = "new conflicts"
    PARKED = "items parked"


_LASTING = (Kind.SIGN_IN, Kind.STUCK, Kind.FAILS)
"""What goes on until it is mended: told when it begins, and not with every try."""


class Concerns:
    """Collects what results of cycles say, and gives it out in one line for each kind."""

    def __init__(self) -> None:
        self._waiting: dict[Kind, Counter[str]] = {}
        self._standing: set[tuple[Kind, str]] = set()
        self._told: dict[Kind, float] = {}

    def note(self, result: RunResult, pace: Pace) -> None:
        """One more cycle has ended."""
        lasting = _lasting(result.error, pace)
        for kind in _LASTING:
            if kind is lasting and (kind, result.account) not in self._standing:
                self._standing.add((kind, result.account))
                self._add(kind, result.account, 1)
            elif kind is not lasting and not (isinstance(result.error, Retry) or result.state == "skipped"):
                self._standing.discard((kind, result.account))
        for kind, count in (
            (Kind.HELD, result.held),
            (Kind.CONFLICTS, result.conflicts),
            (Kind.PARKED, result.parked),
        ):
            if count:
                self._add(kind, result.account, count)

    def due(self, at: float) -> list[str]:
        """The lines that may be told now; each is given out once."""
        lines = []
        for kind in [kind for kind in self._waiting if at - self._told.get(kind, at - QUIET) >= QUIET]:
            found = self._waiting.pop(kind)
            self._told[kind] = at
            accounts = ", ".join(sorted(found))
            lines.append(f"{accounts}: {kind}" if kind in _LASTING else f"{accounts}: {found.total()} {kind}")
        return lines

    def _add(self, kind: Kind, account: str, count: int) -> None:
        self._waiting.setdefault(kind, Counter())[account] += count


def _lasting(error: Exception | None, pace: Pace) -> Kind | None:
    match error:
        case None:
            return None
        case SignInNeeded():
            return Kind.SIGN_IN
        case Retry():
            return Kind.FAILS if pace.lasting else None
        case _:
            return Kind.STUCK
