"""What one transaction or view shares among its tables: the connection, and who is writing when and why."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from crmsync.errors import Bug, Usage
from crmsync.store.sight import Sight

if TYPE_CHECKING:
    from crmsync.core.selection import UserView


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who writes, when and why. Every journal entry of a transaction carries it.

    `at` is ISO 8601 in UTC, `origin` where the values come from (an account's name, `cli`, `tui`, a file), `actor` the
    person or rule that decided, `run` the id of a row in `runs`.
    """

    at: str
    origin: str
    actor: str
    run: int | None = None
    reason: str = ""


class Session:
    """One open transaction (`stamp` is set) or view (`stamp` is `None`).

    `sight`: records that this user may not see are not there; `None`: the engine's own, which sees all. `seen` has the
    conditions for that.
    """

    def __init__(
        self, connection: sqlite3.Connection, stamp: Stamp | None, region: str = "", sight: UserView | None = None
    ) -> None:
        self.connection = connection
        self.region = region
        self.sight = sight
        self.seen = Sight(sight)
        self._stamp = stamp
        self._over = False
        self._stamp_row: int | None = None
        self._unsettled: list[Callable[[], None]] = []

    def writing(self) -> Stamp:
        """The stamp to write with. Raises `Bug` in a view, and after the end."""
        if self._stamp is None:
            raise Bug("a view only reads; write in a transaction")
        if self._over:
            raise Bug("this transaction is over")
        return self._stamp

    def begin_run(self, run: int) -> None:
        """From now on everything in this transaction belongs to a run that was started in it."""
        self._stamp = replace(self.writing(), run=run)
        self._stamp_row = None

    def stamp_row(self) -> int:
        """The row in `stamps` for this transaction; made when something first needs it."""
        stamp = self.writing()
        if self._stamp_row is None:
            self._stamp_row = self.write(
                "INSERT INTO stamps (run, at, origin, actor, reason) VALUES (?, ?, ?, ?, ?)",
                (stamp.run, stamp.at, stamp.origin, stamp.actor, stamp.reason),
            ).lastrowid
            assert self._stamp_row is not None
        return self._stamp_row

    def settles(self, write: Callable[[], None]) -> None:
        """Registers what writes down what a table has gathered."""
        self._unsettled.append(write)

    def settle(self) -> None:
        """Writes down everything gathered: before the end of a transaction, and before it is read."""
        if self._stamp is not None and not self._over:
            for write in self._unsettled:
                write()

    def end(self) -> None:
        """From now on nothing can be written."""
        self._over = True

    def all(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        """Every row as a tuple."""
        try:
            return self.connection.execute(sql, values).fetchall()
        except UnicodeEncodeError as error:
            raise half_a_character(error) from None

    def one(self, sql: str, values: Sequence[object] = ()) -> Any:
        """The first row, or `None`."""
        try:
            return self.connection.execute(sql, values).fetchone()
        except UnicodeEncodeError as error:
            raise half_a_character(error) from None

    def write(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """One writing statement."""
        self.writing()
        try:
            return self.connection.execute(sql, values)
        except UnicodeEncodeError as error:
            raise half_a_character(error) from None

    def write_many(self, sql: str, rows: Sequence[Sequence[object]]) -> int:
        """One writing statement for many rows; returns how many rows it changed."""
        self.writing()
        try:
            return self.connection.executemany(sql, rows).rowcount
        except UnicodeEncodeError as error:
            raise half_a_character(error) from None

    def insert_many(self, head: str, row: str, rows: Sequence[Sequence[object]], tail: str = "") -> None:
        """`head VALUES row tail` for many rows: what `write_many` does, with several rows to a statement.

        That spares SQLite a third of the work or more. Rows count in their order, so a later one may meet an earlier.
        """
        whole = len(rows) - len(rows) % _TOGETHER
        groups = [list(chain.from_iterable(rows[at : at + _TOGETHER])) for at in range(0, whole, _TOGETHER)]
        self.write_many(f"{head} VALUES {', '.join([row] * _TOGETHER)} {tail}", groups)
        self.write_many(f"{head} VALUES {row} {tail}", rows[whole:])


def half_a_character(error: UnicodeEncodeError) -> Usage:
    """What to raise for text with a lone surrogate in it, which no encoding has and so nothing can store."""
    around = ascii(str(error.object)[max(0, error.start - 20) : error.end + 20])
    return Usage(
        "this text holds half a character (a lone surrogate), which cannot be stored",
        thing=around,
        next_step="Type it again, or check how the program that made it cuts text",
    )


_TOGETHER = 50  # rows of up to 19 columns: older builds of SQLite take 999 parameters at most


def marks(n: int) -> str:
    """`n` comma-separated parameter marks."""
    return ",".join("?" * n)


def batches(values: Sequence[str], size: int = 500) -> list[Sequence[str]]:
    """Slices that one statement can take as parameters."""
    return [values[start : start + size] for start in range(0, len(values), size)]
