"""The cycle itself, from the first look to the last acknowledgement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter

from crmsync.connectors.base import Connector
from crmsync.core.reconcile import reconcile
from crmsync.cycle import choose, gather, hold, intake, mails, put_back, suggest
from crmsync.cycle.apply import apply
from crmsync.cycle.arrival import sort_arrivals
from crmsync.cycle.describe import describe
from crmsync.cycle.freeze import freeze
from crmsync.cycle.given_up import let_go
from crmsync.cycle.job import Job
from crmsync.cycle.moved import follow
from crmsync.cycle.propose import propose
from crmsync.cycle.recover import recover
from crmsync.cycle.rules import Clock, Progress, Rules, RunResult, quiet
from crmsync.errors import Busy, Halt, Refused, Retry, SignInNeeded, Skip
from crmsync.model import RecordType
from crmsync.store.accounts import SIGN_IN
from crmsync.store.collections_of import Collection
from crmsync.store.store import Store, Tables


def run(
    store: Store,
    account: str,
    connector: Connector,
    rules: Rules,
    *,
    clock: Clock,
    dry_run: bool = False,
    full: bool = False,
    progress: Progress = quiet,
    within: int | None = None,
) -> RunResult:
    """Syncs one account once.

    What ends this account (`Retry`, `Halt`, a collection that is gone) does not raise: the result says `failed` and
    why, and everything done until then is written down. With `dry_run` the mirror and the queue are brought up to
    date and the plan is made by the same code, but neither a record nor the remote is written; `RunResult.plan` lists
    the actions, those that would be held marked as such. `full` asks the remote for everything again and looks at
    every link. `within`: a run that was begun before, and that this ends; without it the cycle is a run of its own.
    """
    result = RunResult(account)
    began = perf_counter()
    with store.view() as view:
        known = view.accounts.get(account)
        rules = replace(rules, policies=view.policies.over(known.id, rules.policies))
        job = Job(store, known, connector, rules, clock, result, progress, full, dry_run)
    if within is None:
        with store.transaction(job.stamp(), durable=False) as tx:
            within = tx.runs.start("dry run" if dry_run else "sync", account)
    result.id = within
    try:
        _cycle(job)
    except (Retry, Halt, Skip) as error:
        result.state = "failed"
        result.error = error
    else:
        result.state = "failed" if result.error is not None else "held" if result.held else "done"
    result.requests, result.bytes = connector.traffic.requests, connector.traffic.bytes
    result.seconds = perf_counter() - began
    _finish(job)
    return result


def _cycle(job: Job) -> None:
    choose.renew(job)
    with job.store.view() as view:
        collections = view.collections.of(job.account.id, selected=True)
    there = [collection for collection in collections if _bring_up_to_date(job, collection)]
    follow(job, there)
    for collection in there if not job.dry_run else ():
        sort_arrivals(job, collection)
    if job.dry_run:
        job.result.plan = []
    homes = _homes(collections)
    for collection in there:
        types = [kind for kind, home in homes.items() if home == collection.id]
        _decide(job, collection, types)


def _bring_up_to_date(job: Job, collection: Collection) -> bool:
    """Pulls one collection. One that is gone fails the run, but not before the others had their turn."""
    try:
        if not job.dry_run:
            recover(job, collection)
        intake.pull(job, collection)
        suggest.renew(job, collection)
    except Skip as error:
        job.result.error = job.result.error or Refused(
            f"this collection cannot be read ({error.what})",
            thing=collection.name,
            next_step=f"Run `crmsync account check {job.account.name}`",
        )
        return False
    return True


def _homes(collections: Sequence[Collection]) -> dict[RecordType, int]:
    """Where new items of each type go: the first collection that takes them."""
    homes: dict[RecordType, int] = {}
    for collection in collections:
        for kind in () if collection.read_only else collection.accepts:
            homes.setdefault(kind, collection.id)
    return homes


def _decide(job: Job, collection: Collection, types: Sequence[RecordType]) -> None:
    with job.store.view() as view:
        job.seen = view.journal.last()
        found = gather.linked(job, view, collection)
        fresh = gather.unlinked(job, view, collection, types) if types else ()
        back = put_back.due(job, view, collection)
        unwanted = gather.unwanted(job, view, collection)
        nothing_new = not (found.pairs or fresh or back or found.unreadable or unwanted)
        quiet_here = nothing_new and not view.plans.undecided(job.account.id)
    if quiet_here:
        return
    plan = reconcile([*found.pairs, *fresh], job.rules.policies)
    plan = mails.weigh(job, collection, replace(plan, actions=(*plan.actions, *back)))
    with job.store.transaction(job.stamp()) as tx:
        for link, reason in found.unreadable:
            there = tx.mirror.get(collection.id, link.href)
            assert there is not None
            job.park(tx, collection, link.href, there.item.etag, reason, there.item.raw)
            tx.mirror.clear_dirty(collection.id, [link.href])
        plan = propose(job, tx, collection, freeze(job, tx, plan, found.pairs), found.pairs)
        actions = hold.allowed(job, tx, collection, plan)
        if job.result.plan is not None:
            passing = {id(action) for action in actions}
            job.result.plan += [
                describe(tx, collection, action) | ({} if id(action) in passing else {"held": True})
                for action in plan.actions
            ]
        for pair in found.pairs:
            if pair.restore and pair.remote is not None and not job.dry_run:
                # It came back by itself: should it vanish again, that is another deletion, which nobody answered yet.
                tx.plans.forget(collection.id, pair.remote.href)
        if not job.dry_run:
            tx.parked.drop_hrefs(collection.id, unwanted)
            let_go(tx, collection, found.pairs, plan)
        concerned = {action.link for action in plan.actions}
        for pair in found.pairs:
            if pair.link is not None and pair.link.id not in concerned:
                tx.links.looked(pair.link.id, found.touched[pair.link.id])
                tx.mirror.clear_dirty(collection.id, [pair.link.href])
    if not job.dry_run:
        failed = job.result.failed
        apply(job, collection, actions, found.touched)
        if job.result.failed == failed:
            hold.done(job, collection)


def _finish(job: Job) -> None:
    result = job.result
    hints = job.connector.hints()
    with job.store.transaction(job.stamp(), durable=False) as tx:
        result.failing = tx.parked.failing(job.account.id)
        tx.runs.finish(result.id, result.state, result.to_json(), str(result.error or ""))
        tx.accounts.set_state(job.account.id, _word(job, tx), str(result.error or ""), _until(job))
        if dict(hints) != dict(job.account.hints):
            tx.accounts.set_hints(job.account.id, hints)


def _until(job: Job) -> str:
    """When a remote that has asked us to wait may be asked again."""
    match job.result.error:
        case Busy(after=seconds) if seconds > 0:
            return (datetime.fromisoformat(job.clock()) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
        case _:
            return ""


def _word(job: Job, tx: Tables) -> str:
    result = job.result
    match result.error:
        case None:
            held = bool(tx.plans.list(account=job.account.id)) if job.dry_run else result.held
            return "held" if held else "ok"
        case SignInNeeded():
            return SIGN_IN
        case _:
            return "failing"
