"""The records of the hub. Every change is journalled here, so none can be made behind the journal's back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from crmsync.core.keys import Key
from crmsync.core.selection import sees
from crmsync.errors import Usage
from crmsync.model import Record, RecordType
from crmsync.store import search
from crmsync.store.journal import Journal
from crmsync.store.jsontext import dump_fields, dump_value, load_fields, word
from crmsync.store.record_index import RecordIndex
from crmsync.store.record_list import EVERYTHING, Page, Selection, count, select_ids, select_page
from crmsync.store.session import Session, batches, marks
from crmsync.values import Changes, Fields, Value

_BATCH = 500
_TOUCH = "UPDATE links SET dirty = 1, touched = (SELECT max(seq) FROM journal) WHERE record = ?"
_ROW = "seq, id, type, fields, deleted, edited"


@dataclass(frozen=True, slots=True)
class Changed:
    """One field that a change really altered."""

    before: Value | None
    after: Value | None


@dataclass(frozen=True, slots=True)
class Made:
    """A new record with what is derived from it: the text of its fields and the keys it is found by.

    `reason` goes into the journal; empty: the transaction's.
    """

    record: Record
    text: str
    keys: Sequence[Key]
    reason: str = ""


class Records:
    """The table `records` with its indexes; deleted records stay, marked."""

    def __init__(self, session: Session, journal: Journal) -> None:
        self._session = session
        self._journal = journal
        self._index = RecordIndex(session)

    # -- writing

    def create(self, record: Record, *, reason: str | None = None) -> None:
        """Adds a record; its `edited` is the stamp's time. Raises `Bug` when the id is taken."""
        made = self.made(record)
        seq = self._insert([made])
        self._journal.append(record.id, "", None, made.text, reason)
        self._index.put([(seq, record, made.keys)])

    def create_many(self, records: Iterable[Made]) -> int:
        """Adds records as they come, a few hundred at a time, so that memory stays flat. Returns how many."""
        source, n = iter(records), 0
        while batch := list(islice(source, _BATCH)):
            first = self._insert(batch)
            self._journal.append_many([(made.record.id, "", None, made.text, made.reason or None) for made in batch])
            self._index.put([(seq, made.record, made.keys) for seq, made in enumerate(batch, first)])
            n += len(batch)
        return n

    def change(self, id: str, changes: Changes, *, reason: str | None = None) -> dict[str, Changed]:
        """Sets fields (`None` empties one), one journal entry for each, and says which really changed.

        Equal values write nothing at all. Every link of the record is marked for the next cycle. Raises `Usage` when
        there is no such record.
        """
        seq, old = self._row(id)
        altered = {
            name: Changed(old.fields.get(name), value)
            for name, value in changes.items()
            if old.fields.get(name) != value
        }
        if not altered:
            return {}
        fields = {**old.fields, **{name: change.after for name, change in altered.items()}}
        new = replace(old, fields={name: value for name, value in fields.items() if value is not None})
        self._update(seq, old, new)
        for name in sorted(altered):
            change = altered[name]
            self._journal.append(id, name, dump_value(change.before), dump_value(change.after), reason)
        self._touch_links(id)
        return altered

    def retype(self, id: str, type: RecordType, *, reason: str | None = None) -> None:
        """Makes a record one of another type: a lead that became a contact."""
        seq, old = self._row(id)
        if old.type is not type:
            self._update(seq, old, replace(old, type=type))
            self._journal.note(id, "type", old.type.value, type.value, reason=reason)
            self._touch_links(id)

    def delete(self, id: str, *, reason: str | None = None) -> bool:
        """Marks a record as deleted; it leaves lists, search and matching. False when it was already."""
        return self._set_deleted(id, True, reason)

    def delete_many(self, ids: Sequence[str], *, reason: str | None = None) -> list[str]:
        """`delete` for many; returns those that were not deleted before."""
        gone: list[str] = []
        for batch in batches(ids):
            rows = self._session.all(
                f"SELECT {_ROW} FROM records WHERE id IN ({marks(len(batch))}) AND NOT deleted", batch
            )
            for row in rows:
                self._index.take(row[0], _record(row))
            self._session.write_many("UPDATE records SET deleted = 1 WHERE seq = ?", [(row[0],) for row in rows])
            self._journal.append_many([(row[1], "", row[3], None, reason) for row in rows])
            self._session.write_many(_TOUCH, [(row[1],) for row in rows])
            gone += [row[1] for row in rows]
        return gone

    def restore(self, id: str, *, reason: str | None = None) -> bool:
        """Takes a deletion back, with every field as it was. False when it is not deleted."""
        return self._set_deleted(id, False, reason)

    # -- reading

    def get(self, id: str, *, deleted: bool = False) -> Record | None:
        """The record, or `None`; one that is deleted only when asked for."""
        row = self._session.one(f"SELECT {_ROW} FROM records WHERE id = ?", (id,))
        record = None if row is None or (row[4] and not deleted) else _record(row)
        return record if record is not None and self._seen(record) else None

    def many(self, ids: Iterable[str], *, deleted: bool = True) -> dict[str, Record]:
        """The records with these ids that exist, deleted ones too (a link may still need them)."""
        found = {}
        for batch in batches(list(ids)):
            where = f"id IN ({marks(len(batch))})" + ("" if deleted else " AND NOT deleted")
            for row in self._session.all(f"SELECT {_ROW} FROM records WHERE {where}", batch):
                found[row[1]] = _record(row)
        return {id: record for id, record in found.items() if self._seen(record)}

    def list(
        self, selection: Selection = EVERYTHING, *, after: str | None = None, limit: int = 200, skip: int = 0
    ) -> Page:
        """One page; `after` is the `next` of a page before, and `skip` how many rows after that one are passed over.

        Sorted by name, a search by how well it fits first. Raises `Usage` for a filter or page mark that is none.
        """
        return select_page(self._session, selection, after, limit, skip)

    def ids(self, selection: Selection) -> Sequence[str]:
        """The ids of everything selected, for bulk changes. Raises `Usage` like `list`."""
        return select_ids(self._session, selection)

    def count(self, selection: Selection) -> int:
        """How many are selected. Raises `Usage` like `list`."""
        return count(self._session, selection)

    def totals(self) -> Mapping[RecordType, int]:
        """How many undeleted records there are of each type; costs the same at any size."""
        rows = self._session.all("SELECT name, n FROM totals WHERE what = 'records' AND n > 0")
        return {word(RecordType, name): n for name, n in rows}

    def made(self, record: Record) -> Made:
        """The record with what is derived from it."""
        return Made(record, dump_fields(record.fields), self.keys_of(record.type, record.fields))

    def keys_of(self, type: RecordType, fields: Fields) -> tuple[Key, ...]:
        """The keys that a record with these fields is found by, each once."""
        return self._index.keys_of(type, fields)

    def by_keys(self, keys: Iterable[Key]) -> Mapping[Key, Sequence[str]]:
        """The undeleted records that have each key of `core.keys.record_keys`; a key that nobody has is left out."""
        return self._index.by_keys(keys)

    def each(self, selection: Selection = EVERYTHING) -> Iterator[Record]:
        """Everything selected, page by page, within this view."""
        after: str | None = None
        while True:
            page = self.list(selection, after=after, limit=1000)
            yield from page.records
            if page.next is None:
                return
            after = page.next

    # -- inside

    def _seen(self, record: Record) -> bool:
        return self._session.sight is None or sees(self._session.sight, record)

    def _insert(self, records: Sequence[Made]) -> int:
        at = self._session.writing().at
        first = self._session.one("SELECT coalesce(max(seq), 0) + 1 FROM records")[0]
        rows = [
            (seq, made.record.id, made.record.type.value, *_copies(made.record.fields), at, at, made.text)
            for seq, made in enumerate(records, first)
        ]
        self._session.write_many(
            "INSERT INTO records (seq, id, type, name, organization, sort, created, edited, fields) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        return int(first)

    def _row(self, id: str) -> tuple[int, Record]:
        self._session.writing()
        row = self._session.one(f"SELECT {_ROW} FROM records WHERE id = ?", (id,))
        if row is None:
            raise Usage("there is no such record", thing=id, next_step="See `crmsync records list`")
        return row[0], _record(row)

    def _update(self, seq: int, old: Record, new: Record) -> None:
        self._session.write(
            "UPDATE records SET type = ?, name = ?, organization = ?, sort = ?, edited = ?, fields = ? WHERE seq = ?",
            (new.type.value, *_copies(new.fields), self._session.writing().at, dump_fields(new.fields), seq),
        )
        if not old.deleted:
            self._index.replace(seq, old, new)

    def _set_deleted(self, id: str, deleted: bool, reason: str | None) -> bool:
        seq, record = self._row(id)
        if record.deleted is deleted:
            return False
        self._session.write("UPDATE records SET deleted = ? WHERE seq = ?", (int(deleted), seq))
        fields = dump_fields(record.fields)
        if deleted:
            self._index.take(seq, record)
            self._journal.append(id, "", fields, None, reason)
        else:
            self._index.put([(seq, record, self.keys_of(record.type, record.fields))])
            self._journal.append(id, "", None, fields, reason)
        self._touch_links(id)
        return True

    def _touch_links(self, id: str) -> None:
        self._session.write(_TOUCH, (id,))


def _copies(fields: Fields) -> tuple[str, str, str]:
    organization = fields.get("organization", "")
    assert isinstance(organization, str)
    return search.title(fields), organization, search.sort_key(fields)


def _record(row: tuple[int, str, str, str, int, str]) -> Record:
    _, id, type, fields, deleted, edited = row
    return Record(id, word(RecordType, type), load_fields(fields), bool(deleted), edited)
