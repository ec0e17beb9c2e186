"""An item that was moved or renamed vanishes in one place and appears in another: its link follows, nothing is deleted.

It is the same item when it has the same UID, or where there is none, the same bytes. Looked at between the pulls of all
collections of an account and the first decision about any of them; also when the two halves were seen in different
cycles, whichever came first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from crmsync import translate
from crmsync.core.adopt import adopt
from crmsync.core.fieldmap import view
from crmsync.cycle.job import Job
from crmsync.errors import Unreadable
from crmsync.model import Link, Mode
from crmsync.store.collections_of import Collection
from crmsync.store.fingerprint import fingerprint
from crmsync.store.import_queue import QueueState
from crmsync.store.moves import Missing, Stranger
from crmsync.store.store import Tables

_LONGEST = timedelta(days=1)
"""A record that was deleted with its item comes back when the item turns up within this time."""


def follow(job: Job, collections: Sequence[Collection]) -> None:
    """Gives each link whose item was moved its new place."""
    known = {one.id: one for one in collections}
    since = (datetime.fromisoformat(job.clock()) - _LONGEST).strftime("%Y-%m-%dT%H:%M:%SZ")
    with job.store.view() as tx:
        missing = [one for one in tx.moves.missing(job.account.id, since) if one.link is not None or not job.dry_run]
    if not missing:
        return
    with job.store.transaction(job.stamp("moved at the remote"), durable=False) as tx:
        missing = [one if one.hash is not None else replace(one, hash=_last_hash(tx, one)) for one in missing]
        found = tx.moves.strangers(
            job.account.id,
            [one.uid for one in missing if one.uid],
            [one.hash for one in missing if one.hash is not None and not one.uid],
        )
        for one, there in _matched(missing, [one for one in found if one.collection in known]):
            if _may(job, tx, known, one, there):
                _move(job, tx, known[there.collection], one, there)


def _last_hash(tx: Tables, one: Missing) -> bytes | None:
    raw = None if one.link is None else tx.links.last_bytes(one.link)
    return None if raw is None else fingerprint(raw)


def _matched(missing: Sequence[Missing], found: Sequence[Stranger]) -> list[tuple[Missing, Stranger]]:
    """Those that can be only each other: what is there twice is for a person to tell apart."""
    there: dict[str | bytes, list[Stranger]] = {}
    for stranger in found:
        there.setdefault(stranger.uid or stranger.hash, []).append(stranger)
    gone: dict[str | bytes | None, list[Missing]] = {}
    for one in missing:
        gone.setdefault(one.uid or one.hash, []).append(one)
    return [
        (ones[0], there[key][0])
        for key, ones in gone.items()
        if key is not None and len(ones) == 1 and len(there.get(key, ())) == 1
    ]


def _may(job: Job, tx: Tables, known: Mapping[int, Collection], one: Missing, there: Stranger) -> bool:
    """Whether the new place takes the record, has none of it yet, and nobody said that the item is not to be synced."""
    collection, record = known[there.collection], tx.records.get(one.record, deleted=True)
    if record is None or record.type not in collection.accepts:
        return False
    if one.collection != there.collection and tx.links.between(one.record, there.collection) is not None:
        return False
    state = tx.queue.states(there.collection, [there.href]).get(there.href, QueueState.OPEN)
    return state is not QueueState.PRIVATE and (state is not QueueState.IGNORED or job.account.mode is Mode.EXPORT)


def _move(job: Job, tx: Tables, collection: Collection, one: Missing, there: Stranger) -> None:
    link = tx.links.get(one.link) if one.link is not None else _again(tx, collection, one, there)
    if link is None:
        return
    if one.link is not None:
        old = tx.collections.get(one.collection)
        tx.moves.follow(link, there)
        tx.mirror.drop(old.id, [one.href])
        tx.parked.drop_hrefs(old.id, [one.href])
        tx.plans.forget(old.id, one.href)
    if tx.queue.states(there.collection, [there.href]).get(there.href) is QueueState.OPEN:
        job.result.queued = max(0, job.result.queued - 1)
    tx.queue.decide_hrefs(there.collection, [there.href], QueueState.LINKED, ours=False)
    tx.mirror.mark_dirty(there.collection, [there.href])
    tx.links.touch([link.id])


def _again(tx: Tables, collection: Collection, one: Missing, there: Stranger) -> Link | None:
    """The record that was deleted with its item comes back, and is that item."""
    tx.moves.forget(one)
    record, mirrored = tx.records.get(one.record, deleted=True), tx.mirror.get(there.collection, there.href)
    if record is None or mirrored is None:
        return None
    try:
        shown = translate.read(collection.format, record.type, mirrored.item.raw).fields
    except Unreadable:
        return None
    tx.records.restore(one.record)
    base = adopt(view(record.type, record.fields, collection.format), shown).base
    return tx.links.insert(Link(0, one.record, there.collection, there.href, there.uid, there.etag, base))
