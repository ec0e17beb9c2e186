"""Which records an account gets: each rule by itself, and that scope comes first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.core.selection import AccountRules, Excluded, Selected, UserView, explain, select
from crmsync.model import Record, RecordType
from crmsync.values import Value

LEAD = Record("r", RecordType.LEAD, {"name": "Anna Rossi"})
FLAGGED = UserView(flags={"r": True})
ANYBODY = UserView()
ALL = AccountRules(flagged_only=False)


def lead(**fields: Value) -> Record:
    return Record("r", RecordType.LEAD, fields)


def test_a_flagged_record_goes_and_an_unflagged_one_stays() -> None:
    assert select(LEAD, FLAGGED, AccountRules()) == Selected("flagged for sync")
    assert select(LEAD, UserView(flags={"r": False}), AccountRules()) == Excluded("sync flag is off")
    assert select(LEAD, ANYBODY, AccountRules()) == Excluded("not flagged for sync")


def test_an_account_may_take_everything_but_what_was_unflagged() -> None:
    assert select(LEAD, ANYBODY, ALL) == Selected("everything in scope")
    assert select(LEAD, UserView(flags={"r": False}), ALL) == Excluded("sync flag is off")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"privacy": " Denied "}, "privacy consent is denied"),
        ({"not_interested": True}, "marked as not interested"),
        ({"status": "INACTIVE"}, "status is inactive"),
    ],
)
def test_a_lead_that_may_not_leave_stays_even_when_flagged(fields: dict[str, Value], reason: str) -> None:
    assert select(lead(**fields), FLAGGED, AccountRules()) == Excluded(reason)


def test_the_same_marks_on_a_supplier_do_not_count() -> None:
    supplier = Record("r", RecordType.SUPPLIER, {"privacy": "denied", "status": "inactive", "not_interested": True})
    assert select(supplier, FLAGGED, AccountRules()) == Selected("flagged for sync")


def test_a_lead_with_consent_goes() -> None:
    assert isinstance(select(lead(privacy="granted", status="active", not_interested=False), FLAGGED, ALL), Selected)


def test_suppliers_go_only_to_users_who_may_see_suppliers() -> None:
    supplier = Record("r", RecordType.SUPPLIER, {})
    user = UserView(flags={"r": True}, types=frozenset(RecordType) - {RecordType.SUPPLIER})
    assert select(supplier, user, ALL) == Excluded("this user may not see records of type supplier")


def test_the_own_organisation_goes_without_a_flag() -> None:
    own = Record("own", RecordType.COMPANY, {})
    assert select(own, ANYBODY, AccountRules(own=frozenset({"own"}))) == Selected("the own organisation")


def test_a_deleted_record_and_a_type_the_account_cannot_hold_stay() -> None:
    gone = Record("r", RecordType.LEAD, {}, deleted=True)
    assert select(gone, FLAGGED, ALL) == Excluded("deleted in the CRM")
    books = AccountRules(accepts=frozenset({RecordType.CONTACT}))
    assert select(LEAD, FLAGGED, books) == Excluded("this account takes no records of type lead")


def test_a_line_for_a_person_names_the_record_and_the_rule() -> None:
    assert explain(LEAD, select(LEAD, FLAGGED, ALL)) == "Anna Rossi: selected, flagged for sync"
    assert explain(LEAD, Excluded("status is inactive")) == "Anna Rossi: excluded, status is inactive"


@given(
    st.sampled_from(RecordType),
    st.booleans(),
    st.sampled_from([{}, {"r": True}, {"r": False}]),
    st.booleans(),
    st.fixed_dictionaries({}, optional={"privacy": st.just("denied"), "status": st.just("inactive")}),
)
def test_outside_the_scope_nothing_is_told_about_a_record(
    type: RecordType, deleted: bool, flags: dict[str, bool], own: bool, fields: dict[str, Value]
) -> None:
    record = Record("r", type, fields, deleted)
    user = UserView(scope=frozenset({"another"}), flags=flags)
    assert select(record, user, AccountRules(own=frozenset({"r"} if own else ()))) == Excluded(
        "not visible to this user"
    )
    inside = UserView(scope=frozenset({"r"}), flags=flags)
    assert select(record, inside, AccountRules()) == select(record, UserView(flags=flags), AccountRules())
