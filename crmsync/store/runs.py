"""Runs: everything that was done in one go, so that it can be shown, reported and undone in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crmsync.errors import Usage
from crmsync.store.jsontext import dump, load
from crmsync.store.session import Session


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `kind`: sync, import, undo, decision ...; `account`: its name or `""`; `state`: running at first."""

    id: int
    kind: str
    account: str
    actor: str
    started: str
    finished: str | None
    state: str
    stats: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""


_ROW = "id, kind, account, actor, started, finished, state, stats, message"


class Runs:
    """The table `runs`. Ids grow and are never used again."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def start(self, kind: str, account: str = "") -> int:
        """Begins a run at the stamp's time, by its actor; returns the id to stamp with from now on."""
        stamp = self._session.writing()
        id = self._session.write(
            "INSERT INTO runs (kind, account, actor, started, state, stats, message) "
            "VALUES (?, ?, ?, ?, 'running', '{}', '')",
            (kind, account, stamp.actor, stamp.at),
        ).lastrowid
        assert id is not None
        return id

    def finish(self, id: int, state: str, stats: Mapping[str, Any], message: str = "") -> None:
        """Ends a run at the stamp's time."""
        self._session.write(
            "UPDATE runs SET finished = ?, state = ?, stats = ?, message = ? WHERE id = ?",
            (self._session.writing().at, state, dump(dict(stats)), message, id),
        )

    def get(self, id: int) -> Run:
        """One run. Raises `Usage` when there is none."""
        row = self._session.one(f"SELECT {_ROW} FROM runs WHERE id = ?", (id,))
        if row is None:
            raise Usage("there is no such run", thing=str(id), next_step="See `crmsync runs list`")
        return _run(row)

    def list(self, *, account: str = "", before: int | None = None, limit: int = 50) -> list[Run]:
        """Runs, newest first; `before` is the id of the last one of the page before."""
        bound = 1 << 62 if before is None else before
        rows = self._session.all(
            f"SELECT {_ROW} FROM runs WHERE id < ? AND (? = '' OR account = ?) ORDER BY id DESC LIMIT ?",
            (bound, account, account, limit),
        )
        return [_run(row) for row in rows]


def _run(row: tuple[int, str, str, str, str, str | None, str, str, str]) -> Run:
    id, kind, account, actor, started, finished, state, stats, message = row
    return Run(id, kind, account, actor, started, finished, state, load(stats), message)
