"""Decisions about the import queue: what becomes of each item, and who is on record for it."""

from __future__ import annotations

import itertools

import pytest

from crmsync.errors import Unreadable, Usage
from crmsync.model import RecordType
from crmsync.review import import_queue
from crmsync.store.import_queue import Queued, QueueState
from crmsync.values import Labelled
from tests.cycle.bench_of import BOOK, Hub, Spoke, card, edit, settled

_NEW = (f"new{n}" for n in itertools.count())


def seed(hub: Hub, phone: Spoke, *cards: bytes) -> list[Queued]:
    for n, raw in enumerate(cards):
        phone.remote.seed(BOOK, f"c{n}", raw)
    phone.sync()
    return hub.queue()


def spoil(hub: Hub, phone: Spoke, row: Queued) -> None:
    """The bytes of an item become unreadable after it was queued."""
    with hub.typing() as tx:
        mirrored = tx.mirror.get(phone.collection, row.item.href)
        assert mirrored is not None
        tx.mirror.put_many(phone.collection, [type(mirrored.item)(row.item.href, "x", "u", b"rubbish")])


def test_a_type_that_the_collection_cannot_hold_is_skipped_with_the_reason(hub: Hub, phone: Spoke) -> None:
    (row,) = seed(hub, phone, card("1", "Ada"))
    with hub.typing() as tx:
        done = import_queue.assign(tx, [row.id], RecordType.TASK)
    assert done.ids == []
    assert "not task" in done.skipped[0][1]
    assert hub.queue()[0].item.type is None


def test_a_type_is_given_changed_and_taken_away(hub: Hub, phone: Spoke) -> None:
    (row,) = seed(hub, phone, card("1", "Ada"))
    for wanted in (RecordType.LEAD, RecordType.CONTACT, None):
        with hub.typing() as tx:
            assert import_queue.assign(tx, [row.id], wanted).ids == [row.id]
        assert hub.queue()[0].item.type is wanted


def test_a_record_is_made_linked_flagged_and_journalled_with_who_decided(hub: Hub, phone: Spoke) -> None:
    (row,) = seed(hub, phone, card("1", "Ada", "NOTE:n"))
    with hub.typing() as tx:
        import_queue.assign(tx, [row.id], RecordType.CONTACT)
        (id,) = import_queue.bring_in(tx, [row.id], 1, _NEW.__next__).records
    with hub.store.view() as view:
        entry = view.journal.entries(record=id)[0]
        why = f"typed; from phone: {row.item.href}"
        assert (entry.field, entry.origin, entry.actor, entry.reason) == ("", "cli", "me", why)
        assert view.flags.users(id) == [1]
        decided = view.queue.get(row.id)
        assert (decided.state, decided.decided_by) == (QueueState.IMPORTED, "me")
    before = phone.remote.contents(BOOK)
    settled(phone)
    assert phone.remote.contents(BOOK) == before


def test_without_a_user_nobody_gets_the_record_on_the_phone(hub: Hub, phone: Spoke) -> None:
    (row,) = seed(hub, phone, card("1", "Ada"))
    with hub.typing() as tx:
        import_queue.assign(tx, [row.id], RecordType.CONTACT)
        (id,) = import_queue.bring_in(tx, [row.id], None, _NEW.__next__).records
        assert tx.flags.users(id) == []


def test_what_has_no_type_or_is_decided_is_skipped_and_twice_is_once(hub: Hub, phone: Spoke) -> None:
    first, second = seed(hub, phone, card("1", "Ada"), card("2", "Bob"))
    with hub.typing() as tx:
        import_queue.assign(tx, [first.id], RecordType.CONTACT)
        done = import_queue.bring_in(tx, [first.id, second.id], 1, _NEW.__next__)
        again = import_queue.bring_in(tx, [first.id], 1, _NEW.__next__)
    assert (done.ids, [id for id, _ in done.skipped]) == ([first.id], [second.id])
    assert (again.ids, again.skipped) == ([], [(first.id, "decided already: imported")])


def test_an_item_that_cannot_be_read_is_parked_and_the_others_go_on(hub: Hub, phone: Spoke) -> None:
    first, second = seed(hub, phone, card("1", "Ada"), card("2", "Bob"))
    spoil(hub, phone, first)
    with hub.typing() as tx:
        import_queue.assign(tx, [first.id, second.id], RecordType.CONTACT)
        done = import_queue.bring_in(tx, [first.id, second.id], 1, _NEW.__next__)
    assert (done.ids, done.parked) == ([second.id], [first.id])
    with hub.store.view() as view:
        (parked,) = view.parked.list()
        assert (parked.href, parked.raw) == (first.item.href, b"rubbish")


def test_an_item_that_vanished_meanwhile_is_skipped_and_the_others_go_on(hub: Hub, phone: Spoke) -> None:
    first, second = seed(hub, phone, card("1", "Ada"), card("2", "Bob"))
    with hub.typing() as tx:
        import_queue.assign(tx, [first.id, second.id], RecordType.CONTACT)
        tx.mirror.drop(phone.collection, [first.item.href])
        done = import_queue.bring_in(tx, [first.id, second.id], 1, _NEW.__next__)
        assert import_queue.accept(tx, [first.id], 1).ids == []
    assert (done.ids, done.parked) == ([second.id], [])
    assert "gone at the remote" in done.skipped[0][1]


