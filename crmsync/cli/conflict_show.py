"""`crmsync conflicts show`: the record of a conflict beside its item, field by field."""

from __future__ import annotations

from crmsync.cli.answers import emit, say, table
from crmsync.core.fieldmap import display_name
from crmsync.desk import Desk
from crmsync.errors import Usage
from crmsync.review.conflicts import DELETED
from crmsync.review.side_by_side import Beside, Fate, SideBySide, compare
from crmsync.typed.field_values import as_json, in_words


def show(desk: Desk, id: int, *, json: bool, every: bool) -> int:
    """What both sides agreed on, what each holds, and what becomes of it; with `every` also what is the same."""
    config = desk.config
    with desk.seeing() as view:
        found = compare(view, id, lambda one: config.policies(one.name, one.mode), config.masters)
    if found is None:
        raise Usage("its record and its item are no longer linked", thing=str(id), next_step="See `conflicts list`")
    if json:
        emit({**_head(found), "fields": [_as_json(one) for one in found.fields]})
        return 0
    say(f"{display_name(found.record.type, found.record.fields)} at {found.account}, {found.href or 'no item'}")
    if found.unreadable:
        say(f"the item cannot be read: {found.unreadable}")
    if found.logged.conflict.field == DELETED:
        say(f"deleted {'in the CRM' if found.logged.conflict.crm else 'at the remote'}: {found.logged.conflict.why}")
    rows = [
        (one.conflict or "", one.field, *map(in_words, (one.base, one.crm, one.remote)), _fate(one))
        for one in found.fields
        if every or one.fate is not Fate.SAME
    ]
    table(("conflict", "field", "base", "CRM", "remote", ""), rows, "Nothing differs.")
    return 0


def _fate(one: Beside) -> str:
    when = "" if one.fate in (Fate.ASKED, Fate.SAME) else "done" if one.done else "with the next sync"
    return "; ".join(part for part in (one.fate.value, when, one.why, one.master and f"master: {one.master}") if part)


def _head(found: SideBySide) -> dict[str, object]:
    return {
        "id": found.logged.id,
        "record": found.record.id,
        "name": display_name(found.record.type, found.record.fields),
        "account": found.account,
        "item": found.href or None,
        "there": found.there,
        "field": found.logged.conflict.field,
        "open": found.logged.open,
        "changed_there": found.changed_there or None,
        "changed_here": None if found.edit is None else {"at": found.edit.at, "by": found.edit.actor},
        "unreadable": found.unreadable or None,
    }


def _as_json(one: Beside) -> dict[str, object]:
    return {
        "field": one.field,
        "fate": one.fate.value,
        "base": as_json(one.base),
        "crm": as_json(one.crm),
        "remote": as_json(one.remote),
        "done": one.done,
        "why": one.why or None,
        "conflict": one.conflict or None,
        "master": one.master or None,
    }
