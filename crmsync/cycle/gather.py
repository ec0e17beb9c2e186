"""Between the halves: which pairs of record and item need a decision, and both sides of each as fields."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crmsync import translate
from crmsync.admission.eligible import Eligible
from crmsync.core.fieldmap import view as visible
from crmsync.core.reconcile import Local, Pair, Remote
from crmsync.core.selection import Selected
from crmsync.cycle.given_up import Resting
from crmsync.cycle.job import Job
from crmsync.cycle.newer import newer
from crmsync.errors import Unreadable
from crmsync.model import Link, LinkState, Record, RecordType
from crmsync.store.collections_of import Collection
from crmsync.store.store import Tables


@dataclass(frozen=True, slots=True)
class Gathered:
    """The pairs of one collection, how far each link had been touched when they were read, and what was left out."""

    pairs: Sequence[Pair]
    touched: dict[int, int]
    unreadable: Sequence[tuple[Link, str]]


def linked(job: Job, tx: Tables, collection: Collection) -> Gathered:
    """A pair for each link that something happened to: at the remote, in the hub, or in a cycle that was cut off."""
    waiting = tx.links.pending(collection.id)
    pending = {one.link.id: one.touched for one in waiting}
    links = tx.links.of_collection(collection.id) if job.full else [one.link for one in waiting]
    # A write that a late remote does not show yet is not decided upon again before it does.
    links = [link for link in links if link.state in (LinkState.LINKED, LinkState.GONE)]
    records = tx.records.many({link.record for link in links})
    eligible = _among(job, tx, collection, records)
    resting = Resting.of(job, tx, collection)
    open_ones = tx.conflicts.list()
    disputed = {one.conflict.link for one in open_ones}
    asked = {
        one.conflict.link: one.conflict.item
        for one in open_ones
        if one.conflict.field == "deleted" and one.conflict.crm is True
    }
    pairs: list[Pair] = []
    unreadable: list[tuple[Link, str]] = []
    for link in links:
        record = records[link.record]
        if _stuck(tx, collection, link, resting, pending.get(link.id, 0)):
            continue
        agreed = link.id not in disputed and link.href not in resting.parked
        try:
            remote = _remote(tx, collection, record, link, agreed=agreed)
        except Unreadable as error:
            unreadable.append((link, str(error)))
            continue
        about = asked.get(link.id) if record.deleted and remote is not None else None
        if about is not None and about == tx.mirror.hashes(collection.id, [link.href])[link.href]:
            continue  # whether its item goes too is a question to a person
        restore = tx.plans.answer(collection.id, link.href, "vanished") == "restore"
        local = _local(eligible, record, collection.format)
        pairs.append(
            Pair(local, link, remote, newer(job, tx, collection, local, link, remote), restore, about is not None)
        )
    return Gathered(pairs, {link.id: pending.get(link.id, job.seen) for link in links}, unreadable)


def unlinked(job: Job, tx: Tables, collection: Collection, types: Sequence[RecordType]) -> Sequence[Pair]:
    """A pair for each selected record of these types that no collection of the account has.

    Left out: a record that an undecided item of this account may already be. Otherwise the first sync of a full phone
    would double its people.
    """
    ids = sorted(
        {*tx.links.unlinked(job.account.id, job.account.user, types), *tx.choices.unlinked(job.account.id, types)}
    )
    waiting = tx.queue.suggested(job.account.id)
    records = tx.records.many([id for id in ids if id not in waiting], deleted=False)
    eligible = _among(job, tx, collection, records)
    resting = Resting.of(job, tx, collection)
    sides = [
        _local(eligible, record, collection.format)
        for record in records.values()
        if not (record.id in resting.parked and resting.rests(record.id, tx.journal.last_of(record.id)))
    ]
    return [Pair(local) for local in sides if local.selected]


def unwanted(job: Job, tx: Tables, collection: Collection) -> Sequence[str]:
    """Records that the remote refused, and that it is not to have any more, or has by now."""
    parked = [one.href for one in tx.parked.outlines(collection.id).values() if one.refused]
    return [
        record.id
        for record in tx.records.many(parked).values()
        if record.deleted or tx.links.between(record.id, collection.id) or not wanted(job, tx, collection, record)
    ]


def _stuck(tx: Tables, collection: Collection, link: Link, resting: Resting, touched: int) -> bool:
    """Whether a link rests; one whose item was edited or removed since then is news to be looked at."""
    if not resting.rests(link.href, touched):
        return False
    mirrored = tx.mirror.get(collection.id, link.href)
    return mirrored is None or (resting.parked[link.href].etag == mirrored.item.etag and not mirrored.gone)


def wanted(job: Job, tx: Tables, collection: Collection, record: Record) -> bool:
    """Whether this account is to have the record."""
    return isinstance(_among(job, tx, collection, [record.id]).verdict(record), Selected)


def _local(eligible: Eligible, record: Record, format: str) -> Local:
    selected = isinstance(eligible.verdict(record), Selected)
    return Local(record.id, record.type, visible(record.type, record.fields, format), selected, record.deleted)


def _among(job: Job, tx: Tables, collection: Collection, records: Iterable[str]) -> Eligible:
    return Eligible.among(tx, job.account, collection.accepts, job.rules.export, records)


def _remote(tx: Tables, collection: Collection, record: Record, link: Link, *, agreed: bool) -> Remote | None:
    """The item as it is. Where nothing is new and nothing in dispute, it shows what was agreed, and is not read.

    What was parked may be what nobody can read, and that is not `agreed`.
    """
    mirrored = tx.mirror.get(collection.id, link.href)
    if mirrored is None or mirrored.gone:
        return None
    item = mirrored.item
    if agreed and not mirrored.dirty:
        return Remote(link.href, item.etag, link.shown())
    return Remote(link.href, item.etag, translate.read(collection.format, record.type, item.raw).fields)
