"""Rules have their turn with each item once, as it arrives, and never with what is somebody's to decide."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from crmsync.cycle import Enrolment, RunResult
from crmsync.model import JournalEntry, RecordType
from crmsync.review import import_queue, queue_rules
from crmsync.store.import_queue import UNDECIDED, Queued, QueueSelection, QueueState
from crmsync.store.queue_rules import Rule, RuleAction
from crmsync.store.session import Stamp
from crmsync.values import Labelled
from tests.cycle.bench_of import BOOK, Hub, Spoke, card, edit, settled

EVERYBODY = QueueSelection(tuple(QueueState))
ACME = "EMAIL:{}@acme.example"


@pytest.fixture(autouse=True)
def ids(phone: Spoke) -> None:
    phone.rules = replace(phone.rules, new_id=map("ruled{}".format, itertools.count(1)).__next__)


def rule(hub: Hub, name: str, where: str, action: RuleAction, type: RecordType | None = None) -> None:
    with hub.typing() as tx:
        queue_rules.add(tx, Rule(name, where, action, type))


def importing(hub: Hub, name: str = "acme", where: str = "email LIKE '%@acme.example'") -> None:
    rule(hub, name, where, RuleAction.IMPORT, RecordType.CONTACT)


def arrive(phone: Spoke, **cards: str) -> RunResult:
    """Cards by name, each with one more line."""
    for name, line in cards.items():
        phone.remote.seed(BOOK, name, card(name, f"{name.title()} Rossi", line))
    return phone.sync()


def became(hub: Hub) -> dict[str, tuple[str, str]]:
    """What became of whom, and who said so."""
    with hub.store.view() as view:
        rows: list[Queued] = list(view.queue.list(EVERYBODY))
    return {row.item.name.split()[0].lower(): (row.state.value, row.decided_by) for row in rows}


def entries(hub: Hub) -> list[JournalEntry]:
    with hub.store.view() as view:
        return view.journal.entries()


def test_the_first_rule_that_fits_decides_and_signs_with_its_name(hub: Hub, phone: Spoke) -> None:
    rule(hub, "robots", "email LIKE 'noreply@%'", RuleAction.PRIVATE)
    rule(hub, "home", "email LIKE '%@home.example'", RuleAction.IGNORE)
    importing(hub)
    result = arrive(phone, ada=ACME.format("ada"), bot=ACME.format("noreply"), eva="EMAIL:e@home.example", ann="NOTE:x")
    assert became(hub) == {
        "ada": ("imported", "rule acme"),
        "bot": ("private", "rule robots"),
        "eva": ("ignored", "rule home"),
        "ann": ("open", ""),
    }
    assert (result.queued, result.pulled.created) == (1, 1)
    assert result.notes == ["rule robots: private 1", "rule home: ignore 1", "rule acme: import 1"]
    (made,) = [entry for entry in entries(hub) if entry.field == ""]
    assert (made.record, made.origin, made.actor, made.run) == ("ruled1", "phone", "rule acme", result.id)
    assert made.reason.startswith("rule acme")
    with hub.store.view() as view:
        assert view.flags.users("ruled1") == [1]
    before = phone.remote.contents(BOOK)
    settled(phone)
    assert phone.remote.contents(BOOK) == before


def test_moving_a_rule_changes_who_decides(hub: Hub, phone: Spoke) -> None:
    importing(hub)
    rule(hub, "robots", "email LIKE 'noreply@%'", RuleAction.PRIVATE)
    with hub.typing() as tx:
        tx.queue_rules.move("robots", 1)
    arrive(phone, bot=ACME.format("noreply"))
    assert became(hub) == {"bot": ("private", "rule robots")}


def test_a_rule_that_is_off_decides_nothing(hub: Hub, phone: Spoke) -> None:
    importing(hub)
    with hub.typing() as tx:
        tx.queue_rules.switch("acme", False)
    arrive(phone, ada=ACME.format("ada"))
    assert became(hub) == {"ada": ("open", "")}


def test_what_probably_is_a_record_is_left_to_a_person_and_to_no_later_rule(hub: Hub, phone: Spoke) -> None:
    hub.add(name="Ada Rossi", emails=(Labelled("ada@acme.example"),), flag=False)
    importing(hub)
    rule(hub, "rest", "1", RuleAction.PRIVATE)
    result = arrive(phone, ada=ACME.format("ada"))
    assert became(hub) == {"ada": ("open", "")}
    assert result.notes == ["rule acme: import 0, left 1 to you"]
    assert len(entries(hub)) == 1


def test_a_person_who_is_there_twice_becomes_one_record(hub: Hub, phone: Spoke) -> None:
    importing(hub)
    phone.remote.seed(BOOK, "a", card("a", "Ada Rossi", ACME.format("ada")))
    phone.remote.seed(BOOK, "b", card("b", "Rossi Ada", ACME.format("ada")))
    phone.remote.seed(BOOK, "c", card("c", "Bob Rossi", ACME.format("bob"), "ORG:Acme"))
    phone.remote.seed(BOOK, "d", card("d", "Eva Rossi", ACME.format("eva"), "ORG:Acme"))
    phone.sync()
    with hub.store.view() as view:
        assert sum(view.records.totals().values()) == 3
        (waiting,) = view.queue.list()
        assert waiting.item.suggestion is not None
        assert waiting.item.suggestion.record == "ruled1"


def test_what_waited_before_the_rule_was_made_is_not_touched(hub: Hub, phone: Spoke) -> None:
    arrive(phone, ada=ACME.format("ada"))
    importing(hub)
    arrive(phone, bob=ACME.format("bob"))
    phone.sync(full=True)
    assert became(hub) == {"ada": ("open", ""), "bob": ("imported", "rule acme")}


def test_each_item_has_one_turn_also_when_it_changes_afterwards(hub: Hub, phone: Spoke) -> None:
    importing(hub)
    arrive(phone, ada="NOTE:x")
    edit(phone, phone.hrefs()[0], ACME.format("ada"))
    phone.sync()
    assert became(hub) == {"ada": ("open", "")}


def test_what_a_rule_ignored_and_changed_has_another_turn(hub: Hub, phone: Spoke) -> None:
    rule(hub, "no mail", "email IS NULL", RuleAction.IGNORE)
    importing(hub)
    arrive(phone, ada="NOTE:x")
    assert became(hub) == {"ada": ("ignored", "rule no mail")}
    edit(phone, phone.hrefs()[0], ACME.format("ada"))
    phone.sync()
    assert became(hub) == {"ada": ("imported", "rule acme")}


def test_what_a_person_ignored_is_asked_of_the_person_when_it_changes(hub: Hub, phone: Spoke) -> None:
    arrive(phone, ada=ACME.format("ada"))
    with hub.typing() as tx:
        import_queue.leave_out(tx, tx.queue.ids(), QueueState.IGNORED)
    importing(hub)
    edit(phone, phone.hrefs()[0], "NOTE:x")
    phone.sync()
    assert became(hub)["ada"][0] == "open"


def test_a_rule_gives_a_type_and_the_item_waits(hub: Hub, phone: Spoke) -> None:
    rule(hub, "acme", "email LIKE '%@acme.example'", RuleAction.ASSIGN, RecordType.LEAD)
    rule(hub, "rest", "1", RuleAction.PRIVATE)
    result = arrive(phone, ada=ACME.format("ada"))
    assert [row.item.type for row in hub.queue()] == [RecordType.LEAD]
    assert result.queued == 1


def test_a_type_that_the_collection_cannot_hold_is_left_to_a_person(hub: Hub, phone: Spoke) -> None:
    rule(hub, "tasks", "1", RuleAction.IMPORT, RecordType.TASK)
    assert arrive(phone, ada="NOTE:x").notes == ["rule tasks: import 0, left 1 to you"]
    assert became(hub) == {"ada": ("open", "")}


def test_rules_of_another_account_are_not_asked(hub: Hub, phone: Spoke) -> None:
    other = Spoke(hub, "other")
    with hub.typing() as tx:
        account = tx.accounts.get("other").id
        queue_rules.add(tx, Rule("theirs", "1", RuleAction.PRIVATE, account=account))
    arrive(phone, ada="NOTE:x")
    arrive(other, bob="NOTE:x")
    assert became(hub) == {"ada": ("open", ""), "bob": ("private", "rule theirs")}


def test_a_rule_that_cannot_be_asked_stops_those_after_it_until_it_can(hub: Hub, phone: Spoke) -> None:
    with hub.typing() as tx:
        tx.queue_rules.add(Rule("broken", "nothing = 1", RuleAction.PRIVATE))
    importing(hub)
    (note,) = arrive(phone, ada=ACME.format("ada")).notes
    assert note.startswith("rule broken: nothing = 1: this filter cannot be used")
    assert became(hub) == {"ada": ("open", "")}
    with hub.typing() as tx:
        tx.queue_rules.remove("broken")
    phone.sync()
    assert became(hub) == {"ada": ("imported", "rule acme")}


def test_a_dry_run_decides_nothing_and_the_next_sync_does(hub: Hub, phone: Spoke) -> None:
    importing(hub)
    phone.remote.seed(BOOK, "ada", card("ada", "Ada Rossi", ACME.format("ada")))
    phone.sync(dry_run=True)
    assert became(hub) == {"ada": ("open", "")}
    phone.sync()
    assert became(hub) == {"ada": ("imported", "rule acme")}


def test_whoever_brings_items_with_a_type_has_said_it_already(hub: Hub, phone: Spoke) -> None:
    hub.add(name="Ada Rossi", emails=(Labelled("ada@acme.example"),), flag=False)
    rule(hub, "rest", "1", RuleAction.PRIVATE)
    usual, phone.rules = phone.rules, replace(phone.rules, enrolment=Enrolment(RecordType.LEAD, None, lambda: "new"))
    arrive(phone, ada=ACME.format("ada"), bob="NOTE:x")
    phone.rules = usual
    phone.sync()
    assert became(hub) == {"ada": ("open", "")}


def test_a_person_can_have_the_rules_decide_about_all_that_waits(hub: Hub, phone: Spoke) -> None:
    arrive(phone, ada=ACME.format("ada"), bob=ACME.format("bob"), eva="NOTE:x")
    with hub.typing() as tx:
        (bob,) = tx.queue.ids(QueueSelection(where="name LIKE 'Bob%'"))
        import_queue.assign(tx, [bob], RecordType.LEAD)
    importing(hub)

    def signed(one: Rule) -> Stamp:
        return Stamp(hub.now(), "cli", one.actor)

    (result,) = queue_rules.sort_by_rules(hub.store, UNDECIDED, signed, lambda: "new")
    assert result.done.records == ["new"]
    assert result.done.skipped == [(bob, "somebody gave it a type: lead")]
    assert became(hub) == {"ada": ("imported", "rule acme"), "bob": ("open", ""), "eva": ("open", "")}


def test_what_a_rule_left_to_a_person_is_left_by_those_after_it_too(hub: Hub, phone: Spoke) -> None:
    hub.add(name="Ada Rossi", emails=(Labelled("ada@acme.example"),), flag=False)
    arrive(phone, ada=ACME.format("ada"))
    importing(hub)
    rule(hub, "rest", "1", RuleAction.PRIVATE)
    queue_rules.sort_by_rules(hub.store, UNDECIDED, lambda one: Stamp(hub.now(), "cli", one.actor), lambda: "new")
    assert became(hub) == {"ada": ("open", "")}


def test_what_a_person_took_back_is_not_decided_again_while_a_later_rule_cannot_be_asked(
    hub: Hub, phone: Spoke
) -> None:
    rule(hub, "acme", "email LIKE '%@acme.example'", RuleAction.ASSIGN, RecordType.LEAD)
    with hub.typing() as tx:
        tx.queue_rules.add(Rule("broken", "nothing = 1", RuleAction.PRIVATE))
    arrive(phone, ada=ACME.format("ada"))
    (row,) = hub.queue()
    with hub.typing() as tx:
        import_queue.assign(tx, [row.id], None)
    arrive(phone, bob=ACME.format("bob"))
    assert [one.item.type for one in hub.queue()] == [None, RecordType.LEAD]
