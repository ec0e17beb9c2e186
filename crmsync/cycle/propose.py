"""A word in a note that says that something is to go ("da cancellare") becomes a question: is it to be deleted?

One question per record, however many accounts show the note, and none again while the word that was answered stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crmsync.core.deletion_words import deletion_words
from crmsync.core.plan import Action, Plan, Update
from crmsync.core.reconcile import Pair, Remote
from crmsync.cycle.job import Job
from crmsync.model import Conflict, LinkState, Mode
from crmsync.store.collections_of import Collection
from crmsync.store.store import Tables

_WHY = 'its note says "{}"'


def propose(job: Job, tx: Tables, collection: Collection, plan: Plan, pairs: Sequence[Pair]) -> Plan:
    """The plan with the questions that the notes of these pairs ask for, as they will be after it."""
    asked = {one.conflict.record: one.conflict.link for one in tx.conflicts.list(field="deleted")}
    answered = tx.plans.said(collection.id)
    updates = {action.link: action for action in plan.actions if isinstance(action, Update)}
    questions: dict[int, Conflict] = {}
    for pair in pairs:
        link = pair.link
        if link is None or pair.remote is None or pair.local.deleted or link.state is not LinkState.LINKED:
            continue
        found = [
            Conflict(link.record, link.id, "deleted", False, False, True, _WHY.format(word))
            for word in _words(job, pair, pair.remote, updates.get(link.id))
        ]
        for event in answered.get(link.href, frozenset()) - {said(conflict) for conflict in found}:
            if not job.dry_run:
                tx.plans.forget_said(collection.id, link.href, event)
        waiting = [conflict for conflict in found if not _answered(tx, conflict)]
        if waiting and asked.get(link.record, link.id) == link.id:
            questions[link.id] = waiting[0]
    actions = [_asking(action, questions) for action in plan.actions]
    rest = [pair for pair in pairs if pair.link is not None and pair.link.id in questions]
    return replace(plan, actions=(*actions, *(_question(pair, questions) for pair in rest)))


def _words(job: Job, pair: Pair, remote: Remote, update: Update | None) -> Sequence[str]:
    """What both sides will say; in an export-only account, what its items say is nobody's word."""
    policy = job.rules.policies.of(pair.local.type)
    crm = {**pair.local.fields, **(update.hub if update else {})}
    found = deletion_words(policy.deletion_words, crm)
    if policy.mode is Mode.EXPORT:
        return found
    there = deletion_words(policy.deletion_words, {**remote.fields, **(update.remote if update else {})})
    return [*found, *(word for word in there if word not in found)]


def _answered(tx: Tables, conflict: Conflict) -> bool:
    """Whether somebody has said already that the record stays, whichever account the question was about."""
    return any(
        tx.plans.answer(link.collection, link.href, said(conflict)) is not None
        for link in tx.links.for_record(conflict.record)
    )


def said(conflict: Conflict) -> str:
    """The event that an answer to this question is remembered for."""
    return f"said: {conflict.why}"


def _asking(action: Action, questions: dict[int, Conflict]) -> Action:
    """Whatever else happens to a pair comes first: only an update can carry its question."""
    conflict = questions.pop(action.link, None) if action.link is not None else None
    if conflict is None or not isinstance(action, Update):
        return action
    return replace(action, conflicts=(*action.conflicts, conflict))


def _question(pair: Pair, questions: dict[int, Conflict]) -> Update:
    link, remote = pair.link, pair.remote
    assert link is not None
    assert remote is not None
    return Update(link.id, link.record, remote.href, remote.etag, {}, {}, link.base, link.echo, (questions[link.id],))
