"""The ping-pong breaker: a field that goes back and forth for ever stops, and becomes one conflict to look at.

Two remotes that each rewrite what they are given, some time later, would otherwise keep each other and the hub busy; so
would a remote that answers each putting back of a mastered field with its own value again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from crmsync.core.merge import Lost, Ruling
from crmsync.core.ping_pong import LOOK_BACK, REFUSALS, Change, oscillates
from crmsync.core.plan import Action, Plan, Update
from crmsync.core.reconcile import Pair
from crmsync.cycle.job import Job
from crmsync.model import Conflict, Side
from crmsync.store.store import Tables
from crmsync.values import Fields, Value

_WHY = "it went back and forth between {}: it is left alone until you say what it is"


def freeze(job: Job, tx: Tables, plan: Plan, pairs: Sequence[Pair]) -> Plan:
    """The plan without another round of what has had its rounds; each such field is a conflict instead."""
    accounts = {account.name for account in tx.accounts.all()}
    shown = {pair.link.id: pair.remote.fields for pair in pairs if pair.link is not None and pair.remote is not None}
    return replace(plan, actions=tuple(_action(job, tx, action, accounts, shown) for action in plan.actions))


def _action(job: Job, tx: Tables, action: Action, accounts: set[str], shown: Mapping[int, Fields]) -> Action:
    if not isinstance(action, Update):
        return action
    for name, value in action.hub.items():
        if (between := _rounds(job, tx, action.record, name, value, accounts)) is not None:
            # Of a list, what the remote has is not what the hub would make of it.
            action = _frozen(tx, action, name, shown.get(action.link, {}).get(name), between)
    for lost in action.lost:
        if _refused_again(tx, action, lost):
            action = _frozen(tx, action, lost.field, lost.value, f"the CRM and {job.account.name}")
    return action


def _rounds(job: Job, tx: Tables, record: str, name: str, value: Value | None, accounts: set[str]) -> str | None:
    """The accounts that a field goes back and forth between; `None` when it does not."""
    past = [
        Change(entry.origin if entry.origin in accounts else "", entry.before, entry.after)  # type: ignore[arg-type]
        for entry in tx.journal.changes_of(record, name, LOOK_BACK)
    ]
    if not oscillates(name, past, job.account.name, value):
        return None
    return " and ".join(sorted({change.origin for change in past}))


def _refused_again(tx: Tables, action: Update, lost: Lost) -> bool:
    if lost.ruling is not Ruling.REFUSED or lost.side is not Side.REMOTE or lost.field not in action.remote:
        return False
    known = tx.conflicts.known(_conflict(tx, action, lost.field, lost.value))
    return known is not None and known.times >= REFUSALS


def _conflict(tx: Tables, action: Update, name: str, remote: Value | None) -> Conflict:
    link, record = tx.links.get(action.link), tx.records.get(action.record, deleted=True)
    assert link is not None
    assert record is not None
    return Conflict(action.record, action.link, name, link.base.get(name), record.fields.get(name), remote)


def _frozen(tx: Tables, action: Update, name: str, remote: Value | None, between: str) -> Update:
    """The update without this field, whose agreement stays as it was."""
    link = tx.links.get(action.link)
    assert link is not None
    base, echo = dict(action.base), dict(action.echo)
    base.pop(name, None)
    echo.pop(name, None)
    base |= {name: link.base[name]} if name in link.base else {}
    echo |= {name: link.echo[name]} if name in link.echo else {}
    conflict = replace(_conflict(tx, action, name, remote), why=_WHY.format(between))
    return replace(
        action,
        hub={key: value for key, value in action.hub.items() if key != name},
        remote={key: value for key, value in action.remote.items() if key != name},
        base=base,
        echo=echo,
        conflicts=(*action.conflicts, conflict),
        lost=tuple(lost for lost in action.lost if lost.field != name),
    )
