"""First half of a cycle: what the remote has goes into the mirror, page by page, and new things to the queue.

Each page is one transaction. The cursor and the removals are written last, and only after a pull that ended well:
whatever stops half-way is pulled again and found to be there already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crmsync.connectors.base import Delta, Gone, Unusable, Upsert
from crmsync.cycle.job import Job, remote_of
from crmsync.cycle.triage import triage
from crmsync.errors import Unreachable
from crmsync.model import Item
from crmsync.store.collections_of import Collection
from crmsync.store.import_queue import QueueState
from crmsync.store.store import Tables


def pull(job: Job, collection: Collection) -> None:
    """Brings the mirror of one collection up to date. Raises `Unreachable` for a listing that did not end well."""
    remote = remote_of(collection)
    cursor = None if job.full else collection.cursor
    last: Delta | None = None
    done = 0
    for page in job.connector.pull(remote, cursor, lambda: _known(job, collection)):
        done += len(page.changes)
        if page.changes:
            with job.store.transaction(job.stamp(), durable=False) as tx:
                _take(job, tx, collection, page)
        job.progress(f"{job.account.name}: reading {collection.name}", done, page.total)
        last = page
    if last is None or not last.complete:
        raise Unreachable("the listing ended early", thing=collection.name, next_step="The next sync goes on from here")
    _finish(job, collection, last)


def _known(job: Job, collection: Collection) -> dict[str, str | None]:
    with job.store.view() as view:
        return view.mirror.etags(collection.id)


def _take(job: Job, tx: Tables, collection: Collection, page: Delta) -> None:
    items: dict[str, Item] = {}
    gone: list[str] = []
    for change in page.changes:
        match change:
            case Upsert(item):
                items[item.href] = item
            case Gone(href):
                items.pop(href, None)
                gone.append(href)
            case Unusable(href, etag, reason):
                job.park(tx, collection, href, etag, reason, None)
    late = job.connector.late
    fresh = [item for item in items.values() if not (late and _late_view(tx, collection, item))]
    put = tx.mirror.put_many(collection.id, fresh, dirty=False)
    moved = {*put.new, *put.changed}
    _removed(tx, collection, [href for href in gone if href not in items])
    triage(job, tx, collection, [item for item in fresh if item.href in moved], put.hashes)


def _removed(tx: Tables, collection: Collection, hrefs: Sequence[str]) -> None:
    """What vanished: a linked item waits for a decision, any other is simply forgotten."""
    linked = tx.links.by_hrefs(collection.id, hrefs)
    tx.mirror.mark_gone(collection.id, linked)
    strangers = [href for href in hrefs if href not in linked]
    tx.mirror.drop(collection.id, strangers)
    tx.parked.drop_hrefs(collection.id, strangers)
    tx.queue.decide_hrefs(collection.id, strangers, QueueState.GONE, ours=False)


def _late_view(tx: Tables, collection: Collection, item: Item) -> bool:
    """Whether a remote that shows our writes late still shows what we have replaced."""
    if item.etag is None:
        return False
    link = tx.links.by_href(collection.id, item.href)
    if link is None or link.previous_etag is None:
        return False
    if link.etag == item.etag:
        # Now it shows our version; whoever shows the one before after this has gone back to it.
        tx.links.update(replace(link, previous_etag=None))
        return False
    return link.previous_etag == item.etag


def _finish(job: Job, collection: Collection, last: Delta) -> None:
    absent: list[str] = []
    if last.listing is not None:
        with job.store.view() as view:
            absent = view.mirror.absent(collection.id, last.listing)
            unseen = [href for href in view.parked.unseen(collection.id) if href not in last.listing]
        if absent and not last.listing:
            _doubt_emptiness(job, collection)
        absent += unseen
        absent = _really_absent(job, collection, absent)
    if absent or last.cursor != collection.cursor:
        with job.store.transaction(job.stamp(), durable=False) as tx:
            _removed(tx, collection, absent)
            tx.collections.set_cursor(collection.id, last.cursor)


def _doubt_emptiness(job: Job, collection: Collection) -> None:
    """An empty listing of what was not empty before is believed only when another way of asking agrees."""
    second = job.connector.listing(remote_of(collection))
    if second:
        raise Unreachable(
            f"one listing was empty, another one names {len(second)} items",
            thing=collection.name,
            next_step="Nothing was deleted; the next sync asks again",
        )


def _really_absent(job: Job, collection: Collection, hrefs: Sequence[str]) -> list[str]:
    """Those of the linked items that cannot be had by name either: a listing may be late, or leave something out."""
    with job.store.view() as view:
        linked = view.links.by_hrefs(collection.id, hrefs)
    if not linked:
        return list(hrefs)
    found = {item.href for item in job.connector.fetch(remote_of(collection), list(linked))}
    return [href for href in hrefs if href not in found]
