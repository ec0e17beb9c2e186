"""Steps two and three of an action: send it, guarded by the etag, and write the answer down."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from crmsync.connectors.base import Written
from crmsync.cycle import put_back, write_log
from crmsync.cycle.job import Job, remote_of
from crmsync.cycle.prepare import Drop, Post, Put, Step, forget
from crmsync.cycle.put_back import Restore
from crmsync.errors import Busy, Halt, Moved, Refused, Skip
from crmsync.model import Item, Link, LinkState
from crmsync.store.collections_of import Collection
from crmsync.store.store import Tables


def send(job: Job, collection: Collection, step: Step) -> int | None:
    """Does one step at the remote. Returns the link whose item is now to be read back, if there is one.

    Raises `Skip` when this one cannot go on (the link waits for the next cycle), `Retry` and `Halt` as they come. After
    `Unreachable` nobody knows whether it happened: the link keeps saying so, and `cycle.recover` finds out.
    """
    if isinstance(step, Restore):
        if step.item.etag is None:
            _look_first(job, collection, step.item.href)
        put_back.send(job, collection, step)
        return None
    try:
        if step.link.etag is None and not isinstance(step, Post):
            _look_first(job, collection, step.link.href)
        match step:
            case Post():
                return _post(job, collection, step)
            case Put():
                return _put(job, collection, step)
            case Drop():
                _drop(job, collection, step)
                return None
            case _:
                assert_never(step)
    except (Skip, Halt, Busy) as error:
        _not_done(job, collection, step, error)
        raise


def _look_first(job: Job, collection: Collection, href: str) -> None:
    """A remote without etags overwrites whatever is there by now: raises `Moved` when it is not what we decided on."""
    found = job.connector.fetch(remote_of(collection), [href])
    with job.store.view() as view:
        mirrored = view.mirror.get(collection.id, href)
    if found and mirrored is not None and found[0].raw != mirrored.item.raw:
        raise Moved("it changed meanwhile", thing=href)


def _post(job: Job, collection: Collection, step: Post) -> int:
    written = job.connector.create(remote_of(collection), step.link.uid, step.raw)
    _acknowledge(job, collection, step.link, write_log.created(step.link, written.href), written, step.raw)
    job.result.pushed.created += 1
    return step.link.id


def _put(job: Job, collection: Collection, step: Put) -> int:
    link = step.link
    written = job.connector.update(remote_of(collection), link.href, step.raw, link.etag)
    agreed = replace(link, href=written.href, base=step.base, echo=step.echo, previous_etag=link.etag)
    _acknowledge(job, collection, link, agreed, written, step.raw)
    job.result.pushed.updated += 1
    return link.id


def _drop(job: Job, collection: Collection, step: Drop) -> None:
    job.connector.delete(remote_of(collection), step.link.href, step.link.etag)
    with job.store.transaction(job.stamp(), durable=False) as tx:
        write_log.removed(tx, step.link)
        forget(tx, collection, step.link.id, step.link.href)
    job.result.pushed.deleted += 1


def _acknowledge(job: Job, collection: Collection, begun: Link, link: Link, written: Written, raw: bytes) -> None:
    with job.store.transaction(job.stamp(), durable=False) as tx:
        item = Item(written.href, written.etag, link.uid, written.raw if written.raw is not None else raw)
        write_log.wrote(tx, begun, item)
        tx.links.update(replace(link, etag=written.etag, state=LinkState.WRITTEN))
        own(tx, collection, item)


def own(tx: Tables, collection: Collection, item: Item) -> None:
    """The mirror holds the item as we left it: nothing about it is news."""
    tx.mirror.put_many(collection.id, [item])
    tx.mirror.clear_dirty(collection.id, [item.href])


def _not_done(job: Job, collection: Collection, step: Post | Put | Drop, error: Exception) -> None:
    """The remote said no, so it did not happen: the next cycle looks again, a few times if it was refused."""
    with job.store.transaction(job.stamp()) as tx:
        raw: bytes | None
        match step:
            case Post() if isinstance(error, Moved):
                return  # an item with our mark is there: recover will find it and make it ours
            case Post():
                tx.links.delete(step.link.id)
                place, raw = step.link.record, step.raw
            case Put():
                tx.links.update(replace(step.link, state=LinkState.LINKED, intent=None))
                tx.links.touch([step.link.id])
                place, raw = step.link.href, step.raw
            case Drop():
                tx.links.update(replace(step.link, state=LinkState.LINKED, intent=None))
                tx.links.touch([step.link.id])
                place, raw = step.link.href, None
            case _:
                assert_never(step)
        # What is there differs from what was agreed: it is to be read, not remembered.
        tx.mirror.mark_dirty(collection.id, [step.link.href])
        if isinstance(error, Refused):
            job.park(tx, collection, place, step.link.etag, f"the remote refused it: {error}", raw, refused=True)