def test_a_link_fills_gaps_overwrites_nothing_and_keeps_the_losing_value(hub: Hub, phone: Spoke) -> None:
    id = hub.add(name="Ada", title="CTO", emails=(Labelled("ada@work.example"),))
    (row,) = seed(
        hub, phone, card("1", "Ada", "TITLE:Countess", "NOTE:n", "EMAIL:ada@work.example", "EMAIL:a@home.example")
    )
    with hub.typing() as tx:
        import_queue.link(tx, row.id, id, 1)
    fields = hub.fields(id)
    assert (fields["title"], fields["note"]) == ("CTO", "n")
    assert {entry.value for entry in fields["emails"]} == {"ada@work.example", "a@home.example"}  # type: ignore[union-attr]
    with hub.store.view() as view:
        (lost,) = view.conflicts.list(open=False)
        assert (lost.conflict.field, lost.losing, lost.open) == ("title", "Countess", False)
        reasons = {entry.reason for entry in view.journal.entries(record=id)[1:]}
        assert f"linked; from phone: {row.item.href}" in reasons
        assert view.queue.get(row.id).state is QueueState.LINKED
    settled(phone)
    assert "TITLE:CTO" in phone.text(row.item.href)
    assert len(phone.hrefs()) == 1


@pytest.mark.parametrize("wrong", ["missing", "type", "twice", "decided"])
def test_a_link_that_cannot_be_is_refused_and_nothing_of_it_is_done(hub: Hub, phone: Spoke, wrong: str) -> None:
    id = hub.add(RecordType.TASK if wrong == "type" else RecordType.CONTACT, flag=False, summary="x", name="Somebody")
    first, second = seed(hub, phone, card("1", "Ada"), card("2", "Bob"))
    with hub.typing() as tx:
        if wrong == "twice":
            import_queue.link(tx, second.id, id, 1)
        if wrong == "decided":
            import_queue.leave_out(tx, [first.id], QueueState.PRIVATE)
    with hub.typing() as tx:
        before = (tx.queue.get(first.id), tx.journal.last(), tx.links.count(phone.collection))
        with pytest.raises(Usage):
            import_queue.link(tx, first.id, "nobody" if wrong == "missing" else id, 1)
        assert (tx.queue.get(first.id), tx.journal.last(), tx.links.count(phone.collection)) == before


def test_a_link_to_what_cannot_be_read_parks_it(hub: Hub, phone: Spoke) -> None:
    id = hub.add(flag=False, name="Ada")
    (row,) = seed(hub, phone, card("1", "Ada"))
    spoil(hub, phone, row)
    with hub.typing() as tx:
        with pytest.raises(Unreadable):
            import_queue.link(tx, row.id, id, 1)
        assert [parked.href for parked in tx.parked.list()] == [row.item.href]
        assert tx.links.count(phone.collection) == 0


def test_suggestions_are_accepted_and_the_rest_is_skipped(hub: Hub, phone: Spoke) -> None:
    id = hub.add(flag=False, name="Ada Lovelace", emails=(Labelled("ada@x.example"),))
    rows = seed(
        hub,
        phone,
        card("1", "Ada Lovelace", "EMAIL:ada@x.example"),
        card("2", "Ada Lovelace", "EMAIL:ada@x.example"),
        card("3", "Nobody"),
    )
    with hub.typing() as tx:
        done = import_queue.accept(tx, [row.id for row in rows], 1)
    assert (done.ids, done.records) == ([rows[0].id], [id])
    assert [reason for _, reason in done.skipped][1] == "nothing is suggested for it"
    assert "of this collection already" in done.skipped[0][1]


def test_ignored_means_until_it_changes_and_private_means_for_good(hub: Hub, phone: Spoke) -> None:
    first, second = seed(hub, phone, card("1", "Ada"), card("2", "Bob"))
    with hub.typing() as tx:
        assert import_queue.leave_out(tx, [first.id], QueueState.IGNORED).ids == [first.id]
        assert import_queue.leave_out(tx, [second.id], QueueState.PRIVATE).ids == [second.id]
        assert import_queue.leave_out(tx, [second.id], QueueState.IGNORED).skipped
    settled(phone)
    assert hub.queue() == []
    for row in (first, second):
        edit(phone, row.item.href, "NOTE:new")
    phone.sync()
    assert [row.id for row in hub.queue()] == [first.id]


def test_an_id_that_is_not_there_is_refused(hub: Hub, phone: Spoke) -> None:
    with hub.typing() as tx:
        for decide in (
            lambda: import_queue.assign(tx, [9], RecordType.LEAD),
            lambda: import_queue.bring_in(tx, [9], 1, _NEW.__next__),
            lambda: import_queue.accept(tx, [9], 1),
            lambda: import_queue.leave_out(tx, [9], QueueState.IGNORED),
        ):
            with pytest.raises(Usage, match="no such item"):
                decide()
