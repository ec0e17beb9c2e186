"""Which records an account gets: each rule by itself, and that scope comes first."""

from __future__ import annotations

import pytest

from crmsync.core.selection import (
    EXPORT_RULES,
    RULE_SETS,
    AccountRules,
    Excluded,
    Export,
    ExportRule,
    Selected,
    UserView,
    Why,
    linked,
    owned,
    sees,
    select,
)
from crmsync.model import Record, RecordType
from crmsync.values import Value

LEAD = Record("r", RecordType.LEAD, {"name": "Anna Rossi"})
ANYBODY = UserView()
FLAGGED_ONLY = AccountRules()
ALL = AccountRules(flagged_only=False)


def lead(**fields: Value) -> Record:
    return Record("r", RecordType.LEAD, fields)


def test_a_flagged_record_goes_and_another_one_stays() -> None:
    assert select(LEAD, ANYBODY, FLAGGED_ONLY, flagged=True) == Selected("flagged for sync")
    assert select(LEAD, ANYBODY, FLAGGED_ONLY, flagged=False) == Excluded("not flagged for sync")


def test_an_account_may_take_everything_its_user_sees() -> None:
    assert select(LEAD, ANYBODY, ALL, flagged=False) == Selected("everything in scope")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"privacy": " Denied "}, "privacy consent is denied"),
        ({"not_interested": True}, "marked as not interested"),
        ({"status": "INACTIVE"}, "status is inactive"),
    ],
)
def test_a_lead_that_may_not_leave_stays_even_when_flagged(fields: dict[str, Value], reason: str) -> None:
    assert select(lead(**fields), ANYBODY, FLAGGED_ONLY, flagged=True) == Excluded(reason)


def test_the_same_marks_on_a_supplier_do_not_count() -> None:
    supplier = Record("r", RecordType.SUPPLIER, {"privacy": "denied", "status": "inactive", "not_interested": True})
    assert select(supplier, ANYBODY, FLAGGED_ONLY, flagged=True) == Selected("flagged for sync")


def test_a_lead_with_consent_goes() -> None:
    consenting = lead(privacy="granted", status="active", not_interested=False)
    assert isinstance(select(consenting, ANYBODY, FLAGGED_ONLY, flagged=True), Selected)


def test_suppliers_go_only_to_users_who_may_see_suppliers() -> None:
    user = UserView(types=frozenset(RecordType) - {RecordType.SUPPLIER})
    verdict = select(Record("r", RecordType.SUPPLIER, {}), user, ALL, flagged=True)
    assert verdict == Excluded("this user may not see records of type supplier")


def test_the_own_organisation_goes_without_a_flag() -> None:
    own = Record("own", RecordType.COMPANY, {})
    verdict = select(own, ANYBODY, AccountRules(export=Export(own=frozenset({"own"}))), flagged=False)
    assert verdict == Selected("the own organisation")


def test_a_deleted_record_and_a_type_the_account_cannot_hold_stay() -> None:
    gone = Record("r", RecordType.LEAD, {}, deleted=True)
    assert select(gone, ANYBODY, ALL, flagged=True) == Excluded("deleted in the CRM")
    books = AccountRules(accepts=frozenset({RecordType.CONTACT}))
    assert select(LEAD, ANYBODY, books, flagged=True) == Excluded("this account takes no records of type lead")


def test_a_user_sees_the_records_of_the_named_owners_only() -> None:
    user = UserView(owners=frozenset({"anna", ""}))
    verdicts = [select(lead(owner=name), user, ALL, flagged=True) for name in ("anna", "luca")]
    assert verdicts == [Selected("everything in scope"), Excluded("not visible to this user")]
    assert isinstance(select(LEAD, user, ALL, flagged=True), Selected)


NO_SUPPLIERS = UserView(types=frozenset(RecordType) - {RecordType.SUPPLIER})
MINE = UserView(owners=frozenset({"anna"}))
OWN = Export(own=frozenset({"r"}))
CAREFUL = Export((*EXPORT_RULES, ExportRule(RecordType.CONTACT, "privacy", "denied", "no consent")))
NOBODY = Export(RULE_SETS["all"])
STAYS, GOES = False, True


