"""What a cycle that was cut off has left: each write under way is found to have happened, or not.

Nothing here trusts memory: the remote is asked. Afterwards every link is LINKED or GONE again (or gone from the store),
except where the remote shows writes late and does not show this one yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from crmsync import translate
from crmsync.core.keys import same
from crmsync.cycle import write_log
from crmsync.cycle.job import Job, remote_of
from crmsync.cycle.prepare import forget
from crmsync.cycle.readback import read_back
from crmsync.cycle.send import own
from crmsync.errors import Unreadable
from crmsync.model import Item, Link, LinkState
from crmsync.store.collections_of import Collection
from crmsync.store.store import Tables


def recover(job: Job, collection: Collection) -> None:
    """Finishes or takes back whatever is under way in this collection."""
    with job.store.view() as view:
        under_way = [one.link for one in view.links.pending(collection.id)]
    written: list[int] = []
    for link in under_way:
        match link.state:
            case LinkState.CREATING:
                written.extend(_creating(job, collection, link))
            case LinkState.UPDATING:
                _updating(job, collection, link)
            case LinkState.DELETING:
                _deleting(job, collection, link)
            case LinkState.WRITTEN:
                written.append(link.id)
            case LinkState.LINKED | LinkState.GONE:
                pass
            case _:
                assert_never(link.state)
    read_back(job, collection, written, late=True)


def _creating(job: Job, collection: Collection, link: Link) -> Sequence[int]:
    """Was it made? Our mark tells. Not found: the record is without an item, and this cycle creates it."""
    item = job.connector.find(remote_of(collection), link.uid)
    with job.store.transaction(job.stamp("found again after a lost answer")) as tx:
        if item is None or _anothers(tx, collection, link, item):
            tx.links.delete(link.id)
            return ()
        write_log.found_made(tx, link, item)
        tx.links.update(replace(write_log.created(link, item.href), etag=None, state=LinkState.WRITTEN))
        own(tx, collection, item)
        tx.links.touch([link.id])
    return (link.id,)


def _anothers(tx: Tables, collection: Collection, link: Link, item: Item) -> bool:
    """Whether the item is another record's, or lies where ours should and carries another mark."""
    owner = tx.links.by_href(collection.id, item.href)
    return item.uid != link.uid or (owner is not None and owner.id != link.id)


def _updating(job: Job, collection: Collection, link: Link) -> None:
    """Did it arrive? The item as it is now tells; the ordinary merge does the rest."""
    item = _now(job, collection, link)
    with job.store.transaction(job.stamp("looked again after a lost answer")) as tx:
        settled = replace(link, state=LinkState.LINKED, intent=None)
        if item is None:
            tx.mirror.mark_gone(collection.id, [link.href])
        else:
            if _arrived(tx, collection, link, item):
                write_log.wrote(tx, link, item)
                base = {**link.base, **(link.intent or {})}
                echo = {name: value for name, value in link.echo.items() if name not in (link.intent or {})}
                settled = replace(
                    settled,
                    base={name: value for name, value in base.items() if value is not None},
                    echo=echo,
                    previous_etag=link.etag,
                )
            own(tx, collection, item)
            tx.mirror.mark_dirty(collection.id, [item.href])
        tx.links.update(settled)
        tx.links.touch([link.id])


def _arrived(tx: Tables, collection: Collection, link: Link, item: Item) -> bool:
    if item.etag is not None and item.etag == link.etag:
        return False
    record = tx.records.get(link.record, deleted=True)
    assert record is not None
    try:
        shown = translate.read(collection.format, record.type, item.raw).fields
    except Unreadable:
        return False
    return all(same(name, shown.get(name), value) for name, value in (link.intent or {}).items())


def _deleting(job: Job, collection: Collection, link: Link) -> None:
    """Is it gone? If not, the next decision is made on what it is now: an edit in between beats the deletion."""
    item = _now(job, collection, link)
    with job.store.transaction(job.stamp("looked again after a lost answer")) as tx:
        if item is None:
            write_log.removed(tx, link)
            forget(tx, collection, link.id, link.href)
            return
        own(tx, collection, item)
        tx.mirror.mark_dirty(collection.id, [item.href])
        tx.links.update(replace(link, state=LinkState.LINKED))
        tx.links.touch([link.id])


def _now(job: Job, collection: Collection, link: Link) -> Item | None:
    found = job.connector.fetch(remote_of(collection), [link.href])
    return found[0] if found else None
