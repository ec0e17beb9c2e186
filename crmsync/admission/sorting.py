"""Sorting the import queue (M1.2): what a person and a rule alike can make of items that wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from crmsync.admission.enrol import Newcomer, enrol, read
from crmsync.core.fieldmap import fits
from crmsync.errors import Unreadable, Usage
from crmsync.model import RecordType
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
    for row in open_rows(tx, ids, done):
        reason = None if type is None else unfit(tx, row, type)
        if reason is not None:
            done.skipped.append((row.id, reason))
        else:
            done.ids.append(row.id)
    tx.queue.assign(done.ids, type)
    return done


def unfit(tx: Tables, row: Queued, type: RecordType) -> str | None:
    """Why an item cannot be a record of this type; `None` when it can."""
    accepts = tx.collections.get(row.collection).accepts
    if type not in accepts:
        return f"its collection holds {', '.join(accepts)}, not {type}"
    if not fits(type, row.item.kind):
        return f"no {row.item.kind} can be a record of type {type}"
    return None


def bring_in(tx: Tables, ids: Iterable[int], user: int | None, new_id: Callable[[], str]) -> Done:
    """Makes a record of each item that has a type, linked to it and flagged for `user` (`None`: for nobody).

    Nothing goes to the remote: both agree on what the item holds.

    An item whose text cannot be read is parked and skipped, one that is gone is skipped. Meant for a few hundred items
    a call.
    """
    done = Done()
    newcomers: list[Newcomer] = []
    for row in open_rows(tx, ids, done):
        if row.item.type is None:
            done.skipped.append((row.id, _NEEDS_TYPE))
            continue
        try:
            newcomers.append(read_row(tx, row, row.item.type))
        except (Unreadable, Usage) as error:
            set_aside(tx, row, error)
            done.skip(row.id, error)
            continue
        done.ids.append(row.id)
    done.records = enrol(tx, newcomers, user, new_id)
    tx.queue.decide(done.ids, QueueState.IMPORTED)
    return done


def leave_out(tx: Tables, ids: Iterable[int], state: QueueState) -> Done:
    """Ignores items until they change (`IGNORED`), or for good (`PRIVATE`)."""
    done = Done()
    done.ids = [row.id for row in open_rows(tx, ids, done)]
    tx.queue.decide(done.ids, state)
    return done


def read_row(tx: Tables, row: Queued, type: RecordType) -> Newcomer:
    """The item as it is in the mirror. Raises `Unreadable`, and `Usage` when it is gone or about to be put back."""
    mirrored = tx.mirror.get(row.collection, row.item.href)
    if mirrored is None or mirrored.gone:
        raise Usage("the item is gone at the remote", thing=row.item.name or row.item.href)
    if tx.put_backs.waits(row.collection, row.item.href):
        raise Usage("its link was undone, and it still holds what was written for it", next_step="Run `crmsync sync`")
    return read(tx, tx.collections.get(row.collection), mirrored.item, type)


def set_aside(tx: Tables, row: Queued, error: Unreadable | Usage) -> None:
    """Parks an item that `read_row` could not read."""
    mirrored = tx.mirror.get(row.collection, row.item.href)
    if isinstance(error, Unreadable) and mirrored is not None:
        tx.parked.put(row.collection, row.item.href, mirrored.item.etag, str(error), mirrored.item.raw)


def open_rows(tx: Tables, ids: Iterable[int], done: Done) -> list[Queued]:
    """Those of the items that wait; the others are skipped in `done`."""
    rows: list[Queued] = []
    for id in ids:
        row = tx.queue.get(id)
        if row.state is QueueState.OPEN:
            rows.append(row)
        else:
            done.skipped.append((id, f"decided already: {row.state}"))
    return rows
