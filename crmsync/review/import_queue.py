"""The import queue: what each found item is to become (M1.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crmsync import translate
from crmsync.core.adopt import adopt
from crmsync.core.fieldmap import view
from crmsync.core.merge import merge
from crmsync.errors import Unreadable, Usage
from crmsync.model import Conflict, Link, Policy, Record, RecordType
from crmsync.store.collections_of import Collection
from crmsync.store.import_queue import Queued, QueueState
from crmsync.store.store import Tables
from crmsync.values import Fields

_NEEDS_TYPE = "give it a type first: `crmsync queue assign`"


@dataclass(slots=True)
class Done:
    """What became of a bulk decision: the ids it was carried out for, and why not for the others."""

    ids: list[int] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    skipped: list[tuple[int, str]] = field(default_factory=list)


def assign(tx: Tables, ids: Iterable[int], type: RecordType | None) -> Done:
    """Gives open items a record type (`None` takes it away); a type that the collection cannot hold is skipped."""
    done = Done()
    for row in _open(tx, ids, done):
        accepts = tx.collections.get(row.collection).accepts
        if type is not None and type not in accepts:
            done.skipped.append((row.id, f"its collection holds {', '.join(accepts)}, not {type}"))
        else:
            done.ids.append(row.id)
    tx.queue.assign(done.ids, type)
    return done


def bring_in(tx: Tables, ids: Iterable[int], user: int | None, new_id: Callable[[], str]) -> Done:
    """Makes a record of each item that has a type, linked to it and flagged for `user` (`None`: for nobody).

    Nothing goes to the remote: both agree on what the item holds.

    An item whose text cannot be read is parked and skipped. Meant for a few hundred items a call.
    """
    done = Done()
    records: list[Record] = []
    links: list[Link] = []
    for row in _open(tx, ids, done):
        if row.item.type is None:
            done.skipped.append((row.id, _NEEDS_TYPE))
            continue
        try:
            read = _read(tx, row, row.item.type)
        except Unreadable as error:
            done.skipped.append((row.id, str(error)))
            continue
        record = Record(new_id(), row.item.type, read.fields)
        tx.blobs.put_all(read.blobs)
        records.append(record)
        links.append(Link(0, record.id, row.collection, row.item.href, read.uid, read.etag, read.fields))
        done.ids.append(row.id)
    tx.records.create_many(records)
    done.records = [record.id for record in records]
    if user is not None:
        tx.flags.set(user, done.records, on=True)
    tx.links.insert_many(links)
    tx.queue.decide(done.ids, QueueState.IMPORTED)
    return done


def link(tx: Tables, id: int, record_id: str, user: int) -> None:
    """Says that an item is a record the CRM has. Fills empty fields of the record, overwrites none; see `core.adopt`.

    Raises `Usage` when the record is not there, or is an item of this collection already.
    """
    done = Done()
    (row,) = _open(tx, [id], done) or _refuse(done)
    record = tx.records.get(record_id)
    if record is None:
        raise Usage("there is no such record", thing=record_id, next_step="See `crmsync records list`")
    collection = tx.collections.get(row.collection)
    if record.type not in collection.accepts:
        raise Usage(f"this collection holds no record of type {record.type}", thing=record_id)
    if (other := tx.links.between(record.id, collection.id)) is not None:
        raise Usage(
            f"the record is {other.href} of this collection already",
            thing=record_id,
            next_step="Merge the two items at the remote, or ignore this one",
        )
    read = _read(tx, row, record.type)
    crm = view(record.type, record.fields, collection.format)
    adoption = adopt(crm, read.fields)
    made = tx.links.insert(Link(0, record.id, collection.id, row.item.href, read.uid, read.etag, adoption.base))
    for lost in adoption.lost:
        conflict = Conflict(record.id, made.id, lost.field, None, crm.get(lost.field), lost.value)
        tx.conflicts.note(conflict, collection.id, lost.reason, lost.value)
    tx.blobs.put_all(read.blobs)
    tx.records.change(record.id, merge(adoption.base, {}, crm, read.fields, Policy()).hub, reason="linked")
    tx.flags.set(user, [record.id], on=True)
    tx.mirror.mark_dirty(collection.id, [row.item.href])
    tx.links.touch([made.id])
    tx.queue.decide([row.id], QueueState.LINKED)


def accept(tx: Tables, ids: Iterable[int], user: int) -> Done:
    """Links each item to the record suggested for it; what has no suggestion or cannot be linked is skipped."""
    done = Done()
    for row in _open(tx, ids, done):
        if row.item.suggestion is None:
            done.skipped.append((row.id, "nothing is suggested for it"))
            continue
        try:
            link(tx, row.id, row.item.suggestion.record, user)
        except (Usage, Unreadable) as error:
            done.skipped.append((row.id, str(error)))
            continue
        done.ids.append(row.id)
        done.records.append(row.item.suggestion.record)
    return done


def leave_out(tx: Tables, ids: Iterable[int], state: QueueState) -> Done:
    """Ignores items until they change (`IGNORED`), or for good (`PRIVATE`)."""
    done = Done()
    done.ids = [row.id for row in _open(tx, ids, done)]
    tx.queue.decide(done.ids, state)
    return done


@dataclass(frozen=True, slots=True)
class _Read:
    uid: str
    etag: str | None
    fields: Fields
    blobs: Mapping[str, bytes]


def _read(tx: Tables, row: Queued, type: RecordType) -> _Read:
    """The item as it is in the mirror. Raises `Unreadable` (then it is parked), `Usage` when it is gone."""
    collection: Collection = tx.collections.get(row.collection)
    mirrored = tx.mirror.get(row.collection, row.item.href)
    if mirrored is None or mirrored.gone:
        raise Usage("the item is gone at the remote", thing=row.item.name or row.item.href)
    try:
        read = translate.read(collection.format, type, mirrored.item.raw)
    except Unreadable as error:
        tx.parked.put(row.collection, row.item.href, mirrored.item.etag, str(error), mirrored.item.raw)
        raise
    fields = view(type, read.fields, collection.format)
    return _Read(mirrored.item.uid, mirrored.item.etag, fields, read.blobs)


def _open(tx: Tables, ids: Iterable[int], done: Done) -> Sequence[Queued]:
    rows: list[Queued] = []
    for id in ids:
        row = tx.queue.get(id)
        if row.state is QueueState.OPEN:
            rows.append(row)
        else:
            done.skipped.append((id, f"decided already: {row.state}"))
    return rows


def _refuse(done: Done) -> Sequence[Queued]:
    ((id, reason),) = done.skipped
    raise Usage(reason, thing=str(id), next_step="See `crmsync queue list`")
