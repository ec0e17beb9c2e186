"""Masters: what they come to for one account, and what is wrong with them."""

from __future__ import annotations

from crmsync.core.declarations import (
    Master,
    contradictions,
    master_of,
    masters_for,
)
from crmsync.model import RecordType, Side

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


def test_a_field_is_anybodys_unless_it_is_declared() -> None:
    assert [master_of(COMPANY, field, DECLARED) for field in ("vat_number", "note", "phones", "title")] == [
        *("erp", "crm", "any", "any"),
    ]


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
