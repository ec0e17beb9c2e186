"""The journal: every change of the hub, in order, for ever. It is the only place that remembers what was.

Append-only by trigger. Field names are those of `values`, and these pseudo-fields: `""` a creation (before is None) or
deletion (after is None) with all fields, `type`, `sync:<user id>`, and what other parts note under a name with a colon.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from crmsync.model import JournalEntry
from crmsync.store.jsontext import dump, dump_value, load_value
from crmsync.store.session import Session

if TYPE_CHECKING:
    from crmsync.store.log import Log

_ENTRY = """SELECT j.seq, s.run, s.at, s.origin, s.actor, j.record, j.field, j.before, j.after,
    coalesce(j.reason, s.reason)
    FROM journal j JOIN stamps s ON s.id = j.stamp"""


class Journal:
    """The table `journal` with its `stamps`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def log(self) -> Log:
        """The journal with the write log and the decisions, line by line."""
        from crmsync.store.log import Log

        return Log(self._session)

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

    def origins(self, *, after: int) -> tuple[int, list[str]]:
        """Who has changed or decided anything in transactions with a number above `after`; the number of the last one.

        Decisions that change no field, and writes at remotes, count too.
        """
        last = self._session.one("SELECT coalesce(max(id), 0) FROM stamps")[0]
        rows = self._session.all("SELECT DISTINCT origin FROM stamps WHERE id > ?", (after,))
        return last, [row[0] for row in rows]

    def records(self, *, after: int) -> list[str]:
        """The records that entries with a seq above `after` tell of, each once."""
        return [row[0] for row in self._session.all("SELECT DISTINCT record FROM journal WHERE seq > ?", (after,))]

    def entries(
        self, *, after: int = 0, record: str | None = None, run: int | None = None, limit: int = 1000
    ) -> list[JournalEntry]:
        """Entries with a seq above `after`, oldest first, of one record or run where given; at most `limit`."""
        sql, values = f"{_ENTRY} WHERE j.seq > ? AND {self._session.seen.record('j.record')}", [after]
        tail: list[object] = list(values)
        if record is not None:
            sql += " AND j.record = ?"
            tail.append(record)
        if run is not None:
            sql += " AND j.stamp IN (SELECT id FROM stamps WHERE run = ?)"
            tail.append(run)
        return self._told(self._session.all(f"{sql} ORDER BY j.seq LIMIT ?", [*tail, limit]))

    def of_run(self, run: int, *, record: str = "", made: bool = False) -> list[JournalEntry]:
        """The entries of a run, oldest first: those of one record, or all but the creations (see `made_in`).

        With `made`, the creations too.
        """
        where = "j.record = ?2" if record else "1" if made else "(j.field <> '' OR j.before IS NOT NULL)"
        values = (run, record) if record else (run,)
        sql = f"{_ENTRY} WHERE s.run = ?1 AND {where} AND {self._session.seen.record('j.record')} ORDER BY j.seq"
        return self._told(self._session.all(sql, values))

    def made_in(self, run: int) -> dict[str, bool]:
        """The records that a run made and that are there still, and whether each is as it was made."""
        rows = self._session.all(
            "SELECT j.record, j.after = r.fields FROM stamps s JOIN journal j ON j.stamp = s.id "
            "JOIN records r ON r.id = j.record WHERE s.run = ? AND j.field = '' AND j.before IS NULL AND NOT r.deleted "
            "ORDER BY j.seq",
            (run,),
        )
        return {record: bool(same) for record, same in rows}

    def newest(self, *, before: int | None = None, limit: int = 100) -> list[JournalEntry]:
        """Entries with a seq below `before`, newest first: a page of the log."""
        bound = 1 << 62 if before is None else before
        seen = self._session.seen.record("j.record")
        rows = self._session.all(f"{_ENTRY} WHERE j.seq < ? AND {seen} ORDER BY j.seq DESC LIMIT ?", (bound, limit))
        return self._told(rows)

    def last_of(self, record: str) -> int:
        """The newest entry about a record; 0 when there is none."""
        return int(self._session.one("SELECT coalesce(max(seq), 0) FROM journal WHERE record = ?", (record,))[0])

    def changes_of(self, record: str, field: str, limit: int) -> list[JournalEntry]:
        """The last changes of one field of a record, newest first."""
        rows = self._session.all(
            f"{_ENTRY} WHERE j.record = ? AND j.field = ? ORDER BY j.seq DESC LIMIT ?", (record, field, limit)
        )
        return self._told(rows)

    def _told(self, rows: Sequence[_Row]) -> list[JournalEntry]:
        entries = list(map(_entry, rows))
        if not self._session.seen.limited:
            return entries
        reasons = reasons_as_seen(self._session, [entry.reason for entry in entries])
        return [replace(entry, reason=reason) for entry, reason in zip(entries, reasons, strict=True)]


def reasons_as_seen(session: Session, reasons: Sequence[str]) -> Sequence[str]:
    """A reason may name another record, one that was merged into this one, say: it stays named only if it is seen."""
    seen = session.seen
    words = dump(sorted({word for reason in reasons for word in reason.split()}))
    sql = f"SELECT r.id FROM records r WHERE r.id IN (SELECT value FROM json_each(?)) AND NOT ({seen.row('r')})"
    unseen = {row[0] for row in session.all(sql, (words,))}
    return [" ".join("(a record)" if word in unseen else word for word in reason.split(" ")) for reason in reasons]


_Row: TypeAlias = tuple[int, int | None, str, str, str, str, str, str | None, str | None, str]


def _entry(row: _Row) -> JournalEntry:
    seq, run, at, origin, actor, record, field, before, after, reason = row
    return JournalEntry(
        seq, run, at, origin, actor, record, field, load_value(field, before), load_value(field, after), reason
    )
