"""The write log: what we wrote at remotes, field by field, and what stood there before."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from crmsync.model import Link
from crmsync.store.fingerprint import fingerprint
from crmsync.store.jsontext import dump_value, load_value, word
from crmsync.store.session import Session, batches, marks
from crmsync.store.stretches import Act, Entry, Stretch, stretches
from crmsync.values import Changes, Fields


@dataclass(frozen=True, slots=True)
class Push:
    """One field that was written. `field` is `""` for an item created (`before` is `None`) or deleted (`after` is).

    `before` is what both sides had agreed on; where they never had, `agreed` is false and there is nothing to go back
    to. `stood` is what the remote showed.
    """

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
    stood: Any = None
    agreed: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """What a write of ours found there: the bytes, and the fields they showed."""

    raw: bytes
    fields: Fields


_WRITES = "('created', 'updated', 'deleted')"
_PUSH = """SELECT p.seq, s.run, s.at, p.record, p.collection, p.href, p.uid, p.field, p.before, p.after, p.raw, p.stood,
    p.agreed FROM pushes p JOIN stamps s ON s.id = p.stamp"""
_ITEMS = """SELECT href, act, field, stood, after, CASE act WHEN 'updated' THEN raw END, coalesce(left_as, x'')
    FROM pushes WHERE collection = ? AND (left_as IS NOT NULL OR act IN ('deleted', 'edited', 'let go'))"""
_LEFT = """SELECT left_as FROM pushes WHERE collection = ? AND href = ?
    AND (left_as IS NOT NULL OR act IN ('deleted', 'let go')) ORDER BY seq DESC LIMIT 1"""
_INSERT = """INSERT INTO pushes
    (stamp, record, collection, href, uid, act, field, before, after, stood, agreed, raw, left_as)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


@dataclass(frozen=True, slots=True)
class _Row:
    field: str = ""
    before: object = None
    after: object = None
    stood: object = None
    agreed: bool = True
    raw: bytes | None = None


