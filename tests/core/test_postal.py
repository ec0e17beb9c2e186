"""Addresses: what two of them say about being one place."""

from __future__ import annotations

import pytest

from crmsync.core.postal import Postal, points
from crmsync.values import Address

HOME = Address("Via Roma 12", "Milano", "MI", "20100", extended="Scala B")


def compared(one: Address, other: Address) -> int:
    found = points(Postal.of(one), Postal.of(other))
    assert found == points(Postal.of(other), Postal.of(one))
    return found


def test_an_address_is_itself_and_nothing_says_nothing() -> None:
    assert compared(HOME, HOME) == 40
    assert compared(HOME, Address()) == 0


@pytest.mark.parametrize(
    ("other", "least"),
    [
        (Address("VIA ROMA, 12", "Milano", "MI", "20100"), 33),
        (Address("V. Roma 12", "Milano", "", "I-20100"), 26),
        (Address("Viaroma 12", "Millano", "MI", "20100"), 28),
        (Address("Scala B", "Milano", "MI", "20100", extended="Via Roma 12"), 20),
    ],
)
def test_other_spellings_are_the_place(other: Address, least: int) -> None:
    assert compared(HOME, other) >= least


def test_a_house_name_may_stand_on_either_line() -> None:
    one = Address("3 Wallaby Place", "Delmar", extended="Rose Cottage")
    other = Address("3 Rose Cottage", "Delmar", extended="Wallaby Place")
    assert compared(one, other) >= 30


def test_neighbours_are_less_and_another_town_speaks_against() -> None:
    assert compared(HOME, Address("Via Roma 14", "Milano", "MI", "20100")) == 23
    assert compared(HOME, Address("Am Markt 3", "Bonn", "NW", "53111", extended="x")) == -32


def test_a_digit_too_few_in_a_postcode_is_a_slip() -> None:
    assert compared(Address(postcode="20100"), Address(postcode="2010")) == 2
