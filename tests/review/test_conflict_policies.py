"""How far a policy reaches, what it answers, and that it can be taken back."""

from __future__ import annotations

import pytest

from crmsync.errors import Usage
from crmsync.model import RecordType
from crmsync.review.conflict_policies import Reach, covered, from_now_on
from crmsync.review.conflicts import Choice, resolve_many
from crmsync.store.policies import StoredPolicy
from tests.cycle.bench_of import BOOK, Spoke
from tests.review.person import Person


def edit(spoke: Spoke, record: str, **changes: str) -> None:
    """The item of a record says something else in these lines."""
    href = next(href for href in spoke.hrefs() if record in href)
    lines = [line for line in spoke.text(href).split("\r\n") if not line.startswith(tuple(map(str.upper, changes)))]
    lines[-2:-2] = [f"{name.upper()}:{value}" for name, value in changes.items()]
    spoke.remote.edit(BOOK, href, "\r\n".join(lines).encode())


@pytest.fixture
def asked(hub: Person) -> list[int]:
    """A note of two contacts and a lead, and a title of the first, at two accounts: eight questions."""
    spokes = [Spoke(hub, "phone"), Spoke(hub, "desk")]
    kinds = (RecordType.CONTACT, RecordType.CONTACT, RecordType.LEAD)
    ids = [hub.add(kind, name=f"Anna{n} Rossi{n}", note="agreed", title="x") for n, kind in enumerate(kinds)]
    for spoke in spokes:
        spoke.sync()
        spoke.sync()
    for spoke in spokes:
        for id in ids:
            edit(spoke, id, note=spoke.name, **({"title": spoke.name} if id == ids[0] else {}))
    for id in ids:
        hub.set(id, note="office", title="office")
    for spoke in spokes:
        spoke.sync()
    return [one.id for one in hub.conflicts()]


@pytest.mark.parametrize(
    ("reach", "answered", "said"),
    [
        (Reach(), 2, {("contact", "note")}),
        (Reach(types=True), 3, {(kind.value, "note") for kind in RecordType}),
        (Reach(accounts=True), 4, {("contact", "note")}),
        (Reach(fields=True), 3, {("contact", "*")}),
        (Reach(True, True, True), 8, {(kind.value, "*") for kind in RecordType}),
    ],
)
def test_a_policy_reaches_as_far_as_is_said(
    hub: Person, asked: list[int], reach: Reach, answered: int, said: set[tuple[str, str]]
) -> None:
    note = next(one.id for one in hub.conflicts() if one.conflict.field == "note")
    with hub.deciding() as tx:
        ids = tx.conflicts.ids(covered(tx, note, reach))
        made = from_now_on(tx, note, Choice.REMOTE, None, reach)
        assert resolve_many(tx, ids, Choice.REMOTE).skipped == []
    assert len(ids) == answered
    assert {(one.type.value, one.field) for one in made} == said
    assert len({one.account for one in made}) == (2 if reach.accounts else 1)
    assert len(hub.conflicts()) == len(asked) - answered


def policies(hub: Person) -> list[StoredPolicy]:
    with hub.store.view() as view:
        return view.policies.list()


def test_a_policy_is_taken_back_and_brought_again_with_the_decision_it_came_from(hub: Person, asked: list[int]) -> None:
    with hub.deciding() as tx:
        from_now_on(tx, asked[0], Choice.CRM)
    with hub.deciding() as tx:
        from_now_on(tx, asked[0], Choice.REMOTE)
    second = hub.last
    assert [one.choice for one in policies(hub)] == ["remote"]
    hub.undo(second)
    assert [one.choice for one in policies(hub)] == ["crm"]
    hub.undo(hub.last)
    assert [one.choice for one in policies(hub)] == ["remote"]
    with hub.deciding() as tx:
        tx.policies.remove(tx.policies.list()[0].id)
    removal = hub.last
    assert policies(hub) == []
    hub.undo(removal)
    assert [one.choice for one in policies(hub)] == ["remote"]


def test_a_policy_that_was_changed_since_stays(hub: Person, asked: list[int]) -> None:
    with hub.deciding() as tx:
        from_now_on(tx, asked[0], Choice.CRM)
    first = hub.last
    with hub.deciding() as tx:
        from_now_on(tx, asked[0], Choice.REMOTE)
    hub.undo(first)
    assert [one.choice for one in policies(hub)] == ["remote"]


def test_a_policy_for_all_fields_leaves_those_alone_that_have_one(hub: Person) -> None:
    phone = Spoke(hub, "phone")
    id = hub.add(name="Anna Rossi", note="agreed", title="agreed")
    for wanted in ("asked", "settled"):
        phone.sync()
        edit(phone, id, note=f"phone {wanted}", title=f"phone {wanted}")
        hub.set(id, note=f"office {wanted}", title=f"office {wanted}")
        phone.sync()
        if wanted == "asked":
            note, title = (one.id for one in hub.conflicts())
            with hub.deciding() as tx:
                from_now_on(tx, note, Choice.REMOTE, None, Reach(fields=True))
                from_now_on(tx, title, Choice.CRM)
            phone.sync()
            assert hub.conflicts() == []
    assert (hub.fields(id)["note"], hub.fields(id)["title"]) == ("phone settled", "office settled")


def test_what_cannot_be_decided_so_is_left_open_and_told(hub: Person, asked: list[int]) -> None:
    with hub.deciding() as tx:
        done = resolve_many(tx, [*asked, 999], Choice.BOTH)
    assert done.ids == []
    assert [id for id, _ in done.skipped] == [*asked, 999]
    assert "only one of the two" in done.skipped[0][1]
    assert len(hub.conflicts()) == len(asked)
    with hub.deciding() as tx, pytest.raises(Usage, match="no such conflict"):
        covered(tx, 999)
