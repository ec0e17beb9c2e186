"""Who is this? Each new item without a link is ours (certain), queued with a suggestion, parked, or left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b

from crmsync import translate
from crmsync.core.adopt import adopt
from crmsync.core.fieldmap import view
from crmsync.cycle.job import Job, record_of
from crmsync.cycle.rules import Enrolment
from crmsync.cycle.suggest import enqueue, suggested
from crmsync.enrol import Newcomer, enrol, read
from crmsync.errors import Unreadable
from crmsync.formats import registry
from crmsync.model import Confidence, Item, Link, Mode
from crmsync.store.collections_of import Collection
from crmsync.store.import_queue import Found, QueueState
from crmsync.store.store import Tables


def triage(job: Job, tx: Tables, collection: Collection, items: Sequence[Item]) -> None:
    """Sorts those of the items that belong to no link, in the transaction that mirrors them."""
    links = tx.links.by_hrefs(collection.id, [item.href for item in items])
    strangers = [item for item in items if item.href not in links]
    if not strangers:
        return
    reader = registry.get(collection.format)
    found: list[Found] = []
    foreign: list[Found] = []
    looked_at: list[str] = []
    for item in strangers:
        try:
            summary = reader.summary(item.raw)
        except Unreadable as error:
            job.park(tx, collection, item.href, item.etag, str(error), item.raw)
            looked_at.append(item.href)
            continue
        if _ours(job, tx, collection, item):
            continue  # linked, and so for the reconcile to look at
        looked_at.append(item.href)
        entry = Found(
            item.href,
            summary.name,
            summary.organization,
            summary.emails,
            summary.phones,
            summary.kind,
            summary.start,
            digest=blake2b(item.raw, digest_size=8).hexdigest(),
        )
        # A group is no person, and in an export-only account what is not ours is none of our business.
        apart = summary.kind == "group" or job.account.mode is Mode.EXPORT
        (foreign if apart else found).append(entry)
    tx.mirror.clear_dirty(collection.id, looked_at)
    tx.parked.drop_hrefs(collection.id, [entry.href for entry in (*found, *foreign)])
    if foreign:
        tx.queue.put_many(job.account.id, collection.id, foreign)
        tx.queue.decide_hrefs(collection.id, [entry.href for entry in foreign], QueueState.IGNORED)
    waiting = suggested(job, tx, collection, found)
    if job.rules.enrolment is not None and job.rules.enrolment.type in collection.accepts:
        waiting = _enrolled(job, tx, collection, job.rules.enrolment, waiting, {item.href: item for item in strangers})
    enqueue(job, tx, collection, waiting)


def _enrolled(
    job: Job,
    tx: Tables,
    collection: Collection,
    enrolment: Enrolment,
    found: Sequence[Found],
    items: Mapping[str, Item],
) -> list[Found]:
    """Makes records of what is probably none yet; returns the rest, which waits with the type it would have had."""
    waiting: list[Found] = []
    newcomers: list[Newcomer] = []
    decided = tx.queue.left_out(collection.id, [entry.href for entry in found])
    for entry in found:
        known = entry.suggestion is not None and entry.suggestion.confidence >= Confidence.MEDIUM
        if known or entry.href in decided:
            waiting.append(replace(entry, type=enrolment.type))
        else:
            newcomers.append(read(collection, items[entry.href], enrolment.type))
    enrol(tx, newcomers, enrolment.user, enrolment.new_id)
    tx.queue.decide_hrefs(collection.id, [one.href for one in newcomers], QueueState.IMPORTED)
    job.result.pulled.created += len(newcomers)
    return waiting


def _ours(job: Job, tx: Tables, collection: Collection, item: Item) -> bool:
    """Whether the item carries our mark, made for a record that has no item in this account: then it is that item.

    A store that was restored from a backup, or a person who copied a card to another account, comes back this way.
    """
    owner = record_of(item.uid)
    record = tx.records.get(owner) if owner else None
    if record is None:
        return False
    mine = {other.id for other in tx.collections.of(job.account.id)}
    if any(link.collection in mine for link in tx.links.for_record(record.id)):
        return False
    try:
        remote = translate.read(collection.format, record.type, item.raw).fields
    except Unreadable:
        return False
    adoption = adopt(view(record.type, record.fields, collection.format), remote)
    link = tx.links.insert(Link(0, record.id, collection.id, item.href, item.uid, item.etag, adoption.base))
    tx.links.touch([link.id])
    tx.queue.decide_hrefs(collection.id, [item.href], QueueState.LINKED)
    return True
