"""The log: everything that was changed, written at a remote or decided, one line each, in the order it was done.

It is read from the journal, the write log and the decisions, which all carry the stamp of their transaction. Writers
wait for each other, so a transaction that ends later has the higher stamp: nothing ever comes in behind a reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, TypeAlias

from crmsync.store.journal import reasons_as_seen
from crmsync.store.jsontext import load, load_value
from crmsync.store.session import Session
from crmsync.store.typed_text import having


class Source(IntEnum):
    """What a line tells of; within one transaction they stand in this order."""

    DECISION = 0
    CHANGE = 1
    WRITE = 2


Mark: TypeAlias = tuple[int, int, int]
"""After which line the next page begins: stamp, source and number of it."""

START: Mark = (1 << 62, 0, 0)
"""Before the newest line."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line. `field`: of a record; `""` for all of it; of a decision what it is about, and `record` is its key.

    `act`: of a write created, updated or deleted; else empty. `collection` is 0 and `href` empty but for writes.
    """

    mark: Mark
    run: int | None
    at: str
    origin: str
    actor: str
    record: str
    field: str
    before: Any
    after: Any
    reason: str
    act: str = ""
    collection: int = 0
    href: str = ""

    @property
    def source(self) -> Source:
        """What it tells of."""
        return Source(self.mark[1])


@dataclass(frozen=True, slots=True)
class LogSelection:
    """Which lines: of records whose name holds these words, by this actor, of this run; `None` and `""`: of any."""

    text: str = ""
    actor: str = ""
    run: int | None = None


_PARTS = {  # which item is which record is told by what was said about the item, and not once more
    Source.DECISION: ("decisions", "t.key", "t.what", "s.reason", "'', 0, ''"),
    Source.CHANGE: ("journal", "t.record", "t.field", "coalesce(t.reason, s.reason)", "'', 0, ''"),
    Source.WRITE: ("pushes", "t.record", "t.field", "s.reason", "t.act, t.collection, t.href"),
}
_QUEUED = "t.what = 'queue' AND EXISTS (SELECT 1 FROM queue q WHERE q.id = CAST(t.key AS INTEGER) AND {seen})"


class Log:
    """Reads only."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def newest(
        self, selection: LogSelection, before: Mark = START, *, skip: int = 0, limit: int = 100
    ) -> Sequence[LogLine]:
        """Lines before a mark, the newest first; `skip` of them are passed over."""
        parts, values = self._parts(selection, "<", before)
        rows = self._session.all(
            f"{' UNION ALL '.join(parts)} ORDER BY 1 DESC, 2 DESC, 3 DESC LIMIT ? OFFSET ?", [*values, limit, skip]
        )
        return self._told(rows)

    def since(self, selection: LogSelection, after: Mark, *, skip: int = 0, limit: int = 1000) -> Sequence[LogLine]:
        """Lines after a mark, the oldest first."""
        parts, values = self._parts(selection, ">", after)
        rows = self._session.all(
            f"{' UNION ALL '.join(parts)} ORDER BY 1, 2, 3 LIMIT ? OFFSET ?", [*values, limit, skip]
        )
        return self._told(rows)

    def last(self) -> Mark:
        """The mark of the end: whatever is written from now on comes after it."""
        return (int(self._session.one("SELECT coalesce(max(id), 0) FROM stamps")[0]), len(Source), 0)

    def tally(self, run: int) -> Sequence[tuple[Source, str, int, int]]:
        """What a run did: source, what of it, the collection (0: none), and to how many records or items.

        Of writes also what became of them: `settled` (the server made something else of it), `edited` (somebody else
        wrote right after).
        """
        seen = self._session.seen
        changed = "CASE WHEN t.field <> '' THEN 'updated' WHEN t.before IS NULL THEN 'created' ELSE 'deleted' END"
        parts = [
            (Source.DECISION, "t.what", "0", "t.key", self._where(Source.DECISION, LogSelection())[0]),
            (Source.CHANGE, changed, "0", "t.record", seen.record("t.record")),
            (
                Source.WRITE, "t.act", "t.collection", "t.href",
                f"t.act <> 'let go' AND {seen.record('t.record')} AND {seen.collection('t.collection')}",
            ),
        ]  # fmt: skip
        sql = " UNION ALL ".join(
            f"SELECT {source.value}, {act}, {collection}, count(DISTINCT {what}) FROM stamps s "
            f"JOIN {_PARTS[source][0]} t ON t.stamp = s.id WHERE s.run = ?1 AND {where} GROUP BY 2, 3"
            for source, act, collection, what, where in parts
        )
        return [(Source(source), act, place, n) for source, act, place, n in self._session.all(sql, (run,))]

    def count(self, selection: LogSelection) -> int:
        """How many lines there are."""
        total = 0
        for source in Source:
            where, values = self._where(source, selection)
            stamps = "JOIN stamps s ON s.id = t.stamp" if selection.actor or selection.run is not None else ""
            sql = f"SELECT count(*) FROM {_PARTS[source][0]} t {stamps} WHERE {where}"
            total += self._session.one(sql, values)[0]
        return total

    def _told(self, rows: Sequence[tuple[Any, ...]]) -> Sequence[LogLine]:
        """What the rows say to whoever asks. What a decision holds may name records that are not seen."""
        lines = [_line(row) for row in rows]
        if not self._session.seen.limited:
            return lines
        reasons = reasons_as_seen(self._session, [line.reason for line in lines])
        told = [replace(line, reason=reason) for line, reason in zip(lines, reasons, strict=True)]
        return [replace(one, before=None, after=None) if one.source is Source.DECISION else one for one in told]

    def _parts(self, selection: LogSelection, sign: str, mark: Mark) -> tuple[Sequence[str], Sequence[object]]:
        parts, bound = [], []
        for source in Source:
            table, record, field, reason, more = _PARTS[source]
            where, values = self._where(source, selection)
            inside = mark[2] if source == mark[1] else (1 << 62 if source < mark[1] else -1)
            parts.append(
                f"SELECT t.stamp, {source.value}, t.seq, s.run, s.at, s.origin, s.actor, {record}, {field}, t.before, "
                f"t.after, {reason}, {more} FROM {table} t JOIN stamps s ON s.id = t.stamp "
                f"WHERE {where} AND (t.stamp, t.seq) {sign} (?, ?)"
            )
            bound += [*values, mark[0], inside]
        return parts, bound

    def _where(self, source: Source, selection: LogSelection) -> tuple[str, list[object]]:
        """Which rows of a table: those that whoever asks may see, and that are meant."""
        seen = self._session.seen
        match source:
            case Source.DECISION:
                where = _QUEUED.format(seen=seen.item("q.collection", "q.href")) if seen.limited else "t.what <> 'link'"
            case Source.CHANGE:
                where = seen.record("t.record")
            case Source.WRITE:
                where = f"{seen.record('t.record')} AND {seen.collection('t.collection')}"
                where = f"t.act IN ('created', 'updated', 'deleted') AND {where}"
        values: list[object] = []
        if selection.text.split():
            if source is Source.DECISION:
                return "0", []
            named, words = having(selection.text, "r.name || ' ' || r.organization")
            where += f" AND t.record IN (SELECT r.id FROM records r WHERE {named})"
            values += words
        if selection.actor:
            where += " AND s.actor = ?"
            values.append(selection.actor)
        if selection.run is not None:
            where += " AND s.run = ?"
            values.append(selection.run)
        return where, values


def _line(row: tuple[Any, ...]) -> LogLine:
    stamp, source, seq, run, at, origin, actor, record, field, before, after, reason, act, collection, href = row
    if source == Source.DECISION:
        values = (None if before is None else load(before), None if after is None else load(after))
    else:
        values = (load_value(field, before), load_value(field, after))
    return LogLine((stamp, source, seq), run, at, origin, actor, record, field, *values, reason, act, collection, href)
