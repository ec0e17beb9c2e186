"""Rules for the import queue, as a person makes and reads them: what would one do, and would it have been right?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crmsync.admission.sort_by_rule import Sorted, fitting, sort_by_rules
from crmsync.errors import Usage
from crmsync.model import Confidence, Mode
from crmsync.store.import_queue import UNDECIDED, Queued, QueueSelection, QueueState
from crmsync.store.queue_rules import Rule, RuleAction
from crmsync.store.store import Tables

__all__ = ["Preview", "Sorted", "add", "agrees", "preview", "sort_by_rules", "yours"]

LONGEST_NAME = 60
_YOURS = QueueSelection((QueueState.IMPORTED, QueueState.LINKED, QueueState.IGNORED, QueueState.PRIVATE))


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule would do, and what people did before it.

    `hits`: items that wait and that it would decide about. `waiting`: those of them that it would leave to a person,
    since they probably are records already. `earlier`: items that fit but that a rule asked before it takes. `past`:
    how many decisions of people it fits, `against`: those of them that came to something else.
    """

    hits: Sequence[Queued]
    waiting: int
    earlier: int
    past: int
    against: Sequence[Queued]


def add(tx: Tables, rule: Rule) -> Rule:
    """Makes a rule, asked after all others. Raises `Usage` for one that cannot be: its name, expression or type."""
    if not rule.name.strip() or len(rule.name) > LONGEST_NAME or not rule.name.isprintable():
        raise Usage(f"a rule needs a name of 1 to {LONGEST_NAME} letters", thing=rule.name)
    needs_type = rule.action in (RuleAction.ASSIGN, RuleAction.IMPORT)
    if needs_type is (rule.type is None):
        raise Usage(
            "a rule either gives a type, or ignores, or makes private",
            thing=rule.name,
            next_step="Say one of --type T [--import], --ignore, --private",
        )
    fitting(tx, rule, UNDECIDED)  # refuses an expression that cannot be used
    return tx.queue_rules.add(rule)


def preview(tx: Tables, rule: Rule) -> Preview:
    """What a rule, made or only thought of, would do with the queue as it is. Raises `Usage` for a bad expression."""
    ids = fitting(tx, rule, UNDECIDED)
    taken: set[int] = set()
    for other in tx.queue_rules.all():
        if other.name == rule.name:
            break
        if other.active:
            taken.update(fitting(tx, other, UNDECIDED))
    hits = tx.queue.list(QueueSelection(among=tuple(id for id in ids if id not in taken)))
    importing = rule.action is RuleAction.IMPORT
    waiting = sum(importing and _known(row) for row in hits)
    past = yours(tx, rule)
    against = [row for row in past if not agrees(rule, row)]
    return Preview(hits, waiting, len(ids) - len(hits), len(past), against)


def yours(tx: Tables, rule: Rule | None = None) -> list[Queued]:
    """Decisions of people, not of rules and not of the sync itself; of items that the rule fits where one is given."""
    people = {user.name for user in tx.users.all()}
    exported = {account.id for account in tx.accounts.all() if account.mode is Mode.EXPORT}
    chosen = _YOURS if rule is None else replace(_YOURS, among=tuple(fitting(tx, rule, _YOURS)))
    return [
        row
        for row in tx.queue.list(chosen)
        if row.decided_by in people
        and row.item.kind != "group"  # set aside by the sync, like all of an account that is only written
        and row.account not in exported
    ]


def agrees(rule: Rule, row: Queued) -> bool:
    """Whether the rule would have come to what a person decided. Who linked an item wanted it in the CRM."""
    match rule.action:
        case RuleAction.ASSIGN | RuleAction.IMPORT:
            return row.state is QueueState.LINKED or (row.state is QueueState.IMPORTED and row.item.type is rule.type)
        case RuleAction.IGNORE:
            return row.state is QueueState.IGNORED
        case RuleAction.PRIVATE:
            return row.state is QueueState.PRIVATE


def _known(row: Queued) -> bool:
    return row.item.suggestion is not None and row.item.suggestion.confidence >= Confidence.MEDIUM
