"""Conflicts: which value stands, and what a deletion on one side means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, assert_never

from crmsync import translate
from crmsync.admission.sorting import Done
from crmsync.core.entries import Diff, carry
from crmsync.core.merge import merge
from crmsync.core.origin import Origin
from crmsync.errors import Unreadable, Usage
from crmsync.model import Conflict, Link, LinkState, Mode, Policy
from crmsync.review.merged_away import lacking
from crmsync.store.conflict_log import LoggedConflict
from crmsync.store.conflict_page import DELETION, ConflictSelection
from crmsync.store.store import Tables
from crmsync.values import Value, fields_to_json, is_list, to_json

DELETED = DELETION
"""The pseudo-field of a deletion that waits for a person."""


class Choice(StrEnum):
    """How a conflict is decided."""

    CRM = "crm"
    REMOTE = "remote"
    BASE = "base"
    BOTH = "both"
    VALUE = "value"


_NOTHING_LOST = ("both", "settled", "superseded", "unlinked", "account removed")


def agreement(link: Link) -> dict[str, Any]:
    """What both sides of a link agree on, as a decision keeps it."""
    return {"base": fields_to_json(link.base), "echo": fields_to_json(link.echo), "etag": link.etag}


def restore(tx: Tables, id: int) -> None:
    """Puts the value back that lost, whoever decided so: into the CRM at once, everywhere with the next cycles.

    Of a list, the entries that were lost come back beside those that are there. A record that was deleted by a decision
    comes back. Raises `Usage` for a conflict that is open, or in which nothing was lost.
    """
    logged = tx.conflicts.get(id)
    conflict, name = logged.conflict, logged.conflict.field
    if logged.open:
        raise Usage("this conflict is open", thing=str(id), next_step="Decide it with `crmsync conflicts resolve`")
    record = tx.records.get(conflict.record, deleted=True)
    assert record is not None
    reason = f"conflict {id}: put back"
    if name == DELETED:
        if not tx.records.restore(conflict.record, reason=reason):
            raise Usage("its record is there", thing=str(id), next_step="See `crmsync records show`")
        return
    if logged.resolution in _NOTHING_LOST:
        raise Usage("no value was lost in this conflict", thing=str(id), next_step="See `crmsync records history`")
    if record.deleted:
        raise Usage("its record is deleted", thing=conflict.record, next_step="Restore the record first")
    lost: Any = logged.losing
    if is_list(name):
        lost = carry(Diff.of(name, None, lost), onto=Diff.of(name, None, record.fields.get(name)), wins=True)
    tx.records.change(conflict.record, {name: lost}, reason=reason)


def resolve(tx: Tables, id: int, choice: Choice, value: Value | None = None) -> None:
    """Decides an open conflict. The CRM has the chosen value at once, the remote after the next sync.

    `value` goes with `VALUE`; for a deletion it is `unflag`, `archive` or `delete`. The value that was not taken stays
    in the log. Raises `Usage` for a conflict that is decided already, and for `BOTH` where only one value can be.
    """
    logged = tx.conflicts.get(id)
    if not logged.open:
        raise Usage("this conflict is decided already", thing=str(id), next_step="See `crmsync conflicts list`")
    link = tx.links.get(logged.conflict.link)
    assert link is not None  # conflicts are closed with their link
    if logged.conflict.field == DELETED:
        _deletion(tx, logged, link, choice, value)
        left = tx.links.get(link.id)
        tx.decisions.note("answer", str(id), agreement(link), None if left is None else agreement(left))
    else:
        _field(tx, logged, link, choice, value)


def resolve_many(tx: Tables, ids: Iterable[int], choice: Choice, value: Value | None = None) -> Done:
    """`resolve` for each. One that cannot be decided so is left open and told, with the reason."""
    done = Done()
    for id in ids:
        try:
            resolve(tx, id, choice, value)
        except Usage as error:
            done.skip(id, error)
        else:
            done.ids.append(id)
    return done


def alike(tx: Tables, id: int) -> ConflictSelection:
    """The open conflicts that are the same question: this account, field and type of record; for a deletion, on the
    same side and for a like reason. Raises `Usage` when there is no such conflict."""
    logged = tx.conflicts.get(id)
    conflict = logged.conflict
    record = tx.records.get(conflict.record, deleted=True)
    assert record is not None
    account = tx.collections.get(logged.collection).account
    if conflict.field != DELETED:
        return ConflictSelection(field=conflict.field, account=account, type=record.type)
    return ConflictSelection(
        field=DELETED,
        account=account,
        type=record.type,
        there=conflict.remote is True,
        worded=bool(conflict.why),
    )


def ask_about_item(tx: Tables, link: Link) -> None:
    """Puts before a person whether the item of a deleted record goes too. Until that is answered it stays."""
    item = tx.mirror.hashes(link.collection, [link.href]).get(link.href, "")
    question = Conflict(link.record, link.id, DELETED, False, True, False, item=item)
    logged, new = tx.conflicts.open(question, link.collection)
    if not new and not logged.open:
        tx.conflicts.reopen(logged.id)


def is_written(tx: Tables, link: Link) -> bool:
    """Whether the place of an item is one that we write to at all."""
    collection = tx.collections.get(link.collection)
    return not collection.read_only and tx.accounts.by_id(collection.account).mode is not Mode.IMPORT


def _field(tx: Tables, logged: LoggedConflict, link: Link, choice: Choice, value: Value | None) -> None:
    conflict = logged.conflict
    name = conflict.field
    record = tx.records.get(conflict.record, deleted=True)
    assert record is not None
    held = record.fields.get(name)  # not what it was when the conflict was found: somebody may have typed since
    chosen: Any
    match choice:
        case Choice.CRM:
            chosen, losing = None, conflict.remote
        case Choice.REMOTE:
            chosen, losing = conflict.remote, held
        case Choice.BASE:
            chosen, losing = conflict.base, held
        case Choice.BOTH:
            chosen, losing = _both(name, held, conflict.remote), None
        case Choice.VALUE:
            chosen, losing = value, held
        case _:
            assert_never(choice)
    if choice is not Choice.CRM:
        origin = Origin(f"conflict {logged.id}: {choice}")
        if choice in (Choice.REMOTE, Choice.BOTH):
            account = tx.accounts.by_id(tx.collections.get(link.collection).account)
            origin = replace(origin, account=account.name, item=link.href)
        tx.records.change(conflict.record, {name: chosen}, reason=origin.spelled())
    # Both now agree on what the remote shows; where the CRM holds something else, that is an edit to be pushed.
    base: dict[str, Any] = {key: held for key, held in link.base.items() if key != name}
    if conflict.remote is not None:
        base[name] = conflict.remote
    echo = {key: held for key, held in link.echo.items() if key != name}
    agreed = {"base": to_json(link.base.get(name))} | ({"echo": to_json(link.echo[name])} if name in link.echo else {})
    tx.decisions.note("conflict", str(logged.id), agreed, {"base": to_json(conflict.remote)})  # type: ignore[arg-type]
    tx.links.update(replace(link, base=base, echo=echo))
    tx.links.touch([link.id])
    tx.conflicts.close(logged.id, choice.value, losing)


def _both(field: str, crm: Value | None, remote: Any) -> Value | None:
    if not is_list(field):
        raise Usage("only one of the two can be its value", thing=field, next_step="Take one side, or give a value")
    return carry(Diff.of(field, None, remote), onto=Diff.of(field, None, crm), wins=False)


def _deletion(tx: Tables, logged: LoggedConflict, link: Link, choice: Choice, value: Value | None) -> None:
    conflict = logged.conflict
    chosen: Mapping[Choice, object] = {
        Choice.CRM: conflict.crm,
        Choice.REMOTE: conflict.remote,
        Choice.BASE: conflict.base,
        Choice.VALUE: value,
    }
    match chosen.get(choice):
        case True | "delete":
            if choice is not Choice.VALUE:
                _refuse_half_merged(tx, logged)
            _delete(tx, logged, link)
        case False:
            _keep(tx, conflict, link)
        case "unflag" | "archive" as answer:
            _leave(tx, conflict, link, archive=answer == "archive")
        case _:
            raise Usage("a deletion is answered with --crm, --remote, or --value unflag, archive or delete")
    if conflict.why:  # it was a word in the note that asked, and that word has its answer now
        tx.plans.remember(link.collection, link.href, f"said: {conflict.why}", choice.value)
    if tx.conflicts.get(logged.id).open:
        tx.conflicts.close(logged.id, choice.value)


def _refuse_stale(tx: Tables, logged: LoggedConflict, link: Link) -> None:
    """An item that was edited since the question was asked is not deleted by the answer to it."""
    about = logged.conflict.item
    if about and tx.mirror.hashes(link.collection, [link.href]).get(link.href, about) != about:
        raise Usage(
            "its item was edited again since this was asked", thing=str(logged.id), next_step="Sync, and look once more"
        )


def _refuse_half_merged(tx: Tables, logged: LoggedConflict) -> None:
    """The item of a merged record is not deleted lightly while it holds what the record that stays lacks by now."""
    lacks = lacking(tx, logged.conflict.record)
    if lacks is None:
        return
    apart = f"`crmsync undo {lacks.run}` takes the two apart" if lacks.run else "Give them to the record that stays"
    raise Usage(
        f"its record was merged into {lacks.keep}, and holds what that one holds no more: {', '.join(lacks.fields)}",
        thing=str(logged.id),
        next_step=f"{apart}; --value delete deletes the item all the same",
    )


def _delete(tx: Tables, logged: LoggedConflict, link: Link) -> None:
    conflict = logged.conflict
    tx.records.delete(conflict.record)
    mirrored = tx.mirror.get(link.collection, link.href)
    if link.state is LinkState.GONE or mirrored is None or mirrored.gone:
        tx.links.unlink([link.id])
        return
    # What was typed there since is known and given up: the next cycle deletes the item.
    record = tx.records.get(conflict.record, deleted=True)
    assert record is not None
    try:
        shown = translate.read(tx.collections.get(link.collection).format, record.type, mirrored.item.raw).fields
    except Unreadable:
        return  # it is parked, with its text: what nobody can read is not deleted
    _refuse_stale(tx, logged, link)
    for lost in merge(link.base, link.echo, link.base, shown, Policy(mode=Mode.EXPORT)).lost:
        typed = Conflict(record.id, link.id, lost.field, link.base.get(lost.field), None, lost.value)
        tx.conflicts.note(typed, link.collection, "deleted with its item", lost.value)
    tx.links.update(replace(link, base=shown, echo={}, etag=mirrored.item.etag))
    tx.links.touch([link.id])


def _keep(tx: Tables, conflict: Conflict, link: Link) -> None:
    tx.records.restore(conflict.record)
    if link.state is LinkState.GONE:
        tx.plans.remember(link.collection, link.href, "vanished", "restore")
    else:
        tx.mirror.mark_dirty(link.collection, [link.href])
    tx.links.touch([link.id])


def _leave(tx: Tables, conflict: Conflict, link: Link, *, archive: bool) -> None:
    tx.records.restore(conflict.record)
    for user in tx.flags.users(conflict.record):
        tx.flags.set(user, [conflict.record], on=False)
    if archive:
        tx.records.change(conflict.record, {"status": "inactive"}, reason="archived")
    if link.state is LinkState.GONE:
        tx.links.unlink([link.id])
