"""A held plan is sealed: what a person lets pass is what they saw, and nothing that has moved since."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmsync.connectors.faults import Fault, Operation
from crmsync.connectors.tempers import POLITE, Etags, Tempers
from crmsync.core.plan import Budget, Budgets
from crmsync.cycle import RunResult
from crmsync.errors import Moved, Unreachable
from crmsync.review import plans
from crmsync.store.plans import PlanState
from crmsync.values import Labelled
from tests.cycle.bench_of import BOOK, Hub, Spoke, bring_in, card, discard, edit, settled

TEMPERS = {
    "etags": POLITE,
    "no etags": Tempers(etags=Etags.NULL),
    "etags spelled anew": Tempers(etags=Etags.FLAKY),
    "etags used again": Tempers(etags=Etags.REUSED),
}


def approve(hub: Hub) -> None:
    with hub.typing() as tx:
        (plan,) = tx.plans.list()
        plans.approve(tx, plan.id)


def held_deletes(hub: Hub, phone: Spoke, n: int = 12) -> dict[str, str]:
    """As many records deleted, all lines held; href -> record."""
    records = [hub.add(name=f"Anna{n} Rossi{n}") for n in range(n)]
    settled(phone)
    with hub.store.view() as view:
        hrefs = {view.links.for_record(record)[0].href: record for record in records}
    for record in records:
        hub.delete(record)
    assert phone.sync().held == n
    return hrefs


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1 << 30), tempers=st.sampled_from(sorted(TEMPERS)))
def test_applying_a_sealed_plan_never_touches_a_moved_item(
    tmp_path_factory: pytest.TempPathFactory, seed: int, tempers: str
) -> None:
    chance = random.Random(seed)
    hub = Hub(tmp_path_factory.mktemp("sealed"))
    phone = Spoke(hub, "phone", tempers=TEMPERS[tempers])
    phone.rules = replace(phone.rules, budgets=Budgets(deletes=Budget(2, 0.0)))
    records = [hub.add(name=f"Anna{n} Rossi{n}", note=f"note {n}") for n in range(6)]
    settled(phone)
    for record in records:
        hub.delete(record) if chance.random() < 0.5 else _unflag(hub, record)
    assert phone.sync().held == 6
    moved = {}
    for href in chance.sample(phone.hrefs(), chance.randrange(4)):
        # What the map of fields does not know is an edit as well: nothing of it would come home.
        edit(phone, href, chance.choice(["X-THEIRS:1", "NOTE:theirs", "TITLE:theirs"]))
        moved[href] = phone.text(href)
    approve(hub)
    for _ in range(3):
        phone.sync()
        assert {href: phone.text(href) for href in phone.hrefs()} == moved
    hub.store.close()


def _unflag(hub: Hub, record: str) -> None:
    with hub.typing() as tx:
        tx.flags.set(1, [record], on=False)


@pytest.mark.parametrize("tempers", sorted(TEMPERS))
def test_what_moved_is_refused_listed_and_held_by_itself_and_the_rest_goes(hub: Hub, tempers: str) -> None:
    phone = Spoke(hub, "phone", tempers=TEMPERS[tempers])
    hrefs = sorted(held_deletes(hub, phone))
    edit(phone, hrefs[0], "X-THEIRS:1")
    approve(hub)
    result = phone.sync()
    assert (result.pushed.deleted, result.held) == (11, 1)
    assert [line["href"] for line in result.moved] == [hrefs[0]]
    assert phone.hrefs() == hrefs[:1]
    assert phone.sync().held == 1
    with hub.store.view() as view:
        (plan,) = view.plans.list()
        assert [(line["href"], line["moved"]) for line in plan.body["actions"]] == [(hrefs[0], True)]
    approve(hub)
    assert phone.sync().pushed.deleted == 1
    settled(phone)


def test_an_item_edited_between_the_look_and_the_write_is_not_touched_without_etags_either(hub: Hub) -> None:
    phone = Spoke(hub, "phone", tempers=Tempers(etags=Etags.NULL))
    record = hub.add(name="Anna Rossi")
    settled(phone)
    (href,) = phone.hrefs()
    hub.set(record, note="ours")
    late = iter([lambda: edit(phone, href, "X-THEIRS:1")])
    phone.remote.between_pages = None
    original = phone.remote.multiget

    def multiget(collection: str, hrefs: list[str]) -> object:
        for change in late:  # at the first read of this cycle, which is the look before the write
            change()
        return original(collection, hrefs)

    phone.remote.multiget = multiget  # type: ignore[assignment, method-assign]
    assert phone.sync().failed == 1
    settled(phone)
    assert all(line in phone.text(href) for line in ("X-THEIRS:1", "NOTE:ours"))


def test_a_record_that_moved_since_is_refused_too(hub: Hub, phone: Spoke) -> None:
    phone.rules = replace(phone.rules, budgets=Budgets(blanked=Budget(1, 0.0)))
    records = [hub.add(name=f"Anna{n} Rossi{n}", note="old") for n in range(3)]
    settled(phone)
    for href in phone.hrefs():
        phone.remote.edit(BOOK, href, phone.text(href).replace("NOTE:old\r\n", "").encode())
    assert phone.sync().held == 3
    hub.set(records[0], title="Buyer")
    approve(hub)
    result = phone.sync()
    assert [line["record"] for line in result.moved] == [records[0]]
    assert [hub.fields(record).get("note") for record in records] == ["old", None, None]


def test_a_deletion_whose_record_was_edited_since_is_refused(hub: Hub, phone: Spoke) -> None:
    records = [hub.add(name=f"Anna{n} Rossi{n}") for n in range(12)]
    settled(phone)
    for record in records:
        _unflag(hub, record)
    assert phone.sync().held == 12
    hub.set(records[0], note="is a customer again")
    approve(hub)
    assert [line["record"] for line in phone.sync().moved] == [records[0]]
    assert len(phone.hrefs()) == 1


def test_an_answer_holds_for_one_event(hub: Hub, phone: Spoke) -> None:
    """The same items vanish twice, with the same bytes: the second time is asked again."""
    for n in range(15):
        hub.add(name=f"Anna{n} Rossi{n}")
    settled(phone)
    backup = phone.remote.snapshot()
    for _ in range(2):
        phone.remote.wipe(BOOK)
        assert phone.sync().held == 15
        approve(hub)
        assert phone.sync().conflicts == 15
        phone.remote.restore_backup(backup)
        settled(phone)
    with hub.store.view() as view:
        assert len(view.plans.list(state=PlanState.DONE)) == 2


def test_emptied_values_are_held_and_stay_when_the_plan_is_discarded(hub: Hub, phone: Spoke) -> None:
    records = [hub.add(name=f"Anna{n} Rossi{n}", note="old") for n in range(25)]
    settled(phone)
    for href in phone.hrefs():
        phone.remote.edit(BOOK, href, phone.text(href).replace("NOTE:old\r\n", "").encode())
    result = phone.sync()
    assert (result.state, result.held) == ("held", 25)
    assert {hub.fields(record).get("note") for record in records} == {"old"}
    discard(hub)
    settled(phone)
    assert all("NOTE:old" in phone.text(href) for href in phone.hrefs())
    assert {hub.fields(record).get("note") for record in records} == {"old"}


def test_emptied_values_go_once_they_were_let_pass(hub: Hub, phone: Spoke) -> None:
    records = [hub.add(name=f"Anna{n} Rossi{n}", note="old") for n in range(25)]
    settled(phone)
    for href in phone.hrefs():
        phone.remote.edit(BOOK, href, phone.text(href).replace("NOTE:old\r\n", "").encode())
    phone.sync()
    approve(hub)
    settled(phone)
    assert {hub.fields(record).get("note") for record in records} == {None}


def _many_titles(hub: Hub, phone: Spoke) -> list[str]:
    phone.rules = replace(phone.rules, budgets=Budgets(field=Budget(5, 0.5)))
    for n in range(8):
        phone.remote.seed(BOOK, f"u{n}", card(f"u{n}", f"Anna{n} Rossi{n}", "TITLE:Buyer", "TEL:+39 02 111111"))
    phone.sync()
    return bring_in(hub)


def test_one_field_changed_on_very_many_records_is_held_and_other_changes_flow(hub: Hub, phone: Spoke) -> None:
    records = _many_titles(hub, phone)
    for href in phone.hrefs():
        phone.remote.edit(BOOK, href, phone.text(href).replace("TITLE:Buyer", "TITLE:?????").encode())
    other = phone.remote.seed(BOOK, "v", card("v", "Otto Weber"))
    result = phone.sync()
    assert (result.held, result.queued) == (8, 1)
    assert 'their "title"' in result.notes[0]
    assert {hub.fields(record)["title"] for record in records} == {"Buyer"}
    discard(hub)
    settled(phone)
    assert all("TITLE:Buyer" in phone.text(href) for href in phone.hrefs() if href != other)
    with hub.store.view() as view:
        assert [one.losing for one in view.conflicts.list(open=False)] == ["?????"] * 8


def test_an_item_that_moved_after_the_plan_was_held_is_no_part_of_its_refusal(hub: Hub, phone: Spoke) -> None:
    records = _many_titles(hub, phone)
    for href in phone.hrefs():
        phone.remote.edit(BOOK, href, phone.text(href).replace("TITLE:Buyer", "TITLE:Boss").encode())
    phone.sync()
    edit(phone, phone.hrefs()[0], "NOTE:theirs")
    phone.sync()
    with hub.typing() as tx:
        (plan,) = tx.plans.list()
        body = plan.body["actions"]
        assert {line["target"] for line in body} == {f"link {link.id}" for link in tx.links.of_collection(1)}
    discard(hub)
    phone.sync()
    assert {hub.fields(record)["title"] for record in records} == {"Buyer"}


def test_entries_that_left_a_list_come_back_when_that_was_refused(hub: Hub, phone: Spoke) -> None:
    records = _many_titles(hub, phone)
    for href in phone.hrefs():
        phone.remote.edit(BOOK, href, phone.text(href).replace("TEL:+39 02 111111\r\n", "").encode())
    assert phone.sync().held == 8
    discard(hub)
    settled(phone)
    assert {hub.fields(record)["phones"] for record in records} == {(Labelled("+39 02 111111"),)}
    assert all("+39 02 111111" in phone.text(href) for href in phone.hrefs())


def test_a_dry_run_says_what_is_held_and_closes_nothing(hub: Hub, phone: Spoke) -> None:
    held_deletes(hub, phone)
    approve(hub)
    result: RunResult = phone.sync(dry_run=True)
    assert (result.held, len(phone.hrefs())) == (0, 12)
    assert phone.sync().pushed.deleted == 12
    with hub.store.view() as view:
        assert len(view.plans.list(state=PlanState.DONE)) == 1
    settled(phone)


def test_what_happens_after_a_plan_was_done_is_another_matter(hub: Hub, phone: Spoke) -> None:
    records = _many_titles(hub, phone)
    for href in phone.hrefs():
        phone.remote.edit(BOOK, href, phone.text(href).replace("TITLE:Buyer", "TITLE:Boss").encode())
    phone.sync()
    approve(hub)
    phone.sync()
    href = phone.hrefs()[0]
    phone.remote.edit(BOOK, href, phone.text(href).replace("TITLE:Boss", "TITLE:Buyer again").encode())
    assert phone.sync().held == 0
    assert sorted(str(hub.fields(record)["title"]) for record in records) == ["Boss"] * 7 + ["Buyer again"]


def test_a_plan_that_was_cut_off_goes_on_and_what_moved_meanwhile_is_refused(hub: Hub, phone: Spoke) -> None:
    hrefs = sorted(held_deletes(hub, phone))
    approve(hub)
    phone.remote.fail(Fault(6, Unreachable("cut off"), on=frozenset({Operation.DELETE})))
    assert phone.sync().state == "failed"
    (moved, *_) = left = phone.hrefs()
    assert 5 <= len(left) < len(hrefs)
    edit(phone, moved, "X-THEIRS:1")
    assert [line["href"] for line in phone.sync().moved] == [moved]
    assert phone.hrefs() == [moved]


def test_an_item_that_moves_in_the_midst_of_the_cycle_is_refused_by_the_next_one(hub: Hub, phone: Spoke) -> None:
    hrefs = sorted(held_deletes(hub, phone))
    approve(hub)
    phone.remote.fail(Fault(1, Moved("it changed meanwhile"), on=frozenset({Operation.DELETE})))
    assert phone.sync().failed == 1
    (href,) = phone.hrefs()
    edit(phone, href, "X-THEIRS:1")
    assert len(phone.sync().moved) == 1
    assert (phone.hrefs(), href in hrefs) == ([href], True)


def test_deletions_that_were_refused_are_not_asked_again(hub: Hub, phone: Spoke) -> None:
    hrefs = sorted(held_deletes(hub, phone))
    discard(hub)
    settled(phone)
    assert phone.hrefs() == hrefs
    with hub.store.view() as view:
        assert view.plans.list() == []


def test_a_dry_run_holds_nothing_and_marks_what_would_be_held(hub: Hub, phone: Spoke) -> None:
    records = [hub.add(name=f"Anna{n} Rossi{n}") for n in range(12)]
    settled(phone)
    for record in records[:11]:
        hub.delete(record)
    hub.set(records[11], title="Buyer")
    dry = phone.sync(dry_run=True)
    assert (dry.state, dry.held) == ("held", 11)
    assert dry.plan is not None
    assert [line["action"] for line in dry.plan if line.get("held")] == ["delete"] * 11
    assert [line["action"] for line in dry.plan if not line.get("held")] == ["update"]
    assert "would be held" in dry.notes[0]
    with hub.store.view() as view:
        assert (view.plans.list(), view.accounts.get("phone").state) == ([], "ok")
    assert phone.sync().held == 11


def test_a_dry_run_leaves_the_plan_that_waits_and_its_reason(hub: Hub, phone: Spoke) -> None:
    held_deletes(hub, phone)
    with hub.store.view() as view:
        before = view.plans.list()
    phone.rules = replace(phone.rules, budgets=Budgets(deletes=Budget(1000, 1.0)))
    assert phone.sync(dry_run=True).held == 0
    with hub.store.view() as view:
        assert (view.plans.list(), view.accounts.get("phone").state) == (before, "held")
