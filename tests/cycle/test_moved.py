"""Items that are moved to another collection, or renamed: the link follows, and nothing is deleted or doubled."""

from __future__ import annotations

import pytest

from crmsync import cycle
from crmsync.connectors.memory import MemoryConnector
from crmsync.model import OnDelete, Policy, RecordType
from crmsync.review import queue_rules
from crmsync.store.queue_rules import Rule, RuleAction
from tests.cycle.bench_of import BOOK, OTHER, Hub, Spoke, bring_in, card, settled


class Two(Spoke):
    """A phone with two address books."""

    def __init__(self, hub: Hub, policy: Policy) -> None:
        super().__init__(hub, "phone", policy=policy)
        self.more(OTHER)


def _moved_to(phone: Spoke, place: str, name: str) -> str:
    """The one item of the first book is at another place now; its href there."""
    (href,) = phone.hrefs()
    raw = phone.remote.raw(BOOK, href)
    assert raw is not None
    phone.remote.remove(BOOK, href)
    return phone.remote.seed(place, name, raw)


def _is_one(hub: Hub, record: str, href: str) -> None:
    with hub.store.view() as view:
        assert view.records.get(record) is not None
        assert [link.href for link in view.links.for_record(record)] == [href]
        assert sum(view.records.totals().values()) == 1
    assert (hub.conflicts(), hub.queue()) == ([], [])


POLICIES = pytest.mark.parametrize("answer", list(OnDelete))


@POLICIES
@pytest.mark.parametrize("place", [BOOK, OTHER])
def test_an_item_that_is_elsewhere_in_one_cycle_was_moved(hub: Hub, answer: OnDelete, place: str) -> None:
    phone = Two(hub, Policy(on_delete=answer))
    record = hub.add(name="Anna Rossi", note="ours")
    settled(phone)
    href = _moved_to(phone, place, "renamed")
    phone.remote.edit(place, href, (phone.remote.raw(place, href) or b"").replace(b"Anna Rossi", b"Anna Bianchi"))
    result = phone.sync()
    assert (result.pulled.deleted, result.pushed.total, result.queued, result.conflicts) == (0, 0, 0, 0)
    _is_one(hub, record, href)
    assert hub.fields(record)["name"] == "Anna Bianchi"
    hub.set(record, title="Buyer")
    assert phone.sync().pushed.updated == 1
    assert b"TITLE:Buyer" in (phone.remote.raw(place, href) or b"")
    settled(phone)


@pytest.mark.parametrize("answer", [OnDelete.ASK, OnDelete.DELETE])
@pytest.mark.parametrize("gone_first", [True, False])
@pytest.mark.parametrize("place", [BOOK, OTHER])
def test_it_was_moved_too_when_the_halves_are_seen_in_two_cycles(
    hub: Hub, answer: OnDelete, gone_first: bool, place: str
) -> None:
    phone = Two(hub, Policy(on_delete=answer))
    record = hub.add(name="Anna Rossi", note="ours")
    settled(phone)
    (old,) = phone.hrefs()
    raw = phone.remote.raw(BOOK, old) or b""
    if gone_first:
        phone.remote.remove(BOOK, old)
        phone.sync()
        href = phone.remote.seed(place, "renamed", raw)
    else:
        href = phone.remote.seed(place, "renamed", raw)
        phone.sync()
        phone.remote.remove(BOOK, old)
    phone.sync()
    _is_one(hub, record, href)
    assert hub.fields(record)["note"] == "ours"
    settled(phone)


def test_a_card_without_a_uid_is_known_by_its_bytes(hub: Hub) -> None:
    phone = Two(hub, Policy(on_delete=OnDelete.DELETE))
    phone.remote.seed(BOOK, "a", card("", "Anna Rossi").replace(b"UID:\r\n", b""))
    phone.sync()
    (record,) = bring_in(hub)
    settled(phone)
    href = _moved_to(phone, OTHER, "a")
    phone.sync()
    _is_one(hub, record, href)
    settled(phone)


def test_rules_for_the_queue_do_not_double_what_was_moved(hub: Hub) -> None:
    phone = Two(hub, Policy(on_delete=OnDelete.DELETE))
    record = hub.add(name="Anna Rossi")
    settled(phone)
    with hub.typing() as tx:
        queue_rules.add(tx, Rule("all", "name LIKE '%'", RuleAction.IMPORT, RecordType.CONTACT))
    href = _moved_to(phone, OTHER, "a")
    phone.sync()
    _is_one(hub, record, href)


def test_copies_and_strangers_are_no_moves(hub: Hub) -> None:
    phone = Two(hub, Policy(on_delete=OnDelete.ASK))
    record = hub.add(name="Anna Rossi")
    settled(phone)
    raw = phone.remote.raw(BOOK, phone.hrefs()[0]) or b""
    phone.remote.seed(OTHER, "copy", raw)
    phone.remote.seed(OTHER, "again", raw)
    phone.remote.remove(BOOK, phone.hrefs()[0])
    phone.sync()
    with hub.store.view() as view:
        assert [link.collection for link in view.links.for_record(record)] == [phone.collection]
    assert [one.conflict.field for one in hub.conflicts()] == ["deleted"]


def test_a_whole_book_that_is_moved_is_no_flood_of_deletions(hub: Hub) -> None:
    phone = Two(hub, Policy(on_delete=OnDelete.DELETE))
    records = [hub.add(name=f"Anna{n} Rossi{n}") for n in range(25)]
    settled(phone)
    for href, raw in phone.remote.contents(BOOK).items():
        phone.remote.remove(BOOK, href)
        phone.remote.seed(OTHER, href.rpartition("/")[2], raw)
    result = phone.sync()
    assert (result.held, result.queued, result.pulled.deleted) == (0, 0, 0)
    with hub.store.view() as view:
        assert all(view.records.get(record) for record in records)
    settled(phone)


def test_what_we_wrote_is_taken_back_where_it_was_moved_to(hub: Hub) -> None:
    phone = Two(hub, Policy(on_delete=OnDelete.DELETE))
    made = hub.add(name="Anna Rossi")
    settled(phone)
    href = _moved_to(phone, OTHER, "a")
    theirs = phone.remote.seed(BOOK, "b", card("b", "Luca Verdi", "NOTE:theirs"))
    phone.sync()
    (record,) = bring_in(hub)
    hub.set(record, note="ours")
    settled(phone)
    moved = _moved_to(phone, OTHER, "b")
    settled(phone)
    with hub.store.view() as view:
        assert sorted(link.href for link in view.links.for_record(made) + view.links.for_record(record)) == [
            href,
            moved,
        ]
    with MemoryConnector.to(phone.remote) as connector:
        cycle.eject(hub.store, "phone", connector, hub.now)
    assert phone.remote.raw(OTHER, href) is None
    assert b"NOTE:theirs" in (phone.remote.raw(OTHER, moved) or b"")
    assert phone.remote.raw(BOOK, theirs) is None
