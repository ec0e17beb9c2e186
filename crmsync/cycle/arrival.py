"""What arrives in the import queue, and the rules that a person made for it."""

from __future__ import annotations

from crmsync.admission.sort_by_rule import Sorted, sort_by_rules
from crmsync.cycle.job import Job
from crmsync.store.collections_of import Collection
from crmsync.store.import_queue import QueueSelection
from crmsync.store.queue_rules import Rule, RuleAction
from crmsync.store.session import Stamp


def sort_arrivals(job: Job, collection: Collection) -> None:
    """Has the rules decide about each item once, after it was matched and before anything is created at the remote."""
    scope = QueueSelection(account=job.account.id, collection=collection.id, unruled=True)
    with job.store.view() as view:
        waiting = view.queue.ids(scope)
    if not waiting:
        return
    if job.rules.enrolment is not None:  # whoever brought them has said what becomes of them
        with job.store.transaction(job.stamp(), durable=False) as tx:
            tx.queue.mark_ruled(waiting)
        return

    def signed(rule: Rule) -> Stamp:
        return Stamp(job.clock(), job.account.name, rule.actor, job.result.id or None, rule.actor)

    for sorted_ in sort_by_rules(job.store, scope, signed, job.rules.new_id):
        _count(job, sorted_)


def _count(job: Job, sorted_: Sorted) -> None:
    rule, done = sorted_.rule, sorted_.done
    if sorted_.failed:
        job.result.notes.append(f"{rule.actor}: {sorted_.failed}; it and the rules after it wait")
        return
    if rule.action is not RuleAction.ASSIGN:
        job.result.queued = max(0, job.result.queued - len(done.ids))
    if rule.action is RuleAction.IMPORT:
        job.result.pulled.created += len(done.records)
    if done.ids or done.skipped:
        skipped = f", left {len(done.skipped):,} to you" if done.skipped else ""
        job.result.notes.append(f"{rule.actor}: {rule.action} {len(done.ids):,}{skipped}")
