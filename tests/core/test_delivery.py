"""Delivery addresses: they reach no account that did not ask for them, and lose nothing by that."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.core.delivery import is_delivery, joined, parted, without
from crmsync.core.keys import entry_key
from crmsync.core.merge import merge
from crmsync.core.plan import Create, Vanished
from crmsync.core.reconcile import Local, Pair, Policies, reconcile
from crmsync.model import Link, Mode, OnDelete, Policy, RecordType, Side
from crmsync.values import Address, Fields, Value

KEPT = Policy(delivery=False)
HOME, SHED, YARD = Address("Via Roma 1"), Address("Via Po 9", label="delivery"), Address("Am Hof 2", label=" Consegna ")

_STREETS = st.sampled_from(["Via Roma 1", "VIA ROMA  1", "Am Markt 2", "Rue 3", "Calle 4"])
_LABELS = st.sampled_from(["", "work", "delivery", "Lieferadresse"])
_LISTS = st.lists(
    st.builds(Address, street=_STREETS, label=_LABELS), max_size=4, unique_by=lambda one: entry_key("addresses", one)
).map(tuple)
_POLICIES = st.builds(
    Policy,
    st.sampled_from(Mode),
    st.sampled_from([{}, {"addresses": Side.CRM}, {"addresses": Side.REMOTE}]),
    delivery=st.just(False),
)


def fields(*addresses: Address) -> Fields:
    return {"name": "Anna", "addresses": addresses} if addresses else {"name": "Anna"}


def keys(value: Value | None) -> set[str]:
    return {entry_key("addresses", one) for one in value} if isinstance(value, tuple) else set()


@pytest.mark.parametrize("label", ["delivery", "DELIVERY", " Shipping ", "Lieferadresse", "indirizzo di consegna"])
def test_the_label_says_that_it_is_one(label: str) -> None:
    assert is_delivery(Address("x", label=label))


@pytest.mark.parametrize("entry", [Address("x"), Address("x", label="work"), Address("x", label="parcel"), "delivery"])
def test_nothing_else_is_one(entry: object) -> None:
    assert not is_delivery(entry)


def test_a_new_item_is_made_without_them_unless_the_account_asks() -> None:
    pair = Pair(Local("anna", RecordType.CONTACT, fields(HOME, SHED)))
    made = [reconcile([pair], Policies(policy)).actions[0] for policy in (KEPT, Policy())]
    assert [one.fields for one in made if isinstance(one, Create)] == [fields(HOME), fields(HOME, SHED)]
    only = Pair(Local("anna", RecordType.CONTACT, fields(SHED)))
    (action,) = reconcile([only], Policies(KEPT)).actions
    assert isinstance(action, Create)
    assert action.fields == fields()


def test_a_record_with_one_is_not_edited_by_that() -> None:
    link = Link(1, "anna", 1, "a", "a", '"1"', fields(HOME))
    pair = Pair(Local("anna", RecordType.CONTACT, fields(HOME, SHED)), link)
    policy = replace(KEPT, on_delete=OnDelete.DELETE)
    for edited, answer in ((policy, OnDelete.DELETE), (replace(policy, delivery=True), OnDelete.ASK)):
        (action,) = reconcile([pair], Policies(edited)).actions
        assert isinstance(action, Vanished)
        assert action.answer is answer


def test_what_is_typed_there_is_taken_in_and_stays_there() -> None:
    taken = merge(fields(HOME), {}, fields(HOME, SHED), fields(HOME, YARD), KEPT)
    assert taken.hub == {"addresses": (HOME, YARD, SHED)}
    assert taken.remote == {}
    again = merge(taken.base, taken.echo, fields(HOME, YARD, SHED), fields(HOME, YARD), KEPT)
    assert (again.hub, again.remote, again.base) == ({}, {}, taken.base)
    gone = merge(taken.base, taken.echo, fields(HOME, YARD, SHED), fields(HOME), KEPT)
    assert gone.hub == {"addresses": (HOME, SHED)}  # an entry like any other, and removed by a person


def test_the_last_other_address_may_go() -> None:
    assert merge(fields(HOME), {}, fields(HOME, SHED), fields(), KEPT).hub == {"addresses": (SHED,)}


def test_an_account_that_asks_later_gets_them_then() -> None:
    assert merge(fields(HOME), {}, fields(HOME, SHED), fields(HOME), KEPT).remote == {}
    assert merge(fields(HOME), {}, fields(HOME, SHED), fields(HOME), Policy()).remote == {"addresses": (HOME, SHED)}


def test_an_account_that_asks_no_longer_keeps_what_it_has() -> None:
    held = fields(HOME, SHED)
    assert merge(held, {}, held, held, KEPT).remote == {}


def test_where_people_are_sent_goods_and_met_is_no_other_entry() -> None:
    same = replace(HOME, label="delivery")
    assert parted((HOME, same), [(HOME,)]) == ((HOME,), (same,))


@given(_LISTS, _LISTS, _LISTS, _POLICIES)
def test_they_are_neither_sent_nor_lost_nor_do_they_change_anything_else(
    base: tuple[Address, ...], crm: tuple[Address, ...], remote: tuple[Address, ...], policy: Policy
) -> None:
    """The account is served exactly as if they did not exist."""
    compared, kept = parted(crm, [base, remote])
    done = merge(fields(*base), {}, fields(*crm), fields(*remote), policy)
    blind = merge(fields(*base), {}, without(fields(*crm), [base, remote]), fields(*remote), policy)
    assert (done.remote, done.base, done.echo, done.lost) == (blind.remote, blind.base, blind.echo, blind.lost)
    after = done.hub.get("addresses", crm)
    assert isinstance(after, tuple) or not kept
    assert set(kept) <= set(after or ())
    assert joined(compared, kept) is None or keys(joined(compared, kept)) == keys(crm)
    shown = done.remote.get("addresses", remote)
    assert not keys(kept) & keys(shown)
    if policy.mode is not Mode.IMPORT:
        again = merge(done.base, done.echo, fields(*(after or ())), fields(*(shown or ())), policy)
        assert (again.hub, again.remote, again.base) == ({}, {}, done.base)
