"""Which records an account gets: each rule by itself, and that scope comes first."""

from __future__ import annotations

import pytest

from crmsync.core.selection import AccountRules, Excluded, Selected, UserView, select
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
    verdict = select(own, ANYBODY, AccountRules(own=frozenset({"own"})), flagged=False)
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
