"""Blocking: who is compared with whom."""

from __future__ import annotations

from crmsync.core.blocking import CROWD, FEW, MOST, chosen, pair_keys, pairs
from crmsync.core.probe import Probe, Profile
from crmsync.values import Address, Labelled, Value


def keys(kind: str = "individual", **fields: Value) -> set[tuple[str, ...]]:
    return set(pair_keys(Profile.of(Probe.of(kind, fields))))


def test_a_person_is_found_by_everything_that_is_known() -> None:
    found = keys(
        name="Anna Rossi",
        emails=(Labelled("a@x.example"),),
        phones=(Labelled("+39 02 5550001"),),
        vat_number="IT00743110157",
        tax_code="X1",
        organization="Acme",
        birthday="1980-05-17",
        addresses=(Address("Via Roma 12", "Milano", postcode="20100"), Address()),
    )
    assert found >= {
        ("email", "a@x.example"),
        ("phone", "+39025550001"),
        ("vat", "00743110157"),
        ("tax", "X1"),
        ("name", "an", "ros"),
        ("birthday", "1980-05-17"),
        ("at", "ros", "acme"),
        ("in", "ros", "20100"),
        ("place", "roma", "12"),
    }


def test_a_company_is_not_found_by_a_persons_name() -> None:
    assert keys("org", name="Acme srl") == {("org", "acme")}


def test_nobody_is_compared_with_everybody() -> None:
    assert keys() == set()
    assert keys(name="A") == set()


def test_pairs_are_those_with_a_key_in_common_each_once() -> None:
    assert pairs([("a", [("x",), ("y",)]), ("c", [("x",), ("y",)]), ("b", [("y",)]), ("d", [("z",)])]) == [
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    ]


def test_a_key_that_very_many_have_leads_nowhere() -> None:
    assert pairs((f"{number:03}", [("x",)]) for number in range(MOST + 2)) == []
    assert len(pairs((f"{number:03}", [("x",)]) for number in range(MOST))) == MOST * (MOST - 1) // 2


def test_of_a_crowd_only_those_are_looked_at_who_have_more_than_that_in_common() -> None:
    everybody = [f"{number:04}" for number in range(CROWD + 10)]
    found = {("phone", "1"): everybody, ("name", "x"): [*everybody[-3:], *(f"x{n}" for n in range(CROWD))]}
    near = chosen([("phone", "1"), ("name", "x"), ("email", "nobody")], found)
    assert near[:3] == everybody[-3:]
    assert len(near) == CROWD


def test_a_crowd_is_left_alone_where_something_tells_more() -> None:
    switchboard = [f"{number:04}" for number in range(FEW + 1)]
    found = {("phone", "1"): switchboard, ("email", "e"): ["0003", "y"]}
    assert chosen([("phone", "1")], found) == switchboard
    assert chosen([("phone", "1"), ("email", "e")], found) == ["0003", "y"]
    found[("email", "desk")] = [f"d{number}" for number in range(FEW)] + ["0005"]
    assert chosen([("phone", "1"), ("email", "e"), ("email", "desk")], found) == ["0003", "y", "0005"]
