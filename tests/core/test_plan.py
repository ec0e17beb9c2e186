"""The guard: what exceeds a budget is held and named, the rest flows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crmsync.core.plan import (
    Action,
    Budget,
    Budgets,
    Create,
    Delete,
    Plan,
    PutBack,
    Revived,
    Unlink,
    Update,
    Vanished,
    guard,
    signature,
)
from crmsync.model import Conflict, OnDelete, RecordType
from crmsync.values import Changes


def delete(n: int) -> Delete:
    return Delete(n, f"r{n}", f"/{n}", "e", "deleted in the CRM")


def vanished(n: int) -> Vanished:
    return Vanished(n, f"r{n}", f"/{n}", "e", OnDelete.ASK, "deleted at the remote")


def update(n: int, hub: Changes) -> Update:
    return Update(n, f"r{n}", f"/{n}", "e", hub, {}, {}, {})


@pytest.mark.parametrize("make", [delete, vanished])
def test_more_than_a_fifth_and_more_than_ten_deletions_are_held_and_the_rest_flows(make: object) -> None:
    assert callable(make)
    harmless = update(999, {"title": "x"})
    within = guard(Plan((*[make(n) for n in range(10)], harmless)), 10, Budgets())
    assert within.held == ()
    beyond = guard(Plan((*[make(n) for n in range(11)], harmless)), 54, Budgets())
    assert (len(beyond.held), beyond.allowed) == (11, (harmless,))
    assert "11 of 54" in beyond.reasons[0]
    assert guard(Plan(tuple(make(n) for n in range(11))), 55, Budgets()).held == ()


def test_emptied_values_have_a_budget_of_their_own() -> None:
    plan = Plan(tuple(update(n, {"note": None}) for n in range(21)))
    assert len(guard(plan, 30, Budgets()).held) == 21
    assert guard(plan, 105, Budgets()).held == ()


def test_what_could_be_mailed_is_held_unless_the_account_allows_it_or_a_person_did() -> None:
    mailing = (
        Create("r1", RecordType.APPOINTMENT, {}, mails=3),
        replace(update(2, {}), mails=1),
        replace(delete(3), mails=2),
    )
    silent = (delete(4), vanished(5), Unlink(6, "r6", "/6", "gone"))
    result = guard(Plan((*mailing, *silent)), 100, Budgets())
    assert (result.held, result.allowed) == (mailing, silent)
    assert result.reasons == ("6 mails could be sent to participants (meetings changed: 3)",)
    assert guard(Plan(mailing), 100, Budgets(mails=True)).held == ()
    assert guard(Plan(mailing), 100, Budgets(), mailing).held == ()


def test_one_field_changed_on_very_many_records_is_held() -> None:
    budgets = Budgets(field=Budget(2, 0.5))
    plan = Plan((*[update(n, {"phones": "x"}) for n in range(3)], update(9, {"title": "y"})))
    result = guard(plan, 4, budgets)
    assert [a.link for a in result.held if isinstance(a, Update)] == [0, 1, 2]
    assert '"phones"' in result.reasons[0]


def test_what_a_person_approved_passes_and_does_not_count() -> None:
    actions = [delete(n) for n in range(21)]
    result = guard(Plan(tuple(actions)), 20, Budgets(), actions[:11])
    assert result.held == ()


def test_an_approval_ends_when_the_item_moves() -> None:
    assert signature(delete(1)) != signature(Delete(1, "r1", "/1", "other etag", ""))


def test_every_kind_of_action_has_a_signature_of_its_own() -> None:
    actions: list[Action] = [
        PutBack("r6", "/6", "e", {"note": None}),
        Create("r", RecordType.CONTACT, {}),
        update(1, {}),
        delete(1),
        vanished(1),
        Revived(1, "r", "/1", Conflict("r", 1, "deleted", False, True, False)),
        Unlink(1, "r", "/1", ""),
    ]
    assert len({signature(action) for action in actions}) == len(actions)
