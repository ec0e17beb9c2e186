"""Decisions about held plans."""

from __future__ import annotations

import pytest

from crmsync.errors import Usage
from crmsync.review import plans
from crmsync.store.plans import HeldPlan, PlanState
from tests.cycle.bench_of import BOOK, Hub, Spoke, settled


@pytest.fixture
def held(hub: Hub, phone: Spoke) -> HeldPlan:
    """The remote lost everything at once."""
    for n in range(30):
        hub.add(name=f"P{n}")
    settled(phone)
    phone.remote.wipe(BOOK)
    assert phone.sync().state == "held"
    with hub.store.view() as view:
        (plan,) = view.plans.list()
    return plan


def test_an_approved_plan_passes_with_the_next_cycle_of_its_account(hub: Hub, phone: Spoke, held: HeldPlan) -> None:
    with hub.typing() as tx:
        assert plans.approve(tx, held.id) == "phone"
        decided = tx.plans.get(held.id)
    assert (decided.state, decided.decided_by) == (PlanState.APPLIED, "me")
    assert phone.sync().conflicts == 30
    assert phone.hrefs() == []


def test_a_discarded_plan_puts_back_what_vanished(hub: Hub, phone: Spoke, held: HeldPlan) -> None:
    with hub.typing() as tx:
        assert plans.discard(tx, held.id) == "phone"
    phone.sync()
    assert len(phone.hrefs()) == 30
    assert hub.conflicts() == []
    settled(phone)


@pytest.mark.parametrize("decide", [plans.approve, plans.discard])
def test_a_plan_is_decided_once_and_the_second_word_changes_nothing(
    hub: Hub, phone: Spoke, held: HeldPlan, decide: object
) -> None:
    assert callable(decide)
    with hub.typing() as tx:
        plans.discard(tx, held.id)
    with hub.typing() as tx:
        with pytest.raises(Usage, match="decided already"):
            decide(tx, held.id)
        with pytest.raises(Usage, match="no such plan"):
            decide(tx, 999)
        assert tx.plans.get(held.id).state is PlanState.DISCARDED
