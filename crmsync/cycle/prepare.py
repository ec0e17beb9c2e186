"""Step one of an action: the hub's own changes, and what is about to be sent, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from crmsync import translate
from crmsync.core.deletion_words import deletion_words
from crmsync.core.fieldmap import view
from crmsync.core.merge import Lost
from crmsync.core.origin import Origin
from crmsync.core.plan import Action, Create, Delete, PutBack, Revived, Unlink, Update, Vanished
from crmsync.core.reconcile import sent
from crmsync.cycle import put_back
from crmsync.cycle.anew import anew
from crmsync.cycle.job import Job, uid_of
from crmsync.cycle.put_back import Restore
from crmsync.errors import Unreadable
from crmsync.model import Conflict, Link, LinkState, Mode, OnDelete, Record, Side
from crmsync.store.collections_of import Collection
from crmsync.store.store import Tables
from crmsync.values import Changes, Fields, Value


@dataclass(frozen=True, slots=True)
class Post:
    """A new item is to be stored."""

    link: Link
    raw: bytes
    title: str


@dataclass(frozen=True, slots=True)
class Put:
    """An item is to be replaced. `base` and `echo` are the agreement once it was."""

    link: Link
    raw: bytes
    title: str
    base: Fields
    echo: Changes


@dataclass(frozen=True, slots=True)
class Drop:
    """An item is to be removed."""

    link: Link
    title: str


Step: TypeAlias = Post | Put | Drop | Restore


def prepare(job: Job, collection: Collection, actions: Sequence[Action], touched: Mapping[int, int]) -> Sequence[Step]:
    """Writes down what the actions will do, does the part that concerns the hub alone, returns what is to be sent.

    An action whose record was edited since the decision is left for the next cycle: the link stays pending.
    """
    with job.store.transaction(job.stamp()) as tx:
        steps = [_prepare(job, tx, collection, action) for action in actions if _still_true(tx, action, touched)]
    return [step for step in steps if step is not None]


def _still_true(tx: Tables, action: Action, touched: Mapping[int, int]) -> bool:
    if action.link is None:
        return True
    link = action.link
    return tx.links.untouched_since(link, touched.get(link, 0))


def _prepare(job: Job, tx: Tables, collection: Collection, action: Action) -> Step | None:
    match action:
        case Create():
            return _create(job, tx, collection, action)
        case Update():
            return _update(job, tx, collection, action)
        case Delete():
            link = _link(tx, action.link)
            if _edited_since_undone(job, tx, collection, action):
                return None
            for lost in action.lost:
                _note(tx, collection, _as_conflict(tx, link, lost), lost)
            begun = replace(link, href=action.href, etag=action.etag, state=LinkState.DELETING)
            tx.links.update(begun)
            _looked(tx, collection, action.link, action.href)
            return Drop(begun, _title(tx, action.record))
        case Vanished():
            _vanished(job, tx, collection, action)
        case Revived():
            item = tx.mirror.hashes(collection.id, [action.href]).get(action.href, "")
            _ask(job, tx, collection, replace(action.conflict, item=item))
            _looked(tx, collection, action.link, action.href)
        case PutBack():
            if action.remote:
                return put_back.begin(tx, collection, action)
            put_back.settle(job, tx, collection, action)
        case Unlink():
            forget(tx, collection, action.link, action.href)
        case _:
            assert_never(action)
    return None


def _record(tx: Tables, id: str) -> Record:
    record = tx.records.get(id, deleted=True)
    assert record is not None
    return record


def _link(tx: Tables, id: int) -> Link:
    link = tx.links.get(id)
    assert link is not None
    return link


def _title(tx: Tables, id: str) -> str:
    return str(_record(tx, id).fields.get("name") or _record(tx, id).fields.get("summary") or id)


def _looked(tx: Tables, collection: Collection, link: int, href: str) -> None:
    tx.links.looked(link, tx.journal.last())
    tx.mirror.clear_dirty(collection.id, [href])


def _create(job: Job, tx: Tables, collection: Collection, action: Create) -> Post | None:
    record = _record(tx, action.record)
    if record.deleted:
        return None
    last = _last(tx, collection, action)
    if action.link is not None:
        forget(tx, collection, action.link, _link(tx, action.link).href)
    policy = job.rules.policies.of(record.type)
    fields = sent(view(record.type, record.fields, collection.format), policy)
    blobs = tx.blobs.many(_blob_names(fields))
    again = anew(collection.format, record, fields, last, blobs) if last else None
    uid = again[0] if again else uid_of(record.id)
    raw = again[1] if again else translate.build(collection.format, uid, record.type, fields, blobs)
    link = tx.links.insert(Link(0, record.id, collection.id, "", uid, None, {}, {}, LinkState.CREATING, fields))
    if deletion_words(policy.deletion_words, fields):
        tx.links.touch([link.id])  # the next cycle asks
    return Post(link, raw, _title(tx, record.id))


def _last(tx: Tables, collection: Collection, action: Create) -> tuple[str, bytes] | None:
    """UID and bytes of the item that the record had here before: it vanished, or we removed it."""
    if action.link is not None:
        old = _link(tx, action.link)
        mirrored = tx.mirror.get(collection.id, old.href)
        raw = mirrored.item.raw if mirrored else tx.links.last_bytes(old.id)
        return None if raw is None else (old.uid, raw)
    removed = tx.pushes.last_removed(action.record, collection.id)
    return None if removed is None or removed.raw is None else (removed.uid, removed.raw)


def _blob_names(fields: Changes) -> list[str]:
    photo = fields.get("photo")
    return [photo] if isinstance(photo, str) and photo.startswith("sha256:") else []


def _update(job: Job, tx: Tables, collection: Collection, action: Update) -> Put | None:
    link = _link(tx, action.link)
    for lost in action.lost:
        _note(tx, collection, _as_conflict(tx, link, lost), lost)
    for conflict in action.conflicts:
        _ask(job, tx, collection, conflict)
    answered = {conflict.field for conflict in action.conflicts}
    for open_one in tx.conflicts.list(link=link.id):
        if open_one.conflict.field not in answered:
            tx.conflicts.close(open_one.id, "settled")
    if action.hub:
        _take_in(job, tx, collection, action)
    put = _put(job, tx, collection, action, link) if action.remote else None
    if put is None:
        # What could not be turned into bytes stays an edit of the hub: its agreement is not touched.
        base, echo = _agreed_so_far(action, link) if action.remote else (action.base, action.echo)
        settled = replace(link, href=action.href, etag=action.etag, base=base, echo=echo, state=LinkState.LINKED)
        tx.links.update(settled)
    _looked(tx, collection, action.link, action.href)
    if action.hub or action.conflicts:
        _outlive(job, tx, action)
    if action.again:
        tx.links.touch([action.link])
    return put


def _edited_since_undone(job: Job, tx: Tables, collection: Collection, action: Delete) -> bool:
    """Whether somebody wrote into an item that an undo takes back, be it what no record holds: then it stays."""
    mirrored = tx.mirror.get(collection.id, action.href)
    if job.account.mode is not Mode.TWO_WAY or mirrored is None:
        return False
    return tx.pushes.edited_since(collection.id, action.href, mirrored.item.raw) and _outlive(job, tx, action)


def _outlive(job: Job, tx: Tables, action: Update | Delete) -> bool:
    """Ends that the account is to do without the record. False when it was not to."""
    if not tx.withheld.outlive(job.account.id, action.record):
        return False
    job.result.notes.append(f"{action.href}: made by a run that was undone and edited there since: it stays")
    tx.links.touch([action.link])
    return True


def _take_in(job: Job, tx: Tables, collection: Collection, action: Update) -> None:
    if _blob_names(action.hub):
        mirrored = tx.mirror.get(collection.id, action.href)
        record = _record(tx, action.record)
        if mirrored is not None:
            tx.blobs.put_all(translate.read(collection.format, record.type, mirrored.item.raw).blobs)
    for rule, changes in _by_rule(action).items():
        origin = Origin(rule, job.account.name, action.href)
        tx.records.change(action.record, changes, reason=origin.spelled())
    job.result.pulled.updated += 1


def _by_rule(action: Update) -> Mapping[str, Changes]:
    """The hub's changes by what decided them: a rule that took a value away from the CRM, or nothing (then "")."""
    ruled = {lost.field: lost.reason for lost in action.lost if lost.side is Side.CRM}
    rules = dict.fromkeys(sorted(ruled.get(name, "") for name in action.hub))
    return {rule: {name: new for name, new in action.hub.items() if ruled.get(name, "") == rule} for rule in rules}


