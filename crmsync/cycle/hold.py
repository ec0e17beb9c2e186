"""What the guard holds back, and what a person said about it."""

from __future__ import annotations

from collections.abc import Sequence

from crmsync.core.plan import Action, Plan, guard
from crmsync.cycle.job import Job
from crmsync.cycle.seal import answered, sealed_lines, target
from crmsync.store.collections_of import Collection
from crmsync.store.plans import PlanState
from crmsync.store.store import Tables


def allowed(job: Job, tx: Tables, collection: Collection, plan: Plan) -> Sequence[Action]:
    """The actions that may go on now; the others are held as a plan that `crmsync plans` shows.

    A line that a person approved passes as long as neither its item nor its record has moved; one that has is held,
    however few there are, until somebody says so again. One that was discarded is dropped. A dry run counts and holds
    nothing.
    """
    said = answered(tx, collection, job.account.id, plan)
    set_apart = {id(action) for action in (*said.dropped, *said.moved)}
    wanted = Plan(tuple(action for action in plan.actions if id(action) not in set_apart))
    guarded = guard(wanted, tx.links.count(collection.id), job.rules.budgets, said.approved)
    if not said.approved and not job.dry_run:
        _close(tx, job.account.id, collection)
    held, reasons = (*said.moved, *guarded.held), list(guarded.reasons)
    if said.moved:
        reasons.append(f"{len(said.moved)} lines of a plan have moved since it was applied")
    if held:
        moved = {target(action) for action in said.moved}
        lines = sealed_lines(tx, collection, held)
        lines = [line | {"moved": True} if line["target"] in moved else line for line in lines]
        if not job.dry_run:
            tx.plans.hold(job.account.id, collection.id, "; ".join(reasons), {"actions": lines})
        job.result.moved += [line for line in lines if line.get("moved")]
        job.result.held += len(held)
        held_or = "would be held" if job.dry_run else "held"
        job.result.notes += [f"{collection.name}: {held_or}, {reason}" for reason in reasons]
    elif not job.dry_run:
        tx.plans.release(job.account.id, collection.id)
    return guarded.allowed


def done(job: Job, collection: Collection) -> None:
    """All that was approved has been done; had something failed, the next cycle would find out whether it has moved."""
    with job.store.view() as view:
        approved = view.plans.list(state=PlanState.APPLIED, account=job.account.id)
    if any(plan.collection == collection.id for plan in approved):
        with job.store.transaction(job.stamp(), durable=False) as tx:
            _close(tx, job.account.id, collection)


def _close(tx: Tables, account: int, collection: Collection) -> None:
    """Nothing of what was approved is left to do: from now on the same things would be other events."""
    for plan in tx.plans.list(state=PlanState.APPLIED, account=account):
        if plan.collection == collection.id:
            tx.plans.close(plan.id)
