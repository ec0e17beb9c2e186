"""What the guard holds back, and what a person said about it."""

from __future__ import annotations

from collections.abc import Sequence

from crmsync.core.plan import Action, Delete, Plan, guard, signature
from crmsync.cycle.describe import describe
from crmsync.cycle.job import Job
from crmsync.store.collections_of import Collection
from crmsync.store.plans import PlanState
from crmsync.store.store import Tables


def allowed(job: Job, tx: Tables, collection: Collection, plan: Plan) -> Sequence[Action]:
    """The actions that may go on now; the others are held as a plan that `crmsync plans` shows.

    A line that a person approved passes as long as its item has not moved; one that was discarded is dropped.
    """
    approved = _decided(job, tx, collection, PlanState.APPLIED)
    discarded = _decided(job, tx, collection, PlanState.DISCARDED)
    wanted = Plan(tuple(action for action in plan.actions if not _dropped(action, discarded)))
    guarded = guard(wanted, tx.links.count(collection.id), job.rules.budgets, approved)
    if guarded.held:
        lines = [describe(tx, collection, action) for action in guarded.held]
        tx.plans.hold(job.account.id, collection.id, "; ".join(guarded.reasons), {"actions": lines})
        job.result.held += len(guarded.held)
        job.result.notes += [f"{collection.name}: held, {reason}" for reason in guarded.reasons]
    else:
        tx.plans.release(job.account.id, collection.id)
    return guarded.allowed


def _dropped(action: Action, discarded: frozenset[str]) -> bool:
    return isinstance(action, Delete) and signature(action) in discarded


def _decided(job: Job, tx: Tables, collection: Collection, state: PlanState) -> frozenset[str]:
    plans = [plan for plan in tx.plans.list(state=state, account=job.account.id) if plan.collection == collection.id]
    return frozenset(line["signature"] for plan in plans for line in plan.body["actions"])