@pytest.mark.parametrize(
    ("case", "type", "fields", "user", "export", "by", "goes"),
    [
        ("a lead that nothing speaks against", "lead", {}, ANYBODY, Export(), "flag", GOES),
        ("a lead that the filter selects", "lead", {}, ANYBODY, Export(), "filter", GOES),
        ("a lead that nobody asked for", "lead", {}, ANYBODY, Export(), "", STAYS),
        ("a lead without consent", "lead", {"privacy": "denied"}, ANYBODY, Export(), "flag", STAYS),
        ("the same by the filter", "lead", {"privacy": "DENIED"}, ANYBODY, Export(), "filter", STAYS),
        ("the same where all may go", "lead", {"privacy": "denied"}, ANYBODY, NOBODY, "flag", GOES),
        ("a lead with consent", "lead", {"privacy": "granted"}, ANYBODY, Export(), "flag", GOES),
        ("a lead that is not interested", "lead", {"not_interested": True}, ANYBODY, Export(), "flag", STAYS),
        ("a lead that is interested", "lead", {"not_interested": False}, ANYBODY, Export(), "flag", GOES),
        ("an inactive lead", "lead", {"status": "inactive"}, ANYBODY, Export(), "filter", STAYS),
        ("an active lead", "lead", {"status": "active"}, ANYBODY, Export(), "filter", GOES),
        ("an inactive company", "company", {"status": "inactive"}, ANYBODY, Export(), "flag", GOES),
        ("a supplier", "supplier", {"status": "inactive"}, ANYBODY, Export(), "flag", GOES),
        ("a supplier for who may not see it", "supplier", {}, NO_SUPPLIERS, Export(), "flag", STAYS),
        ("a lead for who may not see suppliers", "lead", {}, NO_SUPPLIERS, Export(), "flag", GOES),
        ("a supplier chosen by a filter, not to be seen", "supplier", {}, NO_SUPPLIERS, Export(), "filter", STAYS),
        ("somebody else's lead", "lead", {"owner": "luca"}, MINE, Export(), "flag", STAYS),
        ("somebody else's lead, by the filter", "lead", {"owner": "luca"}, MINE, NOBODY, "filter", STAYS),
        ("one's own lead", "lead", {"owner": "anna"}, MINE, Export(), "flag", GOES),
        ("nobody's lead", "lead", {}, MINE, Export(), "flag", STAYS),
        ("the own organisation, unasked", "company", {}, ANYBODY, OWN, "", GOES),
        ("the own organisation as an inactive lead", "lead", {"status": "inactive"}, ANYBODY, OWN, "", GOES),
        ("the own organisation out of sight", "company", {"owner": "luca"}, MINE, OWN, "", STAYS),
        ("a contact of a business that goes", "contact", {}, ANYBODY, Export(), "link", GOES),
        ("a contact without consent", "contact", {"privacy": "denied"}, ANYBODY, Export(), "link", GOES),
        ("the same under a set of one's own", "contact", {"privacy": "denied"}, ANYBODY, CAREFUL, "link", STAYS),
        ("a lead under that set", "lead", {"status": "inactive"}, ANYBODY, CAREFUL, "flag", STAYS),
    ],
)
def test_what_may_leave_the_crm(
    case: str, type: str, fields: dict[str, Value], user: UserView, export: Export, by: str, goes: bool
) -> None:
    chosen = {"filter": Why.FILTER, "link": Why.LINKED}.get(by)
    record = Record("r", RecordType(type), fields)
    verdict = select(record, user, AccountRules(export=export), flagged=by == "flag", chosen=chosen)
    assert isinstance(verdict, Selected) is goes, (case, verdict)


def test_the_reason_names_the_flag_before_the_filter() -> None:
    assert select(LEAD, ANYBODY, FLAGGED_ONLY, flagged=True, chosen=Why.FILTER) == Selected("flagged for sync")
    verdict = select(LEAD, ANYBODY, FLAGGED_ONLY, flagged=False, chosen=Why.FILTER)
    assert verdict == Selected("selected by the account's filter")


def test_a_contact_belongs_to_a_business_however_its_name_is_typed() -> None:
    businesses = [{"name": "ACME Italia S.r.l."}, {"name": "Rossi", "organization": "Officine Rossi"}, {"orders": 1}]
    contacts = [("a", "Acme Italia"), ("b", "acme italia srl"), ("c", "Beta"), ("d", "OFFICINE ROSSI"), ("e", "--")]
    contacts.append(("f", "Acme Italia"))
    assert linked(businesses, contacts) == {"a", "b", "d", "f"}
    assert linked([], contacts) == frozenset()


@pytest.mark.parametrize(
    ("user", "type", "owner", "seen"),
    [
        (ANYBODY, "lead", "luca", True),
        (MINE, "lead", "anna", True),
        (MINE, "lead", "luca", False),
        (MINE, "lead", "", False),
        (UserView(owners=frozenset({"anna", ""})), "lead", "", True),
        (NO_SUPPLIERS, "supplier", "anna", False),
        (NO_SUPPLIERS, "company", "anna", True),
    ],
)
def test_who_sees_what(user: UserView, type: str, owner: str, seen: bool) -> None:
    assert sees(user, Record("r", RecordType(type), {"owner": owner} if owner else {})) is seen


def test_what_a_user_makes_who_sees_only_owned_records_is_the_users_own() -> None:
    assert owned(LEAD, "anna", MINE).fields == {"name": "Anna Rossi", "owner": "anna"}
    assert owned(lead(owner="luca"), "anna", MINE) == lead(owner="luca")
    assert owned(LEAD, "anna", ANYBODY) is LEAD
    assert owned(LEAD, "anna", UserView(owners=frozenset({"anna", ""}))) is LEAD
