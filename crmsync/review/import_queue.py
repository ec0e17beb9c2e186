"""The import queue: what each found item is to become (M1.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from crmsync.core.adopt import adopt
from crmsync.core.fieldmap import fits, view
from crmsync.core.merge import merge
from crmsync.enrol import Newcomer, enrol, read
from crmsync.errors import Unreadable, Usage
from crmsync.model import Conflict, Link, Policy, RecordType
from crmsync.store.import_queue import Queued, QueueState
from crmsync.store.store import Tables

_NEEDS_TYPE = "give it a type first: `crmsync queue assign`"


@dataclass(slots=True)
class Done:
    """What became of a bulk decision: the ids it was carried out for, and why not for the others.

    `parked` are those of the skipped whose text could not be read.
    """

    ids: list[int] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    skipped: list[tuple[int, str]] = field(default_factory=list)
    parked: list[int] = field(default_factory=list)

    def add(self, other: Done) -> None:
        """Takes in what another batch came to."""
        self.ids += other.ids
        self.records += other.records
        self.skipped += other.skipped
        self.parked += other.parked

    def skip(self, id: int, error: Unreadable | Usage) -> None:
        """One that cannot be done, and why."""
        self.skipped.append((id, str(error)))
        if isinstance(error, Unreadable):
            self.parked.append(id)


def assign(tx: Tables, ids: Iterable[int], type: RecordType | None) -> Done:
    """Gives open items a record type (`None` takes it away); a type that the collection cannot hold is skipped."""
    done = Done()
    for row in _open(tx, ids, done):
        accepts = tx.collections.get(row.collection).accepts
        if type is not None and type not in accepts:
            done.skipped.append((row.id, f"its collection holds {', '.join(accepts)}, not {type}"))
        elif type is not None and not fits(type, row.item.kind):
            done.skipped.append((row.id, f"no {row.item.kind} can be a record of type {type}"))
        else:
            done.ids.append(row.id)
    tx.queue.assign(done.ids, type)
    return done


def bring_in(tx: Tables, ids: Iterable[int], user: int | None, new_id: Callable[[], str]) -> Done:
    """Makes a record of each item that has a type, linked to it and flagged for `user` (`None`: for nobody).

    Nothing goes to the remote: both agree on what the item holds.

    An item whose text cannot be read is parked and skipped, one that is gone is skipped. Meant for a few hundred items
    a call.
    """
    done = Done()
    newcomers: list[Newcomer] = []
    for row in _open(tx, ids, done):
        if row.item.type is None:
            done.skipped.append((row.id, _NEEDS_TYPE))
            continue
        try:
            newcomers.append(_read(tx, row, row.item.type))
        except (Unreadable, Usage) as error:
            done.skip(row.id, error)
            continue
        done.ids.append(row.id)
    done.records = enrol(tx, newcomers, user, new_id)
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
    item = _read(tx, row, record.type)
    crm = view(record.type, record.fields, collection.format)
    adoption = adopt(crm, item.fields)
    made = tx.links.insert(Link(0, record.id, collection.id, row.item.href, item.uid, item.etag, adoption.base))
    for lost in adoption.lost:
        conflict = Conflict(record.id, made.id, lost.field, None, crm.get(lost.field), lost.value)
        tx.conflicts.note(conflict, collection.id, lost.reason, lost.value)
    tx.blobs.put_all(item.blobs)
    tx.records.change(record.id, merge(adoption.base, {}, crm, item.fields, Policy()).hub, reason="linked")
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
        except (Unreadable, Usage) as error:
            done.skip(row.id, error)
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


def _read(tx: Tables, row: Queued, type: RecordType) -> Newcomer:
    """The item as it is in the mirror. Raises `Unreadable` (then it is parked), `Usage` when it is gone."""
    collection = tx.collections.get(row.collection)
    mirrored = tx.mirror.get(row.collection, row.item.href)
    if mirrored is None or mirrored.gone:
        raise Usage("the item is gone at the remote", thing=row.item.name or row.item.href)
    try:
        return read(tx, collection, mirrored.item, type)
    except Unreadable as error:
        tx.parked.put(row.collection, row.item.href, mirrored.item.etag, str(error), mirrored.item.raw)
        raise


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
