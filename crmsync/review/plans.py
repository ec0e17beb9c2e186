"""Held plans: let them pass, or not."""

from __future__ import annotations

from crmsync.store.plans import PlanState
from crmsync.store.store import Tables


def approve(tx: Tables, id: int) -> str:
    """Lets a held plan pass. Returns the account whose next cycle does it, line by line; a line whose item has moved
    since is not covered and is held again."""
    plan = tx.plans.get(id)
    tx.plans.decide(id, PlanState.APPLIED)
    return _account(tx, plan.account)


def discard(tx: Tables, id: int) -> str:
    """Refuses a held plan, for good: items that vanished are put back, items that were to be deleted stay."""
    plan = tx.plans.get(id)
    tx.plans.decide(id, PlanState.DISCARDED)
    assert plan.collection is not None
    for line in plan.body["actions"]:
        if line["action"] == "vanished":
            tx.plans.remember(plan.collection, line["href"], "vanished", "restore")
    return _account(tx, plan.account)


def _account(tx: Tables, id: int) -> str:
    return next(account.name for account in tx.accounts.all() if account.id == id)
