"""Held plans: let them pass, or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crmsync import translate
from crmsync.errors import Unreadable, Usage
from crmsync.model import Conflict
from crmsync.store.plans import HeldPlan, PlanState
from crmsync.store.store import Tables


def approve(tx: Tables, id: int) -> str:
    """Lets a held plan pass. Returns the account whose next cycle does it, line by line; a line whose item or record
    has moved since it was sealed is not covered: it is held again, by itself. Raises `Usage` like `discard`."""
    plan = _whole(tx, id)
    tx.plans.decide(id, PlanState.APPLIED)
    return _account(tx, plan.account)


def discard(tx: Tables, id: int) -> str:
    """Refuses a held plan, for good: items that vanished are put back, items that were to be deleted stay, and values
    that were to be emptied or overwritten in the CRM stay and go to the remote; what it had is in the conflict log.

    Raises `Usage` when there is no such plan, or when whoever asks may see only a part of it."""
    plan = _whole(tx, id)
    tx.plans.decide(id, PlanState.DISCARDED)
    assert plan.collection is not None
    for line in plan.body["actions"]:
        if line["action"] == "vanished":
            tx.plans.remember(plan.collection, line["href"], "vanished", "restore")
        elif line["action"] == "update" and line["crm"]:
            _insist(tx, plan, plan.collection, line)
    return _account(tx, plan.account)


def _insist(tx: Tables, plan: HeldPlan, collection: int, line: Mapping[str, Any]) -> None:
    """The CRM keeps its values of these fields, as after a conflict that it won.

    An item that moved since is another matter: the next cycle looks at it anew.
    """
    link = tx.links.by_href(collection, line["href"])
    mirrored = tx.mirror.get(collection, line["href"])
    sealed = line.get("sealed", {}).get("item")
    if link is None or mirrored is None or tx.mirror.hashes(collection, [link.href]).get(link.href) != sealed:
        return
    record = tx.records.get(link.record, deleted=True)
    assert record is not None
    try:
        shown = translate.read(tx.collections.get(collection).format, record.type, mirrored.item.raw).fields
    except Unreadable:
        return
    base, echo = dict(link.base), dict(link.echo)
    for name in line["crm"]:
        lost = Conflict(record.id, link.id, name, link.base.get(name), record.fields.get(name), shown.get(name))
        tx.conflicts.note(lost, collection, f"plan {plan.id} discarded", shown.get(name))
        base.pop(name, None)
        echo.pop(name, None)
        base |= {name: shown[name]} if name in shown else {}
    tx.links.update(replace(link, base=base, echo=echo))
    tx.links.touch([link.id])


def _whole(tx: Tables, id: int) -> HeldPlan:
    plan = tx.plans.get(id)
    if plan.partial:
        raise Usage("it holds more than you may see", thing=str(id), next_step="Ask somebody who sees all of it")
    return plan


def _account(tx: Tables, id: int) -> str:
    return tx.accounts.by_id(id).name
