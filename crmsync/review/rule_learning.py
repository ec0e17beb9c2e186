"""Rules that follow from what people decided: proposed, never made, until somebody says so.

What decided items have in common (a company's mail domain, an organization, a robot's mailbox, nothing to reach anybody
by) is tried as a rule. It is proposed when enough decisions bear it out and hardly any speaks against it. The rules are
found one after the other, those that say more about an item first, so a decision stands behind one proposal only.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from crmsync.core.keys import email_key
from crmsync.core.mail_address import company_domain
from crmsync.model import RecordType
from crmsync.review import queue_rules
from crmsync.review.queue_rules import LONGEST_NAME, Preview, yours
from crmsync.store.expression import LONGEST
from crmsync.store.import_queue import Queued, QueueState
from crmsync.store.queue_rules import Rule, RuleAction
from crmsync.store.store import Tables

LEAST = 3
"""Decisions that a rule needs behind it."""
LEAST_BROAD = 10
"""And one that says little about an item, such as its account."""
AGREEMENT = 0.95
"""Of the decisions about items that a rule fits, so many are as it would decide."""
MOST = 20
"""Proposals are for people to read."""

_ROBOTS = frozenset(
    ["noreply", "no-reply", "donotreply", "do-not-reply", "mailer-daemon", "notifications", "newsletter"]
)
_PLAIN = re.compile(r"[a-z0-9.-]+")

Outcome: TypeAlias = tuple[RuleAction, RecordType | None]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule that nobody has made yet, and what it would do."""

    rule: Rule
    preview: Preview


def proposals(tx: Tables) -> list[Proposal]:
    """What the decisions made so far suggest, the best founded first. The same decisions give the same list."""
    accounts = {account.id: account.name for account in tx.accounts.all()}
    made = {rule.where for rule in tx.queue_rules.all()}
    names = {rule.name for rule in tx.queue_rules.all()}
    found: list[Proposal] = []
    for where, outcome in _learned(yours(tx), accounts):
        if where in made:
            continue
        if len(found) == MOST:
            break
        action, type = outcome
        name = name_of(where, outcome, names)
        names.add(name)
        rule = Rule(name, where, action, type)
        found.append(Proposal(rule, queue_rules.preview(tx, rule)))
    return found


def _learned(decided: Iterable[Queued], accounts: Mapping[int, str]) -> Iterator[tuple[str, Outcome]]:
    """Expressions with what people decided about items that fit them; each decision counts for the first only."""
    left = {row.id: outcome for row in decided if (outcome := _outcome(row)) is not None}
    groups: dict[tuple[bool, str], list[int]] = defaultdict(list)
    for row in decided:
        if row.id in left:
            for feature in _features(row, accounts):
                groups[feature].append(row.id)
    while True:
        best = max((_weight(left, feature, ids) for feature, ids in groups.items()), default=None)
        if best is None or best[1] == 0:
            return
        _, _, where, outcome, feature = best
        yield where, outcome
        for id in groups.pop(feature):
            left.pop(id, None)


def _weight(
    left: Mapping[int, Outcome], feature: tuple[bool, str], ids: Iterable[int]
) -> tuple[bool, int, str, Outcome, tuple[bool, str]]:
    """How many decisions bear a rule out; 0 where they are too few, or not of one mind. What says more goes first."""
    narrow, where = feature
    outcomes = Counter(left[id] for id in ids if id in left)
    if not outcomes:
        return False, 0, where, (RuleAction.IGNORE, None), feature
    outcome, agree = max(outcomes.items(), key=lambda one: (one[1], one[0][0].value))
    if agree < (LEAST if narrow else LEAST_BROAD) or agree < AGREEMENT * outcomes.total():
        return False, 0, where, outcome, feature
    return narrow, agree, where, outcome, feature


def _outcome(row: Queued) -> Outcome | None:
    """What a rule would have had to do; `None` for a link, which is no rule's to make."""
    match row.state:
        case QueueState.IMPORTED:
            return RuleAction.IMPORT, row.item.type
        case QueueState.IGNORED:
            return RuleAction.IGNORE, None
        case QueueState.PRIVATE:
            return RuleAction.PRIVATE, None
        case _:
            return None


def _features(row: Queued, accounts: Mapping[int, str]) -> Iterator[tuple[bool, str]]:
    """Expressions that fit an item, and whether each says something about who it is."""
    item = row.item
    address = email_key(item.emails[0]) if item.emails else ""
    box, _, domain = address.partition("@")
    if box in _ROBOTS and item.emails[0].casefold().startswith(box):
        yield True, f"email LIKE '{box}@%'"
    elif _PLAIN.fullmatch(domain) and company_domain(address) and item.emails[0].casefold().endswith(f"@{domain}"):
        yield True, f"email LIKE '%@{domain}'"
    if item.organization and item.organization.isprintable() and len(item.organization) < LONGEST // 4:
        yield True, f"organization = {quoted(item.organization)}"
    if not item.emails and not item.phones:
        yield False, "email IS NULL AND phone IS NULL"
    if item.kind not in ("", "individual"):  # most are individuals
        yield False, f"kind = {quoted(item.kind)}"
    yield False, f"account = {quoted(accounts[row.account])}"


def telling(row: Queued, accounts: Mapping[int, str]) -> str:
    """The expression that says most about who an item is; `accounts` are names by id."""
    return next(where for _, where in _features(row, accounts))


def quoted(text: str) -> str:
    """A text as an expression spells it."""
    return "'" + text.replace("'", "''") + "'"


def name_of(where: str, outcome: Outcome, taken: Iterable[str]) -> str:
    """Short, readable and not taken: `acme.example: contact`."""
    found = re.search(r"'%?@?(.*?)@?%?'", where)
    about = found[1] if found else "nothing to reach"
    action, type = outcome
    stem = f"{about[:40]}: {type or action}"
    names = [stem, *(f"{stem} {n}" for n in range(2, 100))]
    return next(name for name in names if name not in set(taken))[:LONGEST_NAME]