class Pushes:
    """The table `pushes`. Append-only by trigger; an entry is made with the remote's answer.

    An ejection reads the same entries item by item (`of_collection`): all that say as what the item was left.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def created(self, link: Link, fields: Fields, raw: bytes) -> None:
        """An item was made of a record; these are its bytes."""
        self._append(Act.CREATED, link, [_Row(after=fields)], raw)

    def updated(
        self,
        link: Link,
        changes: Changes,
        found: Found | None,
        raw: bytes,
        never_agreed: AbstractSet[str] = frozenset(),
    ) -> None:
        """Fields of an item were written; `link.base` is what was agreed on before, `raw` are the item's bytes now.

        `found`: what was there before; `None` where nobody knows, which also means that an ejection leaves it alone.
        """
        rows: list[_Row] = []
        foreign = found is not None and self._left(link.collection, link.href) != fingerprint(found.raw)
        for name, value in changes.items():
            agreed = name not in never_agreed
            before = link.base.get(name) if agreed else None
            stood = before if found is None else found.fields.get(name)
            replaced = found.raw if found is not None and foreign and not rows else None
            rows.append(_Row(name, before, value, stood, agreed, replaced))
        self._append(Act.UPDATED, link, rows, None if found is None else raw)

    def deleted(self, link: Link, raw: bytes | None) -> None:
        """An item was removed; these were its bytes."""
        self._append(Act.DELETED, link, [_Row(before=link.base, stood=link.base, raw=raw)])

    def settled(self, link: Link, raw: bytes, shown: Mapping[str, Any]) -> None:
        """What the remote made of our last write to an item: its bytes, and how it shows the fields of that write."""
        left, sent = self._left(link.collection, link.href), link.intent or {}
        rows = [_Row(name, after=value) for name, value in shown.items() if value != sent.get(name)]
        if left is not None and (rows or left != fingerprint(raw)):
            self._append(Act.SETTLED, link, [_Row(), *rows], raw)

    def edited(self, link: Link) -> None:
        """Somebody else wrote right after us: the item is not ours alone any more."""
        if self._left(link.collection, link.href) is not None:
            self._append(Act.EDITED, link, [_Row()])

    def let_go(self, collection: int, href: str) -> None:
        """The item is gone, or no longer our business."""
        if self._left(collection, href) is not None:
            self._append(Act.LET_GO, Link(0, "", collection, href, "", None, {}), [_Row()])

    def moved(self, old: tuple[int, str], new: tuple[int, str]) -> None:
        """An item lies elsewhere (collection, href) now: an ejection is to find there what we wrote. Of no run."""
        if self._left(*old) is None:
            return
        stamp = self._session.writing()
        row = self._session.write(
            "INSERT INTO stamps (run, at, origin, actor, reason) VALUES (NULL, ?, ?, ?, 'carried over')",
            (stamp.at, stamp.origin, stamp.actor),
        ).lastrowid
        kept = "uid, act, field, before, after, stood, agreed, raw, left_as"
        self._session.write(
            f"""INSERT INTO pushes (stamp, record, collection, href, {kept}) SELECT ?, '', ?, ?, {kept} FROM pushes
            WHERE (collection, href) = (?, ?)
                AND (left_as IS NOT NULL OR act IN ('deleted', 'edited', 'let go')) ORDER BY seq""",
            (row, *new, *old),
        )
        self.let_go(*old)

    def of_run(self, run: int, *, record: str = "") -> list[Push]:
        """Everything a run wrote, oldest first; of one record where given."""
        where, values = ("s.run = ? AND p.record = ?", (run, record)) if record else ("s.run = ?", (run,))
        seen = self._session.seen.record("p.record")
        sql = f"{_PUSH} WHERE {where} AND p.act IN {_WRITES} AND {seen} ORDER BY p.seq"
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

    def of_collection(self, collection: int) -> Iterator[list[Stretch]]:
        """What is our work in a collection, item by item; of each its stretches, newest first."""
        return stretches(map(_entry, self._session.all(f"{_ITEMS} ORDER BY href, seq", (collection,))))

    def of_item(self, collection: int, href: str) -> list[Stretch]:
        """The stretches of one item of somebody else, newest first; none of one that we created."""
        found = self._stretches(collection, href)
        return found if found and found[-1].original is not None else []

    def edited_since(self, collection: int, href: str, raw: bytes) -> bool:
        """Whether an item that we wrote is not as we left it; False where that is not known."""
        found = self._stretches(collection, href)
        return bool(found) and not found[0].untouched(raw)

    def _stretches(self, collection: int, href: str) -> list[Stretch]:
        rows = self._session.all(f"{_ITEMS} AND href = ? ORDER BY seq", (collection, href))
        return next(stretches(map(_entry, rows)), [])

    def last_removed(self, record: str, collection: int) -> Push | None:
        """The last item of a record that we removed from a collection, if no other was made of it since."""
        sql = f"""{_PUSH} WHERE p.record = ? AND p.collection = ? AND p.act IN ('created', 'deleted')
            ORDER BY p.seq DESC LIMIT 1"""
        row = self._session.one(sql, (record, collection))
        found = None if row is None else _push(row)
        return None if found is None or found.raw is None else found

    def written(self, records: Sequence[str]) -> dict[tuple[str, int], list[str]]:
        """Which fields were ever written at the item of these records, by record and collection."""
        found: dict[tuple[str, int], list[str]] = {}
        for batch in batches(records):
            where = f"act = 'updated' AND record IN ({marks(len(batch))}) ORDER BY field"
            sql = f"SELECT DISTINCT record, collection, field FROM pushes WHERE {where}"
            for record, collection, name in self._session.all(sql, batch):
                found.setdefault((record, collection), []).append(name)
        return found

    def _left(self, collection: int, href: str) -> bytes | None:
        """The hash of an item as we left it; `None`: it is none of our work."""
        row = self._session.one(_LEFT, (collection, href))
        return None if row is None else row[0]

    def _append(self, act: Act, link: Link, rows: Sequence[_Row], left: bytes | None = None) -> None:
        place = (self._session.stamp_row(), link.record, link.collection, link.href, link.uid, act.value)
        mark = None if left is None else fingerprint(left)
        self._session.write_many(
            _INSERT,
            [
                (*place, one.field, *map(dump_value, (one.before, one.after, one.stood)), one.agreed, one.raw, mark)
                for one in rows
            ],
        )


def _push(row: tuple[Any, ...]) -> Push:
    seq, run, at, record, collection, href, uid, name, before, after, raw, stood, agreed = row
    values = load_value(name, before), load_value(name, after)
    place = (seq, run, at, record, collection, href, uid)
    return Push(*place, name, *values, raw, load_value(name, stood), bool(agreed))


def _entry(row: tuple[Any, ...]) -> Entry:
    href, act, name, stood, after, replaced, left_as = row
    before: Any = load_value(name, stood) if name else None
    value: Any = load_value(name, after) if name else None
    return Entry(href, word(Act, act), name, before, value, replaced, left_as)
