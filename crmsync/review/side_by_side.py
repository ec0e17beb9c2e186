"""A record beside its item, field by field: what both agreed on, what each holds now, and what becomes of it.

A field either waits for a person, or was merged by itself, or is put back because one side is its master. What was
merged in the cycle that found the conflict is told as well, so that a person sees the whole of what happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from crmsync import translate
from crmsync.core.declarations import Master
from crmsync.core.fieldmap import view as visible
from crmsync.core.keys import same
from crmsync.core.merge import Ruling, merge
from crmsync.core.reconcile import Policies
from crmsync.errors import Unreadable
from crmsync.formats.modified import modified
from crmsync.model import JournalEntry, Link, Mode, Policy, Record
from crmsync.review.conflicts import DELETED
from crmsync.store.accounts import Account
from crmsync.store.conflict_log import LoggedConflict
from crmsync.store.store import Tables
from crmsync.values import Fields


class Fate(StrEnum):
    """What becomes of a field."""

    SAME = "same"
    ASKED = "asked"  # both sides changed it: a person decides
    TO_REMOTE = "to remote"  # the CRM's change goes, or went, to the remote
    TO_CRM = "to crm"
    BOTH_WAYS = "both ways"  # a list that both sides added to
    PUT_BACK = "put back"  # changed by a side that is not its master


@dataclass(frozen=True, slots=True)
class Beside:
    """One field. `why`: what decided. `done`: it has happened already; else the next sync does it.

    `conflict`: the id of the open conflict about it, 0 without one. `master`: the system whose word alone counts.
    """

    field: str
    fate: Fate
    base: Any = None
    crm: Any = None
    remote: Any = None
    why: str = ""
    done: bool = False
    conflict: int = 0
    master: str = ""


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A record beside its item. `edit`: who changed the field of the conflict in the CRM last, and when.

    `there`: whether the item is there; `changed_there`: when it was changed last, as far as it says so.
    """

    logged: LoggedConflict
    record: Record
    account: str
    href: str
    fields: Sequence[Beside]
    there: bool
    changed_there: str = ""
    edit: JournalEntry | None = None
    unreadable: str = ""


@dataclass(slots=True)
class _Sides:
    base: Fields
    crm: Fields
    remote: Fields
    found: dict[str, Beside] = field(default_factory=dict)

    def put(self, name: str, fate: Fate, **more: Any) -> None:
        values = {"base": self.base.get(name), "crm": self.crm.get(name), "remote": self.remote.get(name)}
        self.found[name] = Beside(name, fate, **{**values, **more})


def compare(
    tx: Tables, id: int, policies: Callable[[Account], Policies], masters: Iterable[Master] = ()
) -> SideBySide | None:
    """All about the record and the item of a conflict; `None` when its link is gone.

    `policies` and `masters` are what the config says. Raises `Usage` when there is no such conflict.
    """
    logged = tx.conflicts.get(id)
    link, record = tx.links.get(logged.conflict.link), tx.records.get(logged.conflict.record, deleted=True)
    if link is None or record is None:
        return None
    collection = tx.collections.get(link.collection)
    account = tx.accounts.by_id(collection.account)
    policy = tx.policies.over(account.id, policies(account)).of(record.type)
    mirrored = tx.mirror.get(collection.id, link.href)
    there = mirrored is not None and not mirrored.gone
    shown: Fields = {}
    unreadable = changed_there = ""
    if mirrored is not None and there:
        changed_there = modified(collection.format, mirrored.item.raw)
        try:
            shown = translate.read(collection.format, record.type, mirrored.item.raw).fields
        except Unreadable as error:
            unreadable, shown = str(error), link.shown()
    sides = _Sides(link.base, visible(record.type, record.fields, collection.format), shown)
    _ahead(sides, link, record, policy, there=there)
    _behind(tx, sides, logged, link, account.name)
    for waiting in tx.conflicts.list(link=link.id):
        if waiting.conflict.field != DELETED:
            name, known = waiting.conflict.field, waiting.conflict
            more = {"base": known.base, "remote": known.remote, "why": known.why, "conflict": waiting.id}
            sides.put(name, Fate.ASKED, **more)
    systems = {one.field: one.system for one in masters if one.type is record.type and one.field in policy.masters}
    fields = [replace(one, master=systems.get(name, "")) for name, one in sorted(sides.found.items())]
    edits = tx.journal.changes_of(record.id, logged.conflict.field, 1) if logged.conflict.field != DELETED else []
    edit = edits[0] if edits else None
    return SideBySide(logged, record, account.name, link.href, fields, there, changed_there, edit, unreadable)


def _ahead(sides: _Sides, link: Link, record: Record, policy: Policy, *, there: bool) -> None:
    """What the next sync would do; of a deletion, what was edited on the side that still has it."""
    crm: Fields
    remote: Fields
    if not there:
        crm, remote, rule = sides.crm, link.shown(), Policy()
    elif record.deleted:
        crm, remote, rule = link.base, sides.remote, Policy()
    else:
        crm, remote, rule = sides.crm, sides.remote, policy
    merged = merge(link.base, link.echo, crm, remote, rule)
    lost = {one.field: one for one in merged.lost}
    for name in sorted({*link.base, *link.echo, *crm, *remote}):
        if name in lost:
            sides.put(name, Fate.PUT_BACK, why=lost[name].reason)
        elif name in merged.hub and name in merged.remote:
            sides.put(name, Fate.BOTH_WAYS)
        elif name in merged.hub:
            sides.put(name, Fate.TO_CRM)
        elif name in merged.remote:
            sides.put(name, Fate.TO_REMOTE)
        else:
            stays = rule.mode is Mode.IMPORT and not same(name, crm.get(name), link.base.get(name))
            sides.put(name, Fate.SAME, why="nothing is written to an import-only account" if stays else "")


def _behind(tx: Tables, sides: _Sides, logged: LoggedConflict, link: Link, account: str) -> None:
    """What the cycle that found the conflict has merged by itself."""
    if not logged.run:
        return
    in_hub: Mapping[str, JournalEntry] = {
        one.field: one
        for one in tx.journal.of_run(logged.run, record=link.record)
        if one.field in sides.found and one.origin == account
    }
    sent = {
        one.field: one
        for one in tx.pushes.of_run(logged.run, record=link.record)
        if one.collection == link.collection and one.field in sides.found
    }
    for name in {*in_hub, *sent}:
        if sides.found[name].fate is not Fate.SAME:
            continue
        if name in in_hub and name in sent:
            sides.put(name, Fate.BOTH_WAYS, base=sent[name].before, done=True)
        elif name in in_hub:
            before = in_hub[name].before
            sides.put(name, Fate.TO_CRM, base=before, crm=before, done=True)
        else:
            before = sent[name].before
            sides.put(name, Fate.TO_REMOTE, base=before, remote=before, done=True)
    for one in tx.conflicts.list(open=False, link=link.id):
        known = one.conflict
        ruling, _, reason = one.resolution.partition(": ")
        if one.run == logged.run and known.field in sides.found and ruling in _BY_ITSELF:
            values = {"base": known.base, "crm": known.crm, "remote": known.remote}
            sides.put(known.field, Fate.PUT_BACK, why=reason, done=True, **values)


_BY_ITSELF = frozenset(ruling.value for ruling in Ruling)
