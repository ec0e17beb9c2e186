"""What people decided becomes a rule when they say so, and only where they are of one mind."""

from __future__ import annotations

import itertools

import pytest

from crmsync.model import RecordType
from crmsync.review import import_queue, queue_rules
from crmsync.review.rule_learning import MOST, Proposal, proposals
from crmsync.store.import_queue import QueueState
from crmsync.store.queue_rules import Rule, RuleAction
from tests.cycle.bench_of import BOOK, Hub, Spoke, card

_NEW = (f"new{n}" for n in itertools.count())


def arrive(phone: Spoke, *people: tuple[str, str]) -> None:
    for name, line in people:
        phone.remote.seed(BOOK, name.replace(" ", "-"), card(name, name, line))
    phone.sync()


def decide(hub: Hub, where: str, what: RecordType | QueueState) -> None:
    """What a person does with everything that waits and fits."""
    with hub.typing() as tx:
        ids = [row.id for row in tx.queue.list(queue_rules.UNDECIDED) if where in f"{row.item}"]
        assert ids, where
        if isinstance(what, QueueState):
            import_queue.leave_out(tx, ids, what)
        else:
            import_queue.assign(tx, ids, what)
            import_queue.bring_in(tx, ids, 1, _NEW.__next__)


def proposed(hub: Hub) -> list[Proposal]:
    with hub.store.view() as view:
        return proposals(view)


def rules(hub: Hub) -> list[tuple[str, RuleAction, RecordType | None]]:
    return [(one.rule.where, one.rule.action, one.rule.type) for one in proposed(hub)]


def acme(n: int, start: int = 0) -> list[tuple[str, str]]:
    return [(f"Ada{i} Byron{i}", f"EMAIL:a{i}@acme.example") for i in range(start, start + n)]


def test_nothing_decided_suggests_nothing(hub: Hub, phone: Spoke) -> None:
    arrive(phone, *acme(5))
    assert rules(hub) == []


def test_a_domain_an_organization_and_a_robot_become_rules_with_what_they_would_hit(hub: Hub, phone: Spoke) -> None:
    arrive(phone, *acme(4))
    arrive(phone, *((f"Eva{i} Blau{i}", "ORG:O'Hara & Co") for i in range(3)))
    arrive(phone, *((f"Robot{i} Shop{i}", f"EMAIL:noreply@shop{i}.example") for i in range(3)))
    decide(hub, "acme", RecordType.CONTACT)
    decide(hub, "Hara", RecordType.LEAD)
    decide(hub, "Robot", QueueState.PRIVATE)
    arrive(phone, *acme(2, start=10))
    assert rules(hub) == [
        ("email LIKE '%@acme.example'", RuleAction.IMPORT, RecordType.CONTACT),
        ("organization = 'O''Hara & Co'", RuleAction.IMPORT, RecordType.LEAD),
        ("email LIKE 'noreply@%'", RuleAction.PRIVATE, None),
    ]
    first = proposed(hub)[0]
    assert (len(first.preview.hits), first.preview.past, first.preview.against) == (2, 4, [])
    assert first.rule.name == "acme.example: contact"


@pytest.mark.parametrize(("otherwise", "expected"), [(1, 0), (0, 1)])
def test_people_must_be_of_one_mind(hub: Hub, phone: Spoke, otherwise: int, expected: int) -> None:
    arrive(phone, *acme(4))
    if otherwise:
        decide(hub, "Ada0", QueueState.IGNORED)
    decide(hub, "acme", RecordType.CONTACT)
    assert len(rules(hub)) == expected


def test_one_of_many_who_was_decided_otherwise_is_told(hub: Hub, phone: Spoke) -> None:
    arrive(phone, *acme(25))
    decide(hub, "Ada0 ", QueueState.IGNORED)
    decide(hub, "acme", RecordType.CONTACT)
    (one,) = proposed(hub)
    assert (one.preview.past, [row.item.name for row in one.preview.against]) == (25, ["Ada0 Byron0"])


def test_too_few_decisions_and_addresses_that_anybody_may_have_suggest_nothing(hub: Hub, phone: Spoke) -> None:
    arrive(phone, *acme(2))
    arrive(phone, *((f"Eva{i} Blau{i}", f"EMAIL:e{i}@gmail.com") for i in range(5)))
    decide(hub, "Byron", RecordType.CONTACT)
    decide(hub, "Blau", RecordType.CONTACT)
    assert rules(hub) == []


def test_what_says_little_needs_more_decisions_and_comes_last(hub: Hub, phone: Spoke) -> None:
    arrive(phone, *((f"Zoe{i} Nix{i}", "NOTE:x") for i in range(10)))
    arrive(phone, *acme(3))
    decide(hub, "Zoe", QueueState.IGNORED)
    decide(hub, "acme", RecordType.CONTACT)
    assert rules(hub) == [
        ("email LIKE '%@acme.example'", RuleAction.IMPORT, RecordType.CONTACT),
        ("email IS NULL AND phone IS NULL", RuleAction.IGNORE, None),
    ]
    assert proposed(hub)[1].rule.name == "nothing to reach: ignore"


def test_a_proposal_can_be_made_a_rule_and_is_not_proposed_again(hub: Hub, phone: Spoke) -> None:
    arrive(phone, *acme(3))
    decide(hub, "acme", RecordType.CONTACT)
    with hub.typing() as tx:
        tx.queue_rules.add(Rule("acme.example: contact", "0", RuleAction.IGNORE))
    (one,) = proposed(hub)
    assert one.rule.name == "acme.example: contact 2"
    with hub.typing() as tx:
        queue_rules.add(tx, one.rule)
    assert rules(hub) == []


def test_what_rules_decided_teaches_nothing(hub: Hub, phone: Spoke) -> None:
    with hub.typing() as tx:
        queue_rules.add(tx, Rule("all", "email LIKE '%.example'", RuleAction.PRIVATE))
    arrive(phone, *acme(5))
    assert rules(hub) == []


def test_people_read_twenty_proposals_at_most_and_the_same_ones_twice(hub: Hub, phone: Spoke) -> None:
    arrive(phone, *((f"Ada{i} Byron{i}", f"EMAIL:a{i}@firm{i // 3}.example") for i in range(75)))
    decide(hub, "firm", RecordType.CONTACT)
    assert len(rules(hub)) == MOST
    assert proposed(hub) == proposed(hub)


@pytest.mark.parametrize("organization", ["red\x1b[31m", "x" * 3000, "quote' OR 1=1 --", "50%_off"])
def test_foreign_text_makes_a_rule_that_fits_it_or_none(hub: Hub, phone: Spoke, organization: str) -> None:
    arrive(phone, *((f"Ada{i} Byron{i}", f"ORG:{organization}") for i in range(3)), ("Bob Marley", "ORG:Other"))
    decide(hub, "Ada", QueueState.IGNORED)
    for one in proposed(hub):
        assert one.preview.past == 3
        assert one.preview.hits == []
    assert len(rules(hub)) == (organization.isprintable() and len(organization) < 500)
