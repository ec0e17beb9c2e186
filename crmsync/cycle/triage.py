"""Who is this? Each new item without a link is ours (certain), queued with a suggestion, parked, or left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crmsync import translate
from crmsync.admission.enrol import Newcomer, enrol, read
from crmsync.admission.suggest import suggested
from crmsync.core.adopt import adopt
from crmsync.core.fieldmap import fits, view
from crmsync.cycle.gather import wanted
from crmsync.cycle.job import Job, record_of
from crmsync.cycle.rules import Enrolment
from crmsync.cycle.shown import shown
from crmsync.cycle.suggest import enqueue
from crmsync.errors import Unreadable
from crmsync.model import Confidence, Conflict, Item, Link, LinkState, Mode, Record
from crmsync.store.collections_of import Collection
from crmsync.store.import_queue import Found, QueueState
from crmsync.store.store import Tables


def triage(job: Job, tx: Tables, collection: Collection, items: Sequence[Item], hashes: Mapping[str, bytes]) -> None:
    """Sorts those of the items that belong to no link, in the transaction that mirrors them.

    The others are marked for the reconcile. `hashes`: of the bytes of each, by href.
    """
    links = tx.links.by_hrefs(collection.id, [item.href for item in items])
    tx.mirror.mark_dirty(collection.id, links)
    strangers = [item for item in items if item.href not in links]
    if not strangers:
        return
    enrolment = job.rules.enrolment
    found: list[Found] = []
    apart: list[Found] = []
    newcomers: list[tuple[Item, Newcomer]] = []
    readable: list[str] = []
    for item in strangers:
        try:
            newcomer = _newcomer(tx, collection, item, enrolment)
            entry = None if newcomer else shown(collection, item, hashes[item.href])
        except Unreadable as error:
            job.park(tx, collection, item.href, item.etag, str(error), item.raw)
            continue
        if _ours(job, tx, collection, item):
            tx.mirror.mark_dirty(collection.id, [item.href])  # linked, and so for the reconcile to look at
            continue
        if newcomer is not None:
            newcomers.append((item, newcomer))
        elif entry is not None:
            # A group is no person, and in an export-only account what is not ours is none of our business.
            (apart if entry.kind == "group" or job.account.mode is Mode.EXPORT else found).append(entry)
        readable.append(item.href)
    tx.parked.drop_hrefs(collection.id, readable)
    if apart:
        tx.queue.put_many(job.account.id, collection.id, apart)
        tx.queue.decide_hrefs(collection.id, [entry.href for entry in apart], QueueState.IGNORED)
    found, again = _made_anew(tx, collection, found)
    for state, entries in again.items():
        tx.queue.put_many(job.account.id, collection.id, entries)
        tx.queue.decide_hrefs(collection.id, [entry.href for entry in entries], state)
    waiting = suggested(tx, collection, found, job.rules.region)
    if enrolment is not None:
        waiting += _enrolled(job, tx, collection, enrolment, newcomers, hashes)
    enqueue(job, tx, collection, waiting)


def _newcomer(tx: Tables, collection: Collection, item: Item, enrolment: Enrolment | None) -> Newcomer | None:
    """The whole of an item, where it may become a record at once."""
    if enrolment is None or enrolment.type not in collection.accepts:
        return None
    whole = read(tx, collection, item, enrolment.type)
    return whole if fits(enrolment.type, whole.kind) else None


def _made_anew(
    tx: Tables, collection: Collection, found: Sequence[Found]
) -> tuple[list[Found], dict[QueueState, list[Found]]]:
    """Takes out what was left out before under another address: private for good, ignored as long as it is the same."""
    before = tx.queue.left_out(collection.id, [entry.uid for entry in found])
    known = tx.queue.states(collection.id, [entry.href for entry in found if entry.uid in before])
    fresh: list[Found] = []
    again: dict[QueueState, list[Found]] = {}
    for entry in found:
        row = before.get(entry.uid)
        if row is None or entry.href in known:
            fresh.append(entry)
        elif row.state is QueueState.PRIVATE or row.item.digest == entry.digest:
            again.setdefault(row.state, []).append(entry)
        else:
            fresh.append(entry)
    return fresh, again


def _enrolled(
    job: Job,
    tx: Tables,
    collection: Collection,
    enrolment: Enrolment,
    newcomers: Sequence[tuple[Item, Newcomer]],
    hashes: Mapping[str, bytes],
) -> list[Found]:
    """Makes records of what is probably none yet; returns the rest, which waits."""
    queued = tx.queue.states(collection.id, [one.href for _, one in newcomers])
    known = tx.records.by_keys({key for _, one in newcomers for key in one.keys})
    doubtful = [
        (item, one)
        for item, one in newcomers
        if queued.get(one.href) in _LEFT_OUT or not known.keys().isdisjoint(one.keys)
    ]
    keys = {one.href: one.keys for _, one in doubtful}
    entries = [shown(collection, item, hashes[item.href])._replace(type=enrolment.type) for item, _ in doubtful]
    waiting = {
        entry.href: entry
        for entry in suggested(tx, collection, entries, job.rules.region, keys)
        if queued.get(entry.href) in _LEFT_OUT
        or (entry.suggestion is not None and entry.suggestion.confidence >= Confidence.MEDIUM)
    }
    chosen = [one for _, one in newcomers if one.href not in waiting]
    enrol(tx, chosen, enrolment.user, enrolment.new_id)
    undecided = [one.href for one in chosen if queued.get(one.href) is QueueState.OPEN]
    tx.queue.decide_hrefs(collection.id, undecided, QueueState.IMPORTED)
    job.result.pulled.created += len(chosen)
    return list(waiting.values())


_LEFT_OUT = (QueueState.IGNORED, QueueState.PRIVATE)


def _successor(tx: Tables, id: str) -> Record | None:
    """The record that this one was merged into."""
    later = tx.merged.successor(id)
    return None if later is None else tx.records.get(later)


def _ours(job: Job, tx: Tables, collection: Collection, item: Item) -> bool:
    """Whether the item carries our mark, made for a record that has no item in this account: then it is that item.

    A store that was restored from a backup, or a person who copied a card to another account, comes back this way. A
    copy of a record that this account is not to have is somebody's own: linked, it would be deleted as not selected.
    """
    owner = record_of(item.uid)
    record = tx.records.get(owner) or _successor(tx, owner) if owner else None
    if record is None:
        return False
    mine = {other.id for other in tx.collections.of(job.account.id)}
    known = [link for link in tx.links.for_record(record.id) if link.collection in mine]
    if any(link.collection == collection.id and link.state is LinkState.CREATING for link in known):
        return True  # made by a cycle that was cut off: recover makes it the record's
    if known or not wanted(job, tx, collection, record):
        return False
    try:
        remote = translate.read(collection.format, record.type, item.raw).fields
    except Unreadable:
        return False
    crm = view(record.type, record.fields, collection.format)
    adoption = adopt(crm, remote)
    link = tx.links.insert(Link(0, record.id, collection.id, item.href, item.uid, item.etag, adoption.base))
    for lost in adoption.lost:
        conflict = Conflict(record.id, link.id, lost.field, None, crm.get(lost.field), lost.value)
        tx.conflicts.note(conflict, collection.id, lost.reason, lost.value)
    tx.links.touch([link.id])
    tx.queue.decide_hrefs(collection.id, [item.href], QueueState.LINKED)
    return True
