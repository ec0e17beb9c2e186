"""The import queue: each item in it with the record it may be.

Also the guard of first contact: while an undecided item of an account may be a record, the record is not created there.
So the suggestions are renewed before anything is created, whenever the hub has changed since they were made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from crmsync.core.keys import Key, summary_keys
from crmsync.core.match import Probe, match
from crmsync.cycle.job import Job
from crmsync.model import Candidate, CollectionKind, Record
from crmsync.store.collections_of import Collection
from crmsync.store.import_queue import Found, QueueSelection
from crmsync.store.store import Tables

_PAGE = 500
_NO_KEYS: Mapping[str, Sequence[Key]] = {}


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
            renewed = suggested(job, tx, collection, mine)
            moved = [new for old, new in zip(mine, renewed, strict=True) if new != old]
            if moved:
                tx.queue.put_many(job.account.id, collection.id, moved)
        if not rows:
            break
        after = rows[-1].id
    with job.store.transaction(job.stamp(), durable=False) as tx:
        tx.collections.set_acked(collection.id, newest)


def suggested(
    job: Job, tx: Tables, collection: Collection, items: Sequence[Found], keys: Mapping[str, Sequence[Key]] = _NO_KEYS
) -> list[Found]:
    """The items, each with its best match; only people and organisations have any.

    `keys` by href, for items that were read whole; the others look by what the queue shows of them.
    """
    if collection.kind not in (CollectionKind.ADDRESSBOOK, CollectionKind.TABLE):
        return list(items)
    anybody = bool(items) and bool(tx.records.totals())  # else nobody need be looked for: the first sync of a new home
    wanted = [keys.get(item.href) or _keys(job, item) for item in items] if anybody else []
    found = tx.records.by_keys({key for keys in wanted for key in keys})
    if not found:
        return [item if item.suggestion is None else replace(item, suggestion=None) for item in items]
    ids = {record for records in found.values() for record in records}
    records = tx.records.many(ids, deleted=False)
    return [
        replace(item, suggestion=_best(job, item, keys, found, records))
        for item, keys in zip(items, wanted, strict=True)
    ]


def _keys(job: Job, item: Found) -> Sequence[Key]:
    return tuple(summary_keys(item.name, item.organization, item.emails, item.phones, region=job.rules.region))


def _best(
    job: Job, item: Found, keys: Iterable[Key], found: Mapping[Key, Sequence[str]], records: dict[str, Record]
) -> Candidate | None:
    candidates = {id: records[id] for key in keys for id in found.get(key, ()) if id in records}
    if not candidates:
        return None
    probe = Probe.of_summary(item.kind, item.name, item.organization, item.emails, item.phones)
    ranked = match(probe, list(candidates.values()), job.rules.region)
    return ranked[0] if ranked else None
