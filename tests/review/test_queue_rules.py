"""A rule is seen before it is made: what it would hit, and whether people decided otherwise."""

from __future__ import annotations

import pytest

from crmsync.errors import Usage
from crmsync.model import Mode, RecordType
from crmsync.review import import_queue, queue_rules
from crmsync.review.queue_rules import Preview
from crmsync.store.import_queue import Queued, QueueState
from crmsync.store.queue_rules import Rule, RuleAction
from crmsync.values import Labelled
from tests.cycle.bench_of import BOOK, Hub, Spoke, card
from tests.review.test_import_queue import seed

ACME = "ORG:Acme"
WHERE = "organization = 'Acme'"


def names(rows: object) -> list[str]:
    assert isinstance(rows, (list, tuple))
    return [row.item.name for row in rows if isinstance(row, Queued)]


def seen(hub: Hub, action: RuleAction, type: RecordType | None = None, where: str = WHERE) -> Preview:
    with hub.store.view() as view:
        return queue_rules.preview(view, Rule("", where, action, type))


def decide(hub: Hub, rows: list[Queued]) -> None:
    """Ada and Bob become contacts, Cid a lead, Dan is linked, Eva ignored, Fay private; Gus and Hal wait."""
    by_name = {row.item.name: row.id for row in rows}
    dan = hub.add(name="Dan", flag=False)
    with hub.typing() as tx:
        import_queue.assign(tx, [by_name["Ada"], by_name["Bob"]], RecordType.CONTACT)
        import_queue.assign(tx, [by_name["Cid"]], RecordType.LEAD)
        import_queue.bring_in(tx, [by_name[name] for name in ("Ada", "Bob", "Cid")], 1, iter("abc").__next__)
        import_queue.link(tx, by_name["Dan"], dan, 1)
        import_queue.leave_out(tx, [by_name["Eva"]], QueueState.IGNORED)
        import_queue.leave_out(tx, [by_name["Fay"]], QueueState.PRIVATE)


@pytest.fixture
def decided(hub: Hub, phone: Spoke) -> None:
    people = ("Ada", "Bob", "Cid", "Dan", "Eva", "Fay", "Gus", "Hal")
    decide(hub, seed(hub, phone, *(card(name, name, ACME) for name in people), card("x", "Xavier")))


@pytest.mark.parametrize(
    ("action", "type", "against"),
    [
        (RuleAction.IMPORT, RecordType.CONTACT, ["Cid", "Eva", "Fay"]),
        (RuleAction.ASSIGN, RecordType.LEAD, ["Ada", "Bob", "Eva", "Fay"]),
        (RuleAction.IGNORE, None, ["Ada", "Bob", "Cid", "Dan", "Fay"]),
        (RuleAction.PRIVATE, None, ["Ada", "Bob", "Cid", "Dan", "Eva"]),
    ],
)
@pytest.mark.usefixtures("decided")
def test_a_preview_says_what_waits_what_was_decided_and_what_was_decided_otherwise(
    hub: Hub, action: RuleAction, type: RecordType | None, against: list[str]
) -> None:
    told = seen(hub, action, type)
    assert (names(told.hits), told.past, names(told.against)) == (["Gus", "Hal"], 6, against)
    assert (told.waiting, told.earlier) == (0, 0)


@pytest.mark.usefixtures("decided")
def test_a_preview_leaves_what_an_earlier_rule_takes_unless_that_is_off(hub: Hub) -> None:
    with hub.typing() as tx:
        queue_rules.add(tx, Rule("gus", "name = 'Gus'", RuleAction.IGNORE))
        later = queue_rules.add(tx, Rule("acme", WHERE, RuleAction.PRIVATE))
        told = queue_rules.preview(tx, later)
        assert (names(told.hits), told.earlier) == (["Hal"], 1)
        tx.queue_rules.move("acme", 1)
        assert queue_rules.preview(tx, later).earlier == 0
        tx.queue_rules.move("acme", 2)
        tx.queue_rules.switch("gus", False)
        assert queue_rules.preview(tx, later).earlier == 0


def test_a_preview_says_how_many_would_be_left_to_a_person(hub: Hub, phone: Spoke) -> None:
    hub.add(name="Ada", emails=(Labelled("ada@acme.example"),), flag=False)
    seed(hub, phone, card("1", "Ada", ACME, "EMAIL:ada@acme.example"), card("2", "Bob", ACME))
    assert seen(hub, RuleAction.IMPORT, RecordType.CONTACT).waiting == 1
    assert seen(hub, RuleAction.PRIVATE).waiting == 0


def test_what_rules_and_the_sync_decided_is_not_a_decision_of_a_person(hub: Hub, phone: Spoke) -> None:
    with hub.typing() as tx:
        queue_rules.add(tx, Rule("acme", WHERE, RuleAction.PRIVATE))
        tx.accounts.set(type(phone_account := tx.accounts.get("phone"))(**{**_all(phone_account), "name": "me"}))
    phone.name = "me"  # an account may be called like a person
    written = Spoke(hub, "written", mode=Mode.EXPORT)
    written.remote.seed(BOOK, "theirs", card("theirs", "Theirs"))
    written.sync()
    seed(hub, phone, card("1", "Ada", ACME), card("2", "Friends", "X-ADDRESSBOOKSERVER-KIND:group"))
    with hub.store.view() as view:
        assert {row.item.name: row.state for row in view.queue.list(queue_rules._YOURS)} == {
            "Ada": QueueState.PRIVATE, "Friends": QueueState.IGNORED, "Theirs": QueueState.IGNORED,
        }  # fmt: skip
        assert queue_rules.yours(view) == []


def _all(account: object) -> dict[str, object]:
    return {name: getattr(account, name) for name in type(account).__dataclass_fields__}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "wrong",
    [
        Rule("", "1", RuleAction.IGNORE),
        Rule("x" * 61, "1", RuleAction.IGNORE),
        Rule("red\x1b[31m", "1", RuleAction.IGNORE),
        Rule("x", "1", RuleAction.IMPORT),
        Rule("x", "1", RuleAction.PRIVATE, RecordType.LEAD),
        Rule("x", "nothing = 1", RuleAction.IGNORE),
        Rule("x", "1 UNION SELECT 1", RuleAction.IGNORE),
        Rule("x", "", RuleAction.IGNORE, account=1),
    ],
)
def test_a_rule_that_cannot_be_is_refused(hub: Hub, phone: Spoke, wrong: Rule) -> None:
    assert phone.collection
    with hub.typing() as tx:
        with pytest.raises(Usage):
            queue_rules.add(tx, wrong)
        assert tx.queue_rules.all() == []
