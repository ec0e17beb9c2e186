"""The write log: what was written at remotes, field by field, with what both sides had agreed on before."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from crmsync.model import Link
from crmsync.store.jsontext import dump_value, load_value
from crmsync.store.session import Session, batches, marks


@dataclass(frozen=True, slots=True)
class Push:
    """One field that was written. `field` is `""` for an item created (`before` is `None`) or deleted (`after` is)."""

    seq: int
    run: int | None
    at: str
    record: str
    collection: int
    href: str
    uid: str
    field: str
    before: Any
    after: Any
    raw: bytes | None = dataclasses.field(default=None, repr=False)


_PUSH = """SELECT p.seq, s.run, s.at, p.record, p.collection, p.href, p.uid, p.field, p.before, p.after, p.raw
    FROM pushes p JOIN stamps s ON s.id = p.stamp"""


class Pushes:
    """The table `pushes`. Append-only by trigger; an entry is made with the remote's answer."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def created(self, link: Link, fields: Mapping[str, Any]) -> None:
        """An item was made of a record."""
        self._append(link, [("", None, dump_value(fields))])

    def updated(self, link: Link, changes: Mapping[str, Any], never_agreed: AbstractSet[str] = frozenset()) -> None:
        """Fields of an item were written; `link.base` is what was agreed on before.

        What was `never_agreed` on is no state to go back to: there the value written stands for the one before.
        """
        before = {name: changes[name] if name in never_agreed else link.base.get(name) for name in changes}
        self._append(link, [(name, dump_value(before[name]), dump_value(value)) for name, value in changes.items()])

    def deleted(self, link: Link, raw: bytes | None) -> None:
        """An item was removed; these were its bytes."""
        self._append(link, [("", dump_value(link.base), None)], raw)

    def of_run(self, run: int, *, record: str = "") -> list[Push]:
        """Everything a run wrote, oldest first; of one record where given."""
        where, values = ("s.run = ? AND p.record = ?", (run, record)) if record else ("s.run = ?", (run,))
        sql = f"{_PUSH} WHERE {where} AND {self._session.seen.record('p.record')} ORDER BY p.seq"
        return [_push(row) for row in self._session.all(sql, values)]

    def taken_over(self, run: int) -> frozenset[int]:
        """The seqs of those that were the first to be written to an item since it became the record's by a merge.

        What was agreed on before was the other record's value, and no state of this one.
        """
        sql = """SELECT p.seq FROM stamps s JOIN pushes p ON p.stamp = s.id
            JOIN decisions d ON d.what = 'moved' AND d.key = p.collection || ':' || p.href
                AND d.after = json_quote(p.record) AND d.stamp < p.stamp
            WHERE s.run = ? AND NOT EXISTS (SELECT 1 FROM pushes q WHERE q.record = p.record
                AND q.collection = p.collection AND q.href = p.href AND q.field = p.field
                AND q.seq < p.seq AND q.stamp > d.stamp)"""
        return frozenset(row[0] for row in self._session.all(sql, (run,)))

    def last_removed(self, record: str, collection: int) -> Push | None:
        """The last item of a record that we removed from a collection, if no other was made of it since."""
        sql = f"{_PUSH} WHERE p.record = ? AND p.collection = ? AND p.field = '' ORDER BY p.seq DESC LIMIT 1"
        row = self._session.one(sql, (record, collection))
        return None if row is None or row[-1] is None else _push(row)

    def written(self, records: Sequence[str]) -> dict[tuple[str, int], list[str]]:
        """Which fields were ever written at the item of these records, by record and collection."""
        found: dict[tuple[str, int], list[str]] = {}
        for batch in batches(records):
            where = f"field <> '' AND record IN ({marks(len(batch))}) ORDER BY field"
            sql = f"SELECT DISTINCT record, collection, field FROM pushes WHERE {where}"
            for record, collection, name in self._session.all(sql, batch):
                found.setdefault((record, collection), []).append(name)
        return found

    def _append(self, link: Link, rows: list[tuple[str, str | None, str | None]], raw: bytes | None = None) -> None:
        place = (self._session.stamp_row(), link.record, link.collection, link.href, link.uid)
        self._session.write_many(
            "INSERT INTO pushes (stamp, record, collection, href, uid, field, before, after, raw) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(*place, *row, raw) for row in rows],
        )


def _push(row: tuple[Any, ...]) -> Push:
    seq, run, at, record, collection, href, uid, name, before, after, raw = row
    values = load_value(name, before), load_value(name, after)
    return Push(seq, run, at, record, collection, href, uid, name, *values, raw)
