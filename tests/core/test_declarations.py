"""Masters and renames: what they come to for one account, and what is wrong with them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crmsync.core.declarations import (
    MappingRule,
    Master,
    contradictions,
    incoming,
    mapping_faults,
    masters_for,
    outgoing,
)
from crmsync.model import RecordType, Side
from crmsync.values import Value
from tests.core.field_values import TEXTS

COMPANY = RecordType.COMPANY
DECLARED = (
    Master(COMPANY, "vat_number", "erp"),
    Master(COMPANY, "note", "crm"),
    Master(COMPANY, "phones", "any"),
    Master(RecordType.CONTACT, "title", "erp"),
)


def test_the_master_of_a_field_is_on_its_own_accounts_side_and_on_the_hubs_for_all_others() -> None:
    assert masters_for("erp", COMPANY, DECLARED) == {"vat_number": Side.REMOTE, "note": Side.CRM}
    assert masters_for("phone", COMPANY, DECLARED) == {"vat_number": Side.CRM, "note": Side.CRM}


def test_sound_declarations_have_no_contradictions() -> None:
    assert contradictions(DECLARED, ["erp", "phone"]) == ()


def test_a_second_master_an_unknown_account_and_an_unknown_field_are_named() -> None:
    wrong = (*DECLARED, Master(COMPANY, "note", "erp"), Master(COMPANY, "colour", "crm"))
    assert contradictions(wrong, []) == (
        'company.colour: there is no field "colour"',
        "company.note: has 2 masters: crm, erp",
        'company.note: no account is called "erp"',
        'company.vat_number: no account is called "erp"',
        'contact.title: no account is called "erp"',
    )


def test_a_field_has_another_name_at_an_account() -> None:
    rules = [MappingRule("vat_number", "custom.vat")]
    record: dict[str, Value] = {"vat_number": "IT1", "name": "Acme", "custom.vat": "shadowed"}
    assert outgoing(rules, record) == {"custom.vat": "IT1", "name": "Acme"}
    assert incoming(rules, {"custom.vat": None, "name": "Acme"}) == {"vat_number": None, "name": "Acme"}


def test_renames_that_could_not_be_undone_are_named() -> None:
    assert mapping_faults([MappingRule("vat_number", "custom.vat"), MappingRule("tax_code", "custom.tax")]) == ()
    assert mapping_faults([MappingRule("vat_number", "custom.x"), MappingRule("tax_code", "custom.x")]) == (
        "custom.x would hold tax_code and vat_number",
    )
    assert mapping_faults([MappingRule("note", "custom.x"), MappingRule("note", "custom.y")]) == (
        "note would be kept in custom.x and custom.y",
    )
    assert mapping_faults(
        [MappingRule("emails", "note"), MappingRule("colour", "note"), MappingRule("name", "hue")]
    ) == (
        "emails is labelled, note is text",
        "note would hold colour and emails",
        'there is no field "colour"',
        'there is no field "hue"',
    )


NAMES = ["name", "note", "title", "custom.a", "custom.b"]


@given(st.permutations(NAMES), st.integers(0, 5), st.dictionaries(st.sampled_from(NAMES), TEXTS))
def test_renames_without_faults_come_back(targets: list[str], count: int, fields: dict[str, Value]) -> None:
    rules = [MappingRule(a, b) for a, b in zip(NAMES[:count], targets, strict=False)]
    assert mapping_faults(rules) == ()
    renamed = {rule.record_field for rule in rules}
    shadowed = {rule.item_field for rule in rules} - renamed
    kept = {name: value for name, value in fields.items() if name not in shadowed}
    assert incoming(rules, outgoing(rules, fields)) == kept
