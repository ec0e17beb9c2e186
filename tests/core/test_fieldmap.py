"""Item fields to record fields and back: the exceptions one by one, then the laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.core.fieldmap import (
    NO_NAME,
    apply,
    display_name,
    fits,
    item_changes,
    leaves,
    mapped,
    to_item,
    to_record,
    view,
    with_name,
)
from crmsync.model import PEOPLE, RecordType
from crmsync.values import SHAPES, Fields, Labelled, Value
from tests.core.field_values import fields_among, records, values

COMPANY, CONTACT, LEAD, SUPPLIER = RecordType.COMPANY, RecordType.CONTACT, RecordType.LEAD, RecordType.SUPPLIER
TYPES = st.sampled_from(RecordType)
ITEMS = fields_among(frozenset(SHAPES) - {"owner", "orders", "stage"})


def test_a_company_is_its_organization() -> None:
    assert to_record(COMPANY, "org", {"name": "Acme (Anna)", "organization": "Acme"}) == {"name": "Acme"}
    assert to_record(COMPANY, "individual", {"name": "Acme"}) == {"name": "Acme"}
    assert to_item(COMPANY, {"name": "Acme"}) == ("org", {"name": "Acme", "organization": "Acme"})
    assert to_item(COMPANY, {"note": "x"}) == ("org", {"note": "x"})


def test_a_new_company_name_goes_to_both_places_on_its_card() -> None:
    card = {"name": "ACME S.r.l.", "organization": "Acme"}
    assert item_changes(COMPANY, {"name": "Beta"}, card) == {"name": "Beta", "organization": "Beta"}
    assert item_changes(COMPANY, {"name": "Beta"}, {"name": "Acme"}) == {"name": "Beta", "organization": "Beta"}


def test_the_person_named_on_a_companys_card_stays() -> None:
    card = {"name": "Anna Rossi", "given": "Anna", "family": "Rossi", "organization": "Acme"}
    assert item_changes(COMPANY, {"name": "Beta"}, card) == {"organization": "Beta"}


def test_a_company_whose_name_is_cleared_is_not_called_by_the_person_on_its_card() -> None:
    card = {"name": "Acme", "organization": "Acme", "given": "Anna", "family": "Rossi"}
    assert item_changes(COMPANY, {"name": None}, card) == {"name": None, "organization": None}
    assert to_record(COMPANY, "org", {"given": "Anna", "family": "Rossi"}) == {}


def test_only_what_is_of_its_kind_fits_a_record() -> None:
    assert [type for type in RecordType if fits(type, "event")] == [RecordType.APPOINTMENT]
    assert [type for type in RecordType if fits(type, "todo")] == [RecordType.TASK]
    assert [type for type in RecordType if fits(type, "group")] == []
    assert [type for type in RecordType if fits(type, "individual")] == list(PEOPLE)


def test_a_contact_without_a_formatted_name_gets_a_composed_one() -> None:
    card = {"given": "Anna", "family": "Rossi"}
    assert to_record(CONTACT, "individual", card)["name"] == "Anna Rossi"
    assert to_record(CONTACT, "individual", {"organization": "Acme"})["name"] == "Acme"
    assert "name" not in to_record(CONTACT, "individual", {"note": "x"})


def test_a_contacts_new_name_is_its_new_formatted_name_and_nothing_else() -> None:
    card = {"name": "Anna Rossi", "given": "Anna", "family": "Rossi"}
    assert item_changes(CONTACT, {"name": "Nina Rossi"}, card) == {"name": "Nina Rossi"}


def test_the_formatted_name_is_written_down_before_its_parts_change() -> None:
    card = {"given": "Anna", "family": "Rossi"}
    changes = item_changes(CONTACT, {"family": "Bianchi"}, card)
    assert changes == {"family": "Bianchi", "name": "Anna Rossi"}
    assert item_changes(CONTACT, {"family": "Bianchi"}, {**card, "name": "Anna Rossi"}) == {"family": "Bianchi"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Anna Rossi", "Anna Bianchi"), ("Rossi Anna", "Bianchi Anna"), ("Dr. Anna Rossi", "Dr. Anna Bianchi")],
)
def test_a_composed_name_follows_its_parts(name: str, expected: str) -> None:
    record: dict[str, Value] = {"name": name, "given": "Anna", "family": "Rossi", "prefix": "Dr."}
    assert with_name(CONTACT, record, {"family": "Bianchi"}) == {"family": "Bianchi", "name": expected}


def test_a_typed_name_does_not_follow() -> None:
    record: dict[str, Value] = {"name": "Nina", "given": "Anna", "family": "Rossi"}
    assert with_name(CONTACT, record, {"family": "B"}) == {"family": "B"}
    assert with_name(CONTACT, record, {"family": "B", "name": "C"}) == {"family": "B", "name": "C"}
    assert with_name(CONTACT, record, {"note": "n"}) == {"note": "n"}
    assert with_name(COMPANY, record, {"family": "B"}) == {"family": "B"}
    assert with_name(CONTACT, {"name": "Anna", "given": "Anna"}, {"given": None}) == {"given": None}
    assert with_name(RecordType.TASK, {}, {"given": "x"}) == {"given": "x"}


@pytest.mark.parametrize("type", [LEAD, SUPPLIER])
def test_a_lead_or_supplier_is_a_business_until_a_person_is_in_it(type: RecordType) -> None:
    assert to_item(type, {"name": "Beta"}) == ("org", {"name": "Beta", "organization": "Beta"})
    assert to_record(type, "individual", {"name": "Beta", "organization": "Beta"}) == {"name": "Beta"}
    person: dict[str, Value] = {"name": "Ada Neri", "given": "Ada", "organization": "Beta"}
    assert to_item(type, person) == ("individual", person)
    assert to_record(type, "individual", person) == person
    assert to_item(type, {"name": "Ada", "organization": "Beta"})[0] == "individual"


def test_a_business_named_twice_is_seen_once() -> None:
    assert view(LEAD, {"name": "Beta", "organization": "Beta"}) == {"name": "Beta"}
    assert view(LEAD, {"organization": "Beta"}) == {"name": "Beta"}
    assert view(COMPANY, {"organization": "Beta"}) == {"name": "Beta"}


def test_a_person_added_to_a_business_takes_its_name_apart_from_the_organization() -> None:
    card = {"name": "Beta", "organization": "Beta"}
    assert item_changes(LEAD, {"given": "Ada"}, card) == {"given": "Ada", "organization": None}


def test_what_the_crm_alone_knows_never_leaves() -> None:
    private: dict[str, Value] = {
        "owner": "me",
        "stage": "lead",
        "orders": 1,
        "privacy": "denied",
        "not_interested": True,
    }
    for type in RecordType:
        assert to_item(type, private)[1] == {}
    assert item_changes(CONTACT, {"owner": "you"}, {"name": "Anna"}) == {}
    assert "status" not in mapped(LEAD)
    assert {"status", "due", "percent"} <= mapped(RecordType.TASK)


def test_a_row_holds_any_field_by_its_own_name() -> None:
    row: dict[str, Value] = {"name": "Acme", "vat_number": "IT1", "custom.zone": "N", "orders": 2}
    assert to_record(COMPANY, "row", row) == row
    assert to_item(COMPANY, row, "row") == ("row", row)
    assert item_changes(COMPANY, {"name": "B", "orders": None}, row, "row") == {"name": "B", "orders": None}
    assert mapped(COMPANY, "row") == frozenset(SHAPES)
    assert leaves(COMPANY, "custom.zone", "row")
    assert not leaves(COMPANY, "custom.zone")
    assert not leaves(COMPANY, "nonsense", "row")


def test_appointments_and_tasks_are_what_they_say() -> None:
    assert to_item(RecordType.APPOINTMENT, {"summary": "Visit", "name": "x"}) == ("event", {"summary": "Visit"})
    assert to_item(RecordType.TASK, {"summary": "Call", "due": "2026-01-01"})[0] == "todo"


@pytest.mark.parametrize(
    ("type", "fields", "shown"),
    [
        (CONTACT, {"name": "Anna"}, "Anna"),
        (CONTACT, {"given": "Anna", "family": "Rossi", "prefix": "Ing."}, "Ing. Anna Rossi"),
        (CONTACT, {"organization": "Acme"}, "Acme"),
        (CONTACT, {"emails": (Labelled(" "), Labelled("a@x.example"))}, "a@x.example"),
        (CONTACT, {"phones": (Labelled("123"),), "emails": ()}, "123"),
        (CONTACT, {"name": " "}, NO_NAME),
        (CONTACT, {"emails": "x", "name": True}, NO_NAME),
        (RecordType.TASK, {"summary": "Call"}, "Call"),
        (RecordType.TASK, {"name": "x"}, NO_NAME),
    ],
)
def test_a_record_is_never_without_a_name_in_a_list(type: RecordType, fields: Fields, shown: str) -> None:
    assert display_name(type, fields) == shown


@given(st.data(), TYPES)
def test_what_goes_out_comes_back(data: st.DataObject, type: RecordType) -> None:
    fields = data.draw(records(type))
    kind, item = to_item(type, fields)
    assert to_record(type, kind, item) == view(type, fields)
    assert view(type, view(type, fields)) == view(type, fields)


@given(ITEMS, TYPES)
def test_every_item_is_seen_as_a_remote_can_show_it(item: Fields, type: RecordType) -> None:
    record = to_record(type, "individual", item)
    assert view(type, record) == record


@given(st.data(), TYPES, ITEMS)
def test_a_change_of_the_record_is_exactly_that_change_of_the_item(
    data: st.DataObject, type: RecordType, item: Fields
) -> None:
    before = to_record(type, "individual", item)
    field = data.draw(st.sampled_from(sorted(mapped(type))))
    changes = {field: data.draw(st.none() | values(field))}
    changed = item_changes(type, changes, item)
    assert to_record(type, "individual", apply(item, changed)) == view(type, apply(before, changes))
    assert all(item.get(name) != value for name, value in changed.items())
    if type not in PEOPLE or field not in ("name", "organization", "given", "family", "middle", "prefix", "suffix"):
        assert set(changed) <= {field}


@given(TYPES, ITEMS)
def test_no_change_of_the_record_changes_nothing_of_the_item(type: RecordType, item: Fields) -> None:
    record = to_record(type, "individual", item)
    assert item_changes(type, {}, item) == {}
    assert item_changes(type, record, item) == {}


def test_a_row_that_says_what_kind_of_thing_it_is_stays_a_row() -> None:
    row: dict[str, Value] = {"name": "Acme", "organization": "Holding", "vat_number": "IT1"}
    assert to_record(COMPANY, "org", row, "row") == row
