"""The journal: every change of the hub, in order, for ever. It is the only place that remembers what was.

Append-only by trigger. Field names are those of `values`, and these pseudo-fields: `""` a creation (before is None) or
deletion (after is None) with all fields, `type`, `sync:<user id>`, and what other parts note under a name with a colon.
"""

from __future__ import annotations

from collections.abc import Sequence

from crmsync.model import JournalEntry
from crmsync.store.jsontext import dump_value, load_value
from crmsync.store.session import Session

_ENTRY = """SELECT j.seq, s.run, s.at, s.origin, s.actor, j.record, j.field, j.before, j.after,
    coalesce(j.reason, s.reason)
    FROM journal j JOIN stamps s ON s.id = j.stamp"""


class Journal:
    """The table `journal` with its `stamps`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def note(self, record: str, field: str, before: object, after: object, *, reason: str | None = None) -> int:
        """Appends one entry and returns its seq. `reason` overrides the transaction's."""
        return self.append(record, field, dump_value(before), dump_value(after), reason)

    def append(self, record: str, field: str, before: str | None, after: str | None, reason: str | None = None) -> int:
        """`note` with values that are JSON text already."""
        seq = self._session.write(
            "INSERT INTO journal (stamp, record, field, before, after, reason) VALUES (?, ?, ?, ?, ?, ?)",
            (self._session.stamp_row(), record, field, before, after, reason),
        ).lastrowid
        assert seq is not None
        return seq

    def append_many(self, rows: Sequence[tuple[str, str, str | None, str | None, str | None]]) -> int:
        """Appends (record, field, before, after, reason), values as JSON text; returns the last seq."""
        stamp = self._session.stamp_row()
        self._session.write_many(
            "INSERT INTO journal (stamp, record, field, before, after, reason) VALUES (?, ?, ?, ?, ?, ?)",
            [(stamp, *row) for row in rows],
        )
        return self.last()

    def last(self) -> int:
        """The seq of the newest entry; 0 when there is none."""
        row = self._session.one("SELECT max(seq) FROM journal")
        return row[0] or 0

    def records(self, *, after: int) -> list[str]:
        """The records that entries with a seq above `after` tell of, each once."""
        return [row[0] for row in self._session.all("SELECT DISTINCT record FROM journal WHERE seq > ?", (after,))]

    def entries(
        self, *, after: int = 0, record: str | None = None, run: int | None = None, limit: int = 1000
    ) -> list[JournalEntry]:
        """Entries with a seq above `after`, oldest first, of one record or run where given; at most `limit`."""
        sql, values = f"{_ENTRY} WHERE j.seq > ?", [after]
        tail: list[object] = list(values)
        if record is not None:
            sql += " AND j.record = ?"
            tail.append(record)
        if run is not None:
            sql += " AND j.stamp IN (SELECT id FROM stamps WHERE run = ?)"
            tail.append(run)
        return [_entry(row) for row in self._session.all(f"{sql} ORDER BY j.seq LIMIT ?", [*tail, limit])]

    def of_run(self, run: int) -> list[JournalEntry]:
        """Every entry of a run, oldest first."""
        return [_entry(row) for row in self._session.all(f"{_ENTRY} WHERE s.run = ? ORDER BY j.seq", (run,))]

    def newest(self, *, before: int | None = None, limit: int = 100) -> list[JournalEntry]:
        """Entries with a seq below `before`, newest first: a page of the log."""
        bound = 1 << 62 if before is None else before
        rows = self._session.all(f"{_ENTRY} WHERE j.seq < ? ORDER BY j.seq DESC LIMIT ?", (bound, limit))
        return [_entry(row) for row in rows]

    def changes_of(self, record: str, field: str, limit: int) -> list[JournalEntry]:
        """The last changes of one field of a record, newest first."""
        rows = self._session.all(
            f"{_ENTRY} WHERE j.record = ? AND j.field = ? ORDER BY j.seq DESC LIMIT ?", (record, field, limit)
        )
        return [_entry(row) for row in rows]


def _entry(row: tuple[int, int | None, str, str, str, str, str, str | None, str | None, str]) -> JournalEntry:
    seq, run, at, origin, actor, record, field, before, after, reason = row
    return JournalEntry(
        seq, run, at, origin, actor, record, field, load_value(field, before), load_value(field, after), reason
    )
