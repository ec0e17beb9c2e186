"""Writes that a remote refuses: they stay visible, rest, and are tried again when that may help."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crmsync.connectors.faults import WRITES, Fault
from crmsync.errors import Refused
from crmsync.review import explain
from crmsync.store.standing import Standing
from tests.cycle.bench_of import BOOK, Hub, Spoke, bring_in, card, edit, settled


def tries(phone: Spoke, rounds: int = 1, *, full: bool = False) -> int:
    """How many writes the remote was asked for; it takes none."""
    asked = 0
    for _ in range(rounds):
        phone.remote.fail(Fault(1, Refused("too large"), on=WRITES, times=99))
        asked += phone.sync(full=full).failed
        phone.remote.stop_failing()
    return asked


def a_day_later(hub: Hub) -> None:
    before = hub.now
    hub.now = lambda: before().replace("2026-01-01", "2026-01-02").replace("T00:", "T23:")  # type: ignore[method-assign]


def created(hub: Hub, phone: Spoke) -> str:
    return hub.add(name="Anna Rossi")


def updated(hub: Hub, phone: Spoke) -> str:
    record = hub.add(name="Anna Rossi")
    settled(phone)
    hub.set(record, note="long")
    return record


def deleted(hub: Hub, phone: Spoke) -> str:
    record = hub.add(name="Anna Rossi")
    settled(phone)
    hub.delete(record)
    return record


@pytest.mark.parametrize("scene", [created, updated, deleted])
def test_a_refused_write_is_tried_a_few_times_and_then_once_a_day_and_stays_in_sight(
    hub: Hub, phone: Spoke, scene: Callable[[Hub, Spoke], str]
) -> None:
    record = scene(hub, phone)
    assert tries(phone, 9) == 5
    result = phone.sync()
    assert (result.failed, result.failing) == (0, 1)
    with hub.store.view() as view:
        assert view.counts()["failing"] == 1
        (parked,) = view.parked.list()
        assert (parked.refused, parked.attempts) == (True, 5)
        found = view.records.get(record, deleted=True)
        assert found is not None
        if not found.deleted:
            (stands,) = explain.record(view, found, lambda _: phone.rules.export)
            assert (stands.state, stands.rule) == (Standing.PARKED, "refused")
    a_day_later(hub)
    assert tries(phone, 3) == 1
    assert phone.sync(full=True).pushed.total == 1
    assert phone.sync().failing == 0
    settled(phone)


@pytest.mark.parametrize("scene", [created, updated])
def test_an_edit_of_the_record_is_tried_at_once(hub: Hub, phone: Spoke, scene: Callable[[Hub, Spoke], str]) -> None:
    record = scene(hub, phone)
    tries(phone, 6)
    hub.set(record, note="short")
    assert tries(phone, 3) == 1
    hub.set(record, note="shorter")
    assert phone.sync().pushed.total == 1
    assert phone.sync().failing == 0


def test_an_edit_of_the_item_is_taken_in_and_the_write_is_tried_again(hub: Hub, phone: Spoke) -> None:
    record = updated(hub, phone)
    tries(phone, 6)
    edit(phone, phone.hrefs()[0], "TITLE:Buyer")
    result = phone.sync()
    assert (result.pushed.updated, result.failing, hub.fields(record)["title"]) == (1, 0, "Buyer")


def test_a_write_that_is_no_longer_wanted_is_no_failure(hub: Hub, phone: Spoke) -> None:
    changed, new = updated(hub, phone), hub.add(name="Luca Verdi")
    assert tries(phone, 6) == 10
    assert phone.sync().failing == 2
    hub.set(changed, note=None)
    with hub.typing() as tx:
        tx.flags.set(1, [new], on=False)
    assert phone.sync().failing == 0
    settled(phone)


@pytest.mark.parametrize("scene", [created, updated])
def test_a_refused_write_that_was_dropped_is_left_so_until_something_changes(
    hub: Hub, phone: Spoke, scene: Callable[[Hub, Spoke], str]
) -> None:
    record = scene(hub, phone)
    tries(phone, 2)
    with hub.typing() as tx:
        tx.parked.drop([one.id for one in tx.parked.list()])
    assert (tries(phone, 2), tries(phone, 2, full=True), phone.sync().failing) == (0, 0, 0)
    a_day_later(hub)
    assert tries(phone, 2) == 0
    with hub.store.view() as view:
        assert view.counts()["parked"] == 1
        (stands,) = explain.record(view, view.records.many([record])[record], lambda _: phone.rules.export)
        assert (stands.state, "it was left so" in stands.why) == (Standing.PARKED, True)
    hub.set(record, note="short")
    assert phone.sync().pushed.total == 1
    settled(phone)


def _unreadable(hub: Hub, phone: Spoke) -> tuple[str, str]:
    href = phone.remote.seed(BOOK, "a", card("a", "Anna Rossi"))
    phone.sync()
    (record,) = bring_in(hub)
    settled(phone)
    phone.remote.edit(BOOK, href, b"BEGIN:VCARD\r\nnothing ends this")
    assert phone.sync().parked == 1
    return record, href


def test_an_unreadable_item_of_a_record_that_was_dropped_is_not_in_sync(hub: Hub, phone: Spoke) -> None:
    record, href = _unreadable(hub, phone)
    with hub.typing() as tx:
        tx.parked.drop([one.id for one in tx.parked.list()])
    for full in (False, True):
        assert phone.sync(full=full).parked == 0
        with hub.store.view() as view:
            (stands,) = explain.named(view, href)
            assert (stands.state, stands.record) == (Standing.PARKED, record)
    hub.set(record, title="Buyer")
    assert phone.sync().parked == 1
    with hub.store.view() as view:
        assert [one.dropped for one in view.parked.list()] == [False]


def test_an_item_of_a_record_that_can_be_read_again_is_parked_no_more(hub: Hub, phone: Spoke) -> None:
    _, href = _unreadable(hub, phone)
    phone.remote.edit(BOOK, href, card("a", "Anna Rossi"))
    phone.sync()
    with hub.store.view() as view:
        assert (view.parked.list(), view.counts()["parked"]) == ([], 0)
        assert [one.state for one in explain.named(view, href)] == [Standing.IN_SYNC]
    settled(phone)
