"""The import queue: each item in it with the record it may be.

Also the guard of first contact: while an undecided item of an account may be a record, the record is not created there.
So the suggestions are renewed before anything is created, whenever the hub has changed since they were made.
"""

from __future__ import annotations

from collections.abc import Sequence

from crmsync.admission.suggest import suggested
from crmsync.cycle.job import Job
from crmsync.store.collections_of import Collection
from crmsync.store.import_queue import Found, QueueSelection
from crmsync.store.store import Tables

_PAGE = 500


def enqueue(job: Job, tx: Tables, collection: Collection, items: Sequence[Found]) -> None:
    """Puts items into the queue."""
    tx.queue.put_many(job.account.id, collection.id, items)
    job.result.queued += len(items)


def renew(job: Job, collection: Collection) -> None:
    """Looks again at every undecided item of a collection, page by page, if a record came or changed since."""
    with job.store.view() as view:
        newest = view.journal.last()
    if newest == collection.acked_seq:
        return
    after = 0
    while True:
        with job.store.transaction(job.stamp("matched again"), durable=False) as tx:
            rows = tx.queue.list(QueueSelection(account=job.account.id), after=after, limit=_PAGE)
            mine = [row.item for row in rows if row.collection == collection.id]
            renewed = suggested(tx, collection, mine, job.rules.region)
            moved = [new for old, new in zip(mine, renewed, strict=True) if new != old]
            if moved:
                tx.queue.put_many(job.account.id, collection.id, moved)
        if not rows:
            break
        after = rows[-1].id
    with job.store.transaction(job.stamp(), durable=False) as tx:
        tx.collections.set_acked(collection.id, newest)