def _put(job: Job, tx: Tables, collection: Collection, action: Update, link: Link) -> Put | None:
    record = _record(tx, action.record)
    mirrored = tx.mirror.get(collection.id, action.href)
    assert mirrored is not None
    try:
        blobs = tx.blobs.many(_blob_names(action.remote))
        raw = translate.patch(collection.format, record.type, mirrored.item.raw, action.remote, blobs)
    except Unreadable as error:
        job.park(tx, collection, action.href, action.etag, str(error), mirrored.item.raw, refused=True)
        return None
    base, echo = _agreed_so_far(action, link)
    begun = replace(
        link,
        href=action.href,
        etag=action.etag,
        base=base,
        echo=echo,
        state=LinkState.UPDATING,
        intent=action.remote,
    )
    tx.links.update(begun)
    return Put(begun, raw, _title(tx, action.record), action.base, action.echo)


def _agreed_so_far(action: Update, link: Link) -> tuple[dict[str, Value], dict[str, Value | None]]:
    """The agreement as it will be, but for the fields that are still to be written at the remote."""
    base = {name: value for name, value in action.base.items() if name not in action.remote}
    echo = {name: value for name, value in action.echo.items() if name not in action.remote}
    base.update({name: value for name, value in link.base.items() if name in action.remote})
    echo.update({name: value for name, value in link.echo.items() if name in action.remote})
    return base, echo


