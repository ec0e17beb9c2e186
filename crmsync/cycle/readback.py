"""What the remote made of our writes: read back a batch at a time, and agreed upon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crmsync import translate
from crmsync.connectors.base import RemoteCollection
from crmsync.core.settle import settle
from crmsync.cycle.job import Job, remote_of
from crmsync.cycle.send import own
from crmsync.errors import Unreachable, Unreadable
from crmsync.model import Item, Link, LinkState
from crmsync.store.collections_of import Collection
from crmsync.store.losses import LossKind
from crmsync.store.store import Tables


def read_back(job: Job, collection: Collection, link_ids: Sequence[int], *, late: bool = False) -> None:
    """Reads the items of these links and takes what the remote shows as the agreement.

    `late`: the writes were made by a cycle that was cut off, so somebody may have edited since. Then only what this
    remote is known to rewrite is its doing; any other difference is an edit.

    An item that a late remote does not show yet stays as it is: the next cycle reads it back.
    """
    if not link_ids:
        return
    with job.store.view() as view:
        links = [link for link_id in link_ids if (link := view.links.get(link_id)) is not None]
    remote = remote_of(collection)
    found, unknown = _fetch(job, remote, [link.href for link in links])
    links = [link for link in links if link.href not in unknown]
    doubtful = [link.href for link in links if link.href in found and not _same_version(link, found[link.href].etag)]
    # A remote whose etag moves at every look cannot be asked who wrote last; a second look tells.
    again = {item.href: item for item in job.connector.fetch(remote, doubtful)} if doubtful else {}
    with job.store.transaction(job.stamp(), durable=False) as tx:
        for link in links:
            item = found.get(link.href)
            if item is None:
                _vanished(job, tx, collection, link)
                continue
            if job.connector.late and item.etag is not None and item.etag == link.previous_etag:
                continue
            second = again.get(link.href)
            restless = second is not None and second.raw == item.raw and second.etag != item.etag
            _agree(job, tx, collection, link, item, _ours(link, item, restless=restless), late=late)


def _fetch(job: Job, remote: RemoteCollection, hrefs: Sequence[str]) -> tuple[dict[str, Item], set[str]]:
    """The items by href, and those that are there but cannot be had: their links wait for the next cycle."""
    try:
        return {item.href: item for item in job.connector.fetch(remote, hrefs)}, set()
    except Unreachable as error:
        if len(hrefs) == 1:
            job.result.notes.append(f"{hrefs[0]}: {error}")
            return {}, set(hrefs)
    found: dict[str, Item] = {}
    unknown: set[str] = set()
    for half in (hrefs[: len(hrefs) // 2], hrefs[len(hrefs) // 2 :]):
        more, missing = _fetch(job, remote, half)
        found |= more
        unknown |= missing
    return found, unknown


def _vanished(job: Job, tx: Tables, collection: Collection, link: Link) -> None:
    """Somebody removed the item before we could read it back; a late remote may only not show it yet."""
    mirrored = tx.mirror.get(collection.id, link.href)
    if job.connector.late and mirrored is not None and not mirrored.gone:
        return
    tx.mirror.mark_gone(collection.id, [link.href])
    tx.links.update(replace(link, state=LinkState.LINKED, intent=None))


def _same_version(link: Link, etag: str | None) -> bool:
    return link.etag is None or etag is None or link.etag == etag


def _ours(link: Link, item: Item, *, restless: bool) -> bool | None:
    """Whether the item is the very version we wrote; `None` when its etag cannot tell."""
    if link.etag is None or item.etag is None or restless:
        return None
    return link.etag == item.etag


def _agree(
    job: Job, tx: Tables, collection: Collection, link: Link, item: Item, ours: bool | None, *, late: bool
) -> None:
    record = tx.records.get(link.record, deleted=True)
    assert record is not None
    try:
        kept = translate.read(collection.format, record.type, item.raw).fields
    except Unreadable as error:
        job.park(tx, collection, item.href, item.etag, f"what the remote made of our write: {error}", item.raw)
        tx.links.update(replace(link, state=LinkState.LINKED, intent=None))
        return
    pushed = frozenset(link.intent or {})
    if late:
        pushed &= {loss.field for loss in tx.losses.list(collection.id)}
    disputed = frozenset(one.conflict.field for one in tx.conflicts.list(link=link.id))
    settled = settle(link.base, link.echo, kept, pushed, ours, disputed)
    for loss in settled.losses:
        tx.losses.count(collection.id, loss.field, LossKind.DROPPED if loss.shown is None else LossKind.REWRITTEN)
    own(tx, collection, item)
    tx.parked.drop_hrefs(collection.id, [item.href, link.record])
    if settled.foreign:
        tx.mirror.mark_dirty(collection.id, [item.href])
        tx.pushes.edited(replace(link, href=item.href))
    else:
        shown = {name: kept.get(name) for name in link.intent or {}}
        tx.pushes.settled(replace(link, href=item.href), item.raw, shown)
    tx.links.update(replace(link, etag=item.etag, echo=settled.echo, state=LinkState.LINKED, intent=None))
