"""Items whose link was undone get back what they held before, guarded by the etag like any write.

What is written down first is the row in `put_backs`, and what is sent. Stopped after the remote took it, the next
cycle finds that nothing is left to put back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmsync.admission.suggest import suggested
from crmsync.admission.without_us import Without, weigh
from crmsync.core.plan import PutBack
from crmsync.cycle.given_up import Resting
from crmsync.cycle.job import Job, remote_of
from crmsync.cycle.shown import shown
from crmsync.errors import Busy, Halt, Refused, Skip, Unreadable
from crmsync.model import Item, Mode
from crmsync.store.collections_of import Collection
from crmsync.store.import_queue import QueueState
from crmsync.store.store import Tables


@dataclass(frozen=True, slots=True)
class Restore:
    """The step: the item as it is in the mirror, and what it is to be."""

    record: str
    item: Item
    without: Without
    title: str


def due(job: Job, tx: Tables, collection: Collection) -> Sequence[PutBack]:
    """The items that are to be put back now; with nothing to change where our writes are out of them already."""
    if collection.read_only or job.account.mode is Mode.IMPORT:
        return ()
    waiting = tx.put_backs.waiting(collection.id)
    resting = Resting.of(job, tx, collection) if waiting else None
    actions: list[PutBack] = []
    for one in waiting:
        if resting is not None and resting.rests(one.href, tx.journal.last_of(one.record)):
            continue
        step = prepare(tx, collection, one.record, one.href)
        if step is None:
            actions.append(PutBack(one.record, one.href, None, {}))
        else:
            actions.append(PutBack(one.record, one.href, step.item.etag, step.without.back, step.without.later))
    return actions


def prepare(tx: Tables, collection: Collection, record_id: str, href: str) -> Restore | None:
    """The step for one item; `None` where there is nothing to be done: it is gone, a record's again, or unreadable."""
    mirrored, record = tx.mirror.get(collection.id, href), tx.records.get(record_id, deleted=True)
    stretches = tx.pushes.of_item(collection.id, href)
    unlinked = tx.links.by_href(collection.id, href) is None
    if mirrored is None or mirrored.gone or record is None or not stretches or not unlinked:
        return None
    try:
        without = weigh(collection.format, record.type, mirrored.item.raw, stretches)
    except Unreadable:
        return None
    return Restore(record_id, mirrored.item, without, str(record.fields.get("name") or href))


def begin(tx: Tables, collection: Collection, action: PutBack) -> Restore | None:
    """The step, once it is written down what it sends."""
    step = prepare(tx, collection, action.record, action.href)
    if step is not None:
        tx.put_backs.send(collection.id, action.href, step.without.back)
    return step


def settle(job: Job, tx: Tables, collection: Collection, action: PutBack) -> None:
    """Nothing of ours is in the item any more, or nothing can be done about it."""
    tx.put_backs.settle(collection.id, action.href, action.remote)
    tx.pushes.let_go(collection.id, action.href)
    if (parked := tx.parked.find(collection.id, action.href)) is not None and parked.refused:
        tx.parked.drop_hrefs(collection.id, [action.href])
    if action.later:
        job.result.notes.append(f"{action.href}: its link was undone, edited there since: {', '.join(action.later)}")


def send(job: Job, collection: Collection, step: Restore) -> None:
    """Writes the item. Raises like `cycle.send`; one that the remote refuses is parked."""
    item = step.item
    try:
        written = job.connector.update(remote_of(collection), item.href, step.without.raw, item.etag)
    except (Skip, Halt, Busy) as error:
        with job.store.transaction(job.stamp()) as tx:
            tx.put_backs.send(collection.id, item.href, {})
            if isinstance(error, Refused):
                why = f"the remote refused it: {error}"
                job.park(tx, collection, item.href, item.etag, why, step.without.raw, refused=True)
        raise
    raw = written.raw if written.raw is not None else step.without.raw
    action = PutBack(step.record, item.href, item.etag, step.without.back, step.without.later)
    with job.store.transaction(job.stamp(), durable=False) as tx:
        now = Item(written.href, written.etag, item.uid, raw)
        settle(job, tx, collection, action)
        put = tx.mirror.put_many(collection.id, [now])
        tx.mirror.clear_dirty(collection.id, [now.href])
        if tx.queue.states(collection.id, [now.href]).get(now.href, QueueState.OPEN) is QueueState.OPEN:
            found = suggested(tx, collection, [shown(collection, now, put.hashes[now.href])], job.rules.region)
            tx.queue.put_many(job.account.id, collection.id, found)
    job.result.pushed.updated += 1
