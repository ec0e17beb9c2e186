"""An account with a filter: who enters, who leaves, and what it costs when nothing happened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crmsync.core.plan import Budget, Budgets
from crmsync.core.selection import Export
from crmsync.errors import BadConfig
from crmsync.model import RecordType
from crmsync.store.record_list import Selection
from crmsync.store.records import Records
from crmsync.store.users import Scope
from tests.cycle.bench_of import Hub, Spoke, settled


def use(hub: Hub, expression: str | None, name: str = "f") -> None:
    with hub.typing() as tx:
        tx.choices.use(1, None if expression is None else tx.filters.set(name, expression).id)


def names(phone: Spoke) -> list[str]:
    """Who is on the phone."""
    lines = [line for href in phone.hrefs() for line in phone.text(href).splitlines()]
    return sorted(line.removeprefix("FN:") for line in lines if line.startswith("FN:"))


def test_an_account_gets_what_its_filter_selects_and_what_is_flagged(hub: Hub, phone: Spoke) -> None:
    hub.add(flag=False, name="Anna", stage="customer")
    hub.add(flag=False, name="Bert", stage="prospect")
    hub.add(flag=True, name="Carl", stage="prospect")
    use(hub, "stage = 'customer'")
    plan = phone.sync(dry_run=True).plan
    assert plan is not None
    assert sorted(line["name"] for line in plan) == ["Anna", "Carl"]
    assert phone.hrefs() == []
    settled(phone)
    assert names(phone) == ["Anna", "Carl"]


def test_who_leaves_the_filter_leaves_the_account_and_stays_in_the_crm(hub: Hub, phone: Spoke) -> None:
    anna = hub.add(flag=False, name="Anna", stage="customer")
    hub.add(flag=False, name="Bert", stage="customer")
    use(hub, "stage = 'customer'")
    settled(phone)
    hub.set(anna, stage="lost")
    assert phone.sync().pushed.deleted == 1
    settled(phone)
    assert names(phone) == ["Bert"]
    assert hub.fields(anna) == {"name": "Anna", "stage": "lost"}
    hub.set(anna, stage="customer")
    settled(phone)
    assert names(phone) == ["Anna", "Bert"]


def test_a_flag_keeps_who_leaves_the_filter(hub: Hub, phone: Spoke) -> None:
    anna = hub.add(flag=False, name="Anna", stage="customer")
    use(hub, "stage = 'customer'")
    settled(phone)
    with hub.typing() as tx:
        tx.flags.set(1, [anna], on=True)
    hub.set(anna, stage="lost")
    settled(phone)
    assert names(phone) == ["Anna"]


def test_what_was_typed_at_the_remote_comes_home_before_its_item_leaves(hub: Hub, phone: Spoke) -> None:
    anna = hub.add(flag=False, name="Anna", stage="customer")
    use(hub, "stage = 'customer'")
    settled(phone)
    (href,) = phone.hrefs()
    phone.remote.edit("/book/", href, phone.text(href).replace("END:VCARD", "TITLE:Buyer\r\nEND:VCARD").encode())
    hub.set(anna, stage="lost")
    settled(phone)
    assert (names(phone), hub.fields(anna)["title"]) == ([], "Buyer")


def test_a_changed_filter_and_one_taken_away_change_the_account(hub: Hub, phone: Spoke) -> None:
    for n in range(6):
        hub.add(flag=False, name=f"N{n}", orders=n)
    use(hub, "orders > 3")
    settled(phone)
    assert names(phone) == ["N4", "N5"]
    use(hub, "orders < 2")
    settled(phone)
    assert names(phone) == ["N0", "N1"]
    use(hub, None)
    settled(phone)
    assert names(phone) == []


def test_a_filter_that_empties_the_account_is_held_for_a_person(hub: Hub, phone: Spoke) -> None:
    for n in range(8):
        hub.add(flag=False, name=f"N{n}", orders=n)
    phone.rules = replace(phone.rules, budgets=Budgets(deletes=Budget(2, 0.2)))
    use(hub, "1")
    settled(phone)
    use(hub, "0")
    result = phone.sync()
    assert (result.state, result.held, result.pushed.deleted) == ("held", 8, 0)
    assert len(names(phone)) == 8
    use(hub, "1")
    assert phone.sync().state == "done"
    assert len(names(phone)) == 8


def test_a_deleted_record_and_one_outside_the_scope_of_the_user_leave(hub: Hub, phone: Spoke) -> None:
    anna = hub.add(flag=False, name="Anna", owner="me")
    hub.add(flag=False, name="Bert", owner="luca")
    hub.add(flag=True, name="Carl", owner="luca")
    use(hub, "1")
    settled(phone)
    assert names(phone) == ["Anna", "Bert", "Carl"]
    with hub.typing() as tx:
        tx.users.set(replace(tx.users.get("me"), scope=Scope.OWN))
    settled(phone)
    assert names(phone) == ["Anna"]
    hub.delete(anna)
    settled(phone)
    assert names(phone) == []
    with hub.typing() as tx:
        tx.users.set(replace(tx.users.get("me"), scope=Scope.ALL))
    settled(phone)
    assert names(phone) == ["Bert", "Carl"]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Selection]:
    """Each time the filter is asked about records."""
    real, found = Records.ids, []

    def ids(self: Records, selection: Selection) -> object:
        found.append(selection)
        return real(self, selection)

    monkeypatch.setattr(Records, "ids", ids)
    return found


def test_the_filter_is_asked_about_what_changed_and_about_nothing_when_nothing_did(
    hub: Hub, phone: Spoke, asked: list[Selection]
) -> None:
    anna = hub.add(flag=False, name="Anna", stage="customer")
    use(hub, "stage = 'customer'")
    settled(phone)
    assert [one.since for one in asked if one.where] == [0]
    hub.set(anna, note="new")
    before = hub.store.data_version()
    settled(phone)
    assert len(asked) == 2
    assert asked[1].since > 0
    assert phone.sync().requests == 1
    assert hub.store.data_version() == before  # nobody else wrote
    assert len(asked) == 2


def test_a_filter_with_a_date_in_it_is_asked_again_in_another_hour(
    hub: Hub, phone: Spoke, asked: list[Selection], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add(flag=False, name="Anna")
    use(hub, "created <= date('now')")
    phone.sync()
    phone.sync()
    assert len(asked) == 1
    monkeypatch.setattr(hub, "now", lambda: "2026-01-01T05:00:00Z")
    phone.sync()
    phone.sync()
    assert [one.since for one in asked] == [0, 0]


def test_a_filter_that_cannot_be_used_any_more_stops_the_account_and_removes_nothing(hub: Hub, phone: Spoke) -> None:
    anna = hub.add(flag=False, name="Anna", note="50%")
    use(hub, "('x' LIKE note) IN (0, 1)")
    settled(phone)
    hub.set(anna, note="%" * 300)
    result = phone.sync()
    assert isinstance(result.error, BadConfig)
    assert "filter set f" in str(result.error)
    assert names(phone) == ["Anna"]
    hub.set(anna, note="short")
    settled(phone)


def test_an_account_without_a_filter_writes_nothing_about_one(hub: Hub, phone: Spoke) -> None:
    hub.add(name="Anna")
    settled(phone)
    with hub.store.view() as view:
        assert view.choices.get(1).terms == ""


def lets_out(phone: Spoke, **export: object) -> None:
    phone.rules = replace(phone.rules, export=Export(**export))  # type: ignore[arg-type]


def test_the_own_organisation_is_there_without_a_flag_or_a_filter(hub: Hub, phone: Spoke) -> None:
    own = hub.add(RecordType.COMPANY, flag=False, name="NTS Informatica S.r.l.")
    lets_out(phone, own=frozenset({own, "no such record"}))
    settled(phone)
    assert names(phone) == ["NTS Informatica S.r.l."]
    hub.set(own, note="new")
    settled(phone)
    lets_out(phone)
    settled(phone)
    assert names(phone) == []


def test_a_changed_export_rule_takes_out_and_lets_in_what_nobody_touched(hub: Hub, phone: Spoke) -> None:
    hub.add(RecordType.LEAD, name="Lea", privacy="denied")
    hub.add(RecordType.LEAD, name="Leo")
    lets_out(phone, rules=())
    settled(phone)
    assert names(phone) == ["Lea", "Leo"]
    lets_out(phone)
    settled(phone)
    assert names(phone) == ["Leo"]


def test_the_contacts_of_a_business_that_goes_there_go_along_for_who_wants_that(hub: Hub, phone: Spoke) -> None:
    acme = hub.add(RecordType.COMPANY, name="ACME S.r.l.")
    lead = hub.add(RecordType.LEAD, name="Beta GmbH", organization="Beta GmbH", privacy="denied")
    hub.add(flag=False, name="Anna", organization="Acme srl")
    hub.add(flag=False, name="Bert", organization="Beta")
    hub.add(flag=False, name="Carl", organization="Gamma")
    settled(phone)
    assert names(phone) == ["ACME S.r.l."]
    lets_out(phone, linked_contacts=True)
    settled(phone)
    assert names(phone) == ["ACME S.r.l.", "Anna"]
    hub.set(lead, privacy="granted")
    settled(phone)
    assert names(phone) == ["ACME S.r.l.", "Anna", "Bert", "Beta GmbH"]
    with hub.typing() as tx:
        tx.flags.set(1, [acme], on=False)
    settled(phone)
    assert names(phone) == ["Bert", "Beta GmbH"]
