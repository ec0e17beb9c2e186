"""Duplicates inside the CRM: who is told of, and who is left alone."""

from __future__ import annotations

from crmsync.core.match import LOW, STRONG
from crmsync.model import Confidence, RecordType
from crmsync.review.duplicates import Duplicate, duplicates
from crmsync.values import Labelled, Value
from tests.cycle.bench_of import Hub


def found(hub: Hub, least: int = LOW) -> list[Duplicate]:
    with hub.store.view() as view:
        return duplicates(view, "IT", least)


def person(hub: Hub, name: str, *emails: str, **more: Value) -> str:
    return hub.add(name=name, emails=tuple(Labelled(email) for email in emails), flag=False, **more)


def test_two_records_of_one_person_are_told_with_reasons(hub: Hub) -> None:
    second = person(hub, "Rossi Beppe", "G.Rossi@acme.example")
    first = person(hub, "Giuseppe Rossi", "g.rossi@acme.example", title="CTO")
    (one,) = found(hub)
    assert (one.first.id, one.second.id) == (first, second)
    assert (one.match.confidence, one.match.record) == (Confidence.STRONG, first)
    assert one.match.reasons == (
        "e-mail equal g.rossi@acme.example +60",
        "name equal but for a short form Rossi Beppe / Giuseppe Rossi +32",
    )


def test_three_copies_are_three_pairs_the_likeliest_first_and_a_limit_holds(hub: Hub) -> None:
    person(hub, "Anna Rossi", "anna@x.example")
    person(hub, "Anna Rossi", "anna@x.example")
    person(hub, "Anna Rossi", "other@y.example")
    assert [one.match.score for one in found(hub)] == [95, 35, 35]
    assert [one.match.score for one in found(hub, STRONG)] == [95]


def test_families_colleagues_and_a_company_with_its_people_are_not_one(hub: Hub) -> None:
    person(hub, "Mario Rossi", "rossi@home.example", given="Mario", family="Rossi", organization="Acme")
    person(hub, "Luca Rossi", "rossi@home.example", given="Luca", family="Rossi", organization="Acme")
    hub.add(RecordType.COMPANY, name="Acme", emails=(Labelled("rossi@home.example"),), flag=False)
    assert [one.match.confidence for one in found(hub)] == [Confidence.LOW]


def test_what_was_deleted_is_nobodys_duplicate(hub: Hub) -> None:
    person(hub, "Anna Rossi", "anna@x.example")
    gone = person(hub, "Anna Rossi", "anna@x.example")
    with hub.typing() as tx:
        tx.records.delete(gone)
    assert found(hub) == []