def _as_conflict(tx: Tables, link: Link, lost: Lost) -> Conflict:
    """A loss in the shape of the conflict it would have been."""
    held = _record(tx, link.record).fields.get(lost.field)
    crm, remote = (lost.value, None) if lost.side is Side.CRM else (held, lost.value)
    return Conflict(link.record, link.id, lost.field, link.base.get(lost.field), crm, remote)


def _note(tx: Tables, collection: Collection, conflict: Conflict, lost: Lost) -> None:
    """Keeps a value that lost without anybody being asked, where it can be found and put back."""
    waiting = tx.conflicts.find(conflict.link, conflict.field)
    logged = waiting or tx.conflicts.open(conflict, collection.id)[0]
    if logged.open:
        tx.conflicts.close(logged.id, f"{lost.ruling.value}: {lost.reason}", lost.value)
    else:
        tx.conflicts.again(logged.id)


def _ask(job: Job, tx: Tables, collection: Collection, conflict: Conflict) -> None:
    logged, new = tx.conflicts.open(conflict, collection.id)
    if not new and not logged.open:
        if (newer := tx.conflicts.find(conflict.link, conflict.field)) is not None:
            tx.conflicts.close(newer.id, "superseded")
        tx.conflicts.reopen(logged.id)  # the very same values clash again, after a decision that did not last
        new = True
    job.result.conflicts += new


def _vanished(job: Job, tx: Tables, collection: Collection, action: Vanished) -> None:
    match action.answer:
        case OnDelete.ASK:
            _ask(job, tx, collection, Conflict(action.record, action.link, "deleted", False, False, True))
            tx.links.update(replace(_link(tx, action.link), state=LinkState.GONE))
            if (mirrored := tx.mirror.get(collection.id, action.href)) is not None:
                tx.links.keep_bytes(action.link, mirrored.item.raw)
            _looked(tx, collection, action.link, action.href)
            tx.mirror.drop(collection.id, [action.href])
            tx.parked.drop_hrefs(collection.id, [action.href])
            return
        case OnDelete.UNFLAG:
            tx.flags.set(job.account.user, [action.record], on=False)
        case OnDelete.ARCHIVE:
            tx.flags.set(job.account.user, [action.record], on=False)
            tx.records.change(action.record, {"status": "inactive"}, reason=f"archived: {action.reason}")
        case OnDelete.DELETE:
            if (link := tx.links.get(action.link)) is not None:
                for hash in tx.mirror.hashes(collection.id, [action.href]).values():
                    tx.moves.remember(link, bytes.fromhex(hash))
            tx.records.delete(action.record)
        case _:
            assert_never(action.answer)
    job.result.pulled.deleted += 1
    forget(tx, collection, action.link, action.href)


def forget(tx: Tables, collection: Collection, link: int, href: str) -> None:
    """The link and what the mirror knows of its item go; open questions about them, and answers, end with that.

    So does a failure: an item that is gone is neither refused nor unreadable any more.
    """
    tx.links.delete(link)
    tx.mirror.drop(collection.id, [href])
    tx.parked.drop_hrefs(collection.id, [href])
    tx.pushes.let_go(collection.id, href)
    tx.plans.forget(collection.id, href)
