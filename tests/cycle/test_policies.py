"""A decision that is to hold from now on, and the policy `newest`."""

from __future__ import annotations

import pytest

from crmsync.errors import Usage
from crmsync.model import OnConflict, Policy, RecordType
from crmsync.review import conflicts as decide
from crmsync.review.conflict_policies import from_now_on
from crmsync.review.conflicts import Choice
from tests.cycle.bench_of import BOOK, Hub, Spoke, edit, settled


def clash(hub: Hub, phone: Spoke, record: str, n: int, *more: str) -> None:
    """Both sides write the note anew; the remote's clock says what `more` says."""
    href = next(href for href in phone.hrefs() if record in href)
    lines = [line for line in phone.text(href).split("\r\n") if not line.startswith(("NOTE", "REV"))]
    phone.remote.edit(BOOK, href, "\r\n".join(lines).encode())
    edit(phone, href, f"NOTE:phone {n}")
    for line in more:
        edit(phone, href, line)
    hub.set(record, note=f"office {n}")


@pytest.mark.parametrize(("choice", "stands"), [(Choice.CRM, "office 2"), (Choice.REMOTE, "phone 2")])
def test_a_choice_becomes_the_policy_of_this_account_type_and_field_and_can_be_taken_back(
    hub: Hub, phone: Spoke, choice: Choice, stands: str
) -> None:
    record, other = hub.add(name="Anna Rossi"), hub.add(RecordType.LEAD, name="Luca Verdi")
    phone.sync()
    clash(hub, phone, record, 1)
    phone.sync()
    with hub.typing() as tx:
        id = tx.conflicts.list()[0].id
        (policy,) = from_now_on(tx, id, choice)
        decide.resolve(tx, id, choice)
    settled(phone)
    clash(hub, phone, record, 2)
    clash(hub, phone, other, 2)
    settled(phone)
    assert hub.fields(record)["note"] == stands
    assert [one.conflict.record for one in hub.conflicts()] == [other]
    with hub.typing() as tx:
        tx.policies.remove(policy.id)
        with pytest.raises(Usage, match="no such policy"):
            tx.policies.remove(policy.id)
    clash(hub, phone, record, 3)
    phone.sync()
    assert {one.conflict.record for one in hub.conflicts()} == {record, other}


def test_a_policy_decides_those_that_wait_as_well_and_keeps_what_lost(hub: Hub, phone: Spoke) -> None:
    records = [hub.add(name=f"Anna{n} Rossi{n}") for n in range(3)]
    phone.sync()
    for record in records:
        clash(hub, phone, record, 1)
    phone.sync()
    with hub.typing() as tx:
        first = tx.conflicts.list()[0]
        from_now_on(tx, first.id, Choice.REMOTE)
        decide.resolve(tx, first.id, Choice.REMOTE)
    settled(phone)
    assert hub.conflicts() == []
    assert [hub.fields(record)["note"] for record in records] == ["phone 1"] * 3
    with hub.typing() as tx:
        decided = tx.conflicts.list(open=False)
        assert [one.losing for one in decided] == ["office 1"] * 3
        for one in decided:
            decide.restore(tx, one.id)
    settled(phone)
    assert [hub.fields(record)["note"] for record in records] == ["office 1"] * 3
    assert all("NOTE:office 1" in phone.text(href) for href in phone.hrefs())


@pytest.mark.parametrize(
    ("rev", "stands", "why"),
    [
        ("2099-01-01T00:00:00Z", None, "future"),
        ("2020-01-01T00:00:00Z", None, "older than a look"),
        ("", None, "does not say"),
        ("later", "phone 1", ""),
        ("earlier", "office 1", ""),
    ],
)
def test_newest_decides_only_where_the_remotes_time_can_be_trusted(
    hub: Hub, rev: str, stands: str | None, why: str
) -> None:
    phone = Spoke(hub, "phone", policy=Policy(on_conflict=OnConflict.NEWEST))
    record = hub.add(name="Anna Rossi")
    phone.sync()
    before, _ = hub.now(), [hub.now() for _ in range(3)]
    clash(hub, phone, record, 1)
    moment = {"later": hub.now(), "earlier": before}.get(rev, rev)
    if moment:
        edit(phone, phone.hrefs()[0], f"REV:{moment}")
    phone.sync()
    if stands is None:
        (asked,) = hub.conflicts()
        assert why in asked.conflict.why
        phone.sync(full=True)
        assert len(hub.conflicts()) == 1
    else:
        assert hub.conflicts() == []
        settled(phone)
        assert hub.fields(record)["note"] == stands


def test_newest_asks_when_the_crms_value_came_from_another_account(hub: Hub) -> None:
    phone = Spoke(hub, "phone", policy=Policy(on_conflict=OnConflict.NEWEST))
    desk = Spoke(hub, "desk")
    hub.add(name="Anna Rossi")
    settled(phone, desk)
    edit(desk, desk.hrefs()[0], "NOTE:desk")
    desk.sync()
    edit(phone, phone.hrefs()[0], "NOTE:phone")
    edit(phone, phone.hrefs()[0], f"REV:{hub.now()}")
    phone.sync()
    (asked,) = hub.conflicts()
    assert "another account" in asked.conflict.why


def test_newest_chosen_for_an_open_conflict_decides_it_with_the_next_cycle(hub: Hub, phone: Spoke) -> None:
    record = hub.add(name="Anna Rossi")
    phone.sync()
    clash(hub, phone, record, 1)
    edit(phone, phone.hrefs()[0], f"REV:{hub.now()}")
    phone.sync()
    for _ in range(300):
        hub.now()
    phone.sync()
    with hub.typing() as tx:
        from_now_on(tx, tx.conflicts.list()[0].id, None)
    phone.sync()
    assert hub.conflicts() == []
    assert hub.fields(record)["note"] == "phone 1"


def test_what_a_deletion_means_can_be_said_once_and_for_all(hub: Hub, phone: Spoke) -> None:
    records = [hub.add(name=f"Anna{n} Rossi{n}") for n in range(2)]
    phone.sync()
    for record in records:
        phone.remote.remove(BOOK, next(href for href in phone.hrefs() if record in href))
        phone.sync()
        for one in hub.conflicts():
            with hub.typing() as tx:
                with pytest.raises(Usage, match="every conflict"):
                    from_now_on(tx, one.id, Choice.CRM)
                from_now_on(tx, one.id, Choice.VALUE, "archive")
                decide.resolve(tx, one.id, Choice.VALUE, "archive")
    with hub.store.view() as view:
        assert len(view.conflicts.list(open=None)) == 1
        assert [view.policies.list()[0].field, view.policies.list()[0].choice] == ["deleted", "archive"]
    assert [hub.fields(record)["status"] for record in records] == ["inactive"] * 2


def test_a_single_value_is_no_policy(hub: Hub, phone: Spoke) -> None:
    record = hub.add(name="Anna Rossi")
    phone.sync()
    clash(hub, phone, record, 1)
    phone.sync()
    with hub.typing() as tx:
        id = tx.conflicts.list()[0].id
        for choice in (Choice.VALUE, Choice.BASE):
            with pytest.raises(Usage, match="every conflict"):
                from_now_on(tx, id, choice, "x")
        assert tx.policies.list() == []
