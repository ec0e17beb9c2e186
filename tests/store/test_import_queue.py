"""The queue: what waits, what was said about it, and when it is asked again."""

from __future__ import annotations

import pytest

from crmsync.errors import Usage
from crmsync.model import Candidate, Confidence, RecordType
from crmsync.store.import_queue import Found, QueueSelection, QueueState
from crmsync.store.store import Tables
from tests.store.content import NOW, add_collection, contact

ANNA = Found(
    "/a", "Anna", "Acme", ("a@acme.example",), ("+39 06 1",), "individual", "", "digest 1", RecordType.CONTACT,
    Candidate("r1", Confidence.MEDIUM, 55, ("same mail", "similar name")),
)  # fmt: skip


@pytest.fixture
def place(tx: Tables) -> tuple[int, int]:
    for id in ("r1", "r2"):
        tx.records.create(contact(id, id))
    collection = add_collection(tx)
    return collection.account, collection.id


def test_a_row_comes_back_as_it_was_queued(tx: Tables, place: tuple[int, int]) -> None:
    row = tx.queue.put(*place, ANNA)
    assert (row.item, row.state, row.account, row.collection) == (ANNA, QueueState.OPEN, *place)
    assert tx.queue.get(row.id) == tx.queue.by_href(place[1], "/a") == row
    assert tx.queue.list() == [row]
    assert tx.queue.totals() == {QueueState.OPEN: 1}
    with pytest.raises(Usage, match="queue list"):
        tx.queue.get(99)


def test_queueing_again_refreshes_what_is_shown_and_keeps_id_and_type(tx: Tables, place: tuple[int, int]) -> None:
    row = tx.queue.put(*place, ANNA)
    tx.queue.assign([row.id], RecordType.LEAD)
    again = tx.queue.put(*place, ANNA._replace(name="Anna B.", type=RecordType.COMPANY, suggestion=None))
    assert (again.id, again.item.name, again.item.type, again.item.suggestion) == (
        row.id,
        "Anna B.",
        RecordType.LEAD,
        None,
    )


@pytest.mark.parametrize(
    ("state", "same_digest", "other_digest"),
    [
        (QueueState.OPEN, QueueState.OPEN, QueueState.OPEN),
        (QueueState.IGNORED, QueueState.IGNORED, QueueState.OPEN),
        (QueueState.PRIVATE, QueueState.PRIVATE, QueueState.PRIVATE),
        (QueueState.IMPORTED, QueueState.OPEN, QueueState.OPEN),
        (QueueState.LINKED, QueueState.OPEN, QueueState.OPEN),
        (QueueState.GONE, QueueState.OPEN, QueueState.OPEN),
    ],
)
def test_when_an_item_that_was_decided_is_asked_about_again(
    tx: Tables, place: tuple[int, int], state: QueueState, same_digest: QueueState, other_digest: QueueState
) -> None:
    row = tx.queue.put(*place, ANNA)
    assert tx.queue.decide([row.id], state) == 1
    assert tx.queue.get(row.id).decided_by == "anna"
    assert tx.queue.put(*place, ANNA).state is same_digest
    tx.queue.decide([row.id], state)
    assert tx.queue.put(*place, ANNA._replace(digest="digest 2")).state is other_digest


def test_the_digest_of_the_moment_of_ignoring_counts(tx: Tables, place: tuple[int, int]) -> None:
    row = tx.queue.put(*place, ANNA._replace(digest=""))
    tx.queue.decide([row.id], QueueState.IGNORED, {row.id: "digest 1"})
    assert tx.queue.states(place[1], ["/a", "/b"]) == {"/a": QueueState.IGNORED}
    assert tx.queue.put(*place, ANNA).state is QueueState.IGNORED
    assert tx.queue.put(*place, ANNA._replace(digest="digest 2")).state is QueueState.OPEN


def test_only_open_rows_take_a_type(tx: Tables, place: tuple[int, int]) -> None:
    one, two = (tx.queue.put(*place, Found(href, href)) for href in ("/1", "/2"))
    tx.queue.decide([two.id], QueueState.PRIVATE)
    assert tx.queue.assign([one.id, two.id, 99], RecordType.LEAD) == 1
    assert [row.id for row in tx.queue.list(QueueSelection(typed=True))] == [one.id]
    assert tx.queue.list(QueueSelection(typed=False)) == []
    tx.queue.assign([one.id], None)
    assert [row.id for row in tx.queue.list(QueueSelection(typed=False))] == [one.id]


def test_a_cycle_decides_by_href_and_only_what_is_open(tx: Tables, place: tuple[int, int]) -> None:
    one, two = (tx.queue.put(*place, Found(href, href)) for href in ("/1", "/2"))
    tx.queue.decide([two.id], QueueState.PRIVATE)
    tx.queue.decide_hrefs(place[1], ["/1", "/2", "/3"], QueueState.GONE)
    assert (tx.queue.get(one.id).state, tx.queue.get(two.id).state) == (QueueState.GONE, QueueState.PRIVATE)
    assert tx.queue.get(one.id).decided_at == NOW
    assert tx.queue.totals() == {QueueState.GONE: 1, QueueState.PRIVATE: 1}
    assert tx.queue.count() == 0


def test_an_undecided_item_holds_back_the_record_it_suggests(tx: Tables, place: tuple[int, int]) -> None:
    account = place[0]
    row = tx.queue.put(*place, ANNA)
    other = add_collection(tx, "home").account
    assert (tx.queue.suggested(account), tx.queue.suggested(other)) == ({"r1"}, frozenset())
    tx.queue.decide([row.id], QueueState.IGNORED)
    assert tx.queue.suggested(account) == frozenset()


def test_rows_come_in_pages_and_by_every_condition(tx: Tables, place: tuple[int, int]) -> None:
    elsewhere = add_collection(tx, "home")
    tx.queue.put_many(*place, [Found(f"/{n}", f"P{n}") for n in range(5)])
    tx.queue.put(elsewhere.account, elsewhere.id, ANNA._replace(href="/x"))
    ids = tx.queue.ids()
    paged, after = [], 0
    while rows := tx.queue.list(after=after, limit=2):
        paged += [row.id for row in rows]
        after = rows[-1].id
    assert paged == ids == [row.id for row in tx.queue.list()]
    assert len(ids) == tx.queue.count() == 6
    for selection, n in [
        (QueueSelection(account=place[0]), 5),
        (QueueSelection(min_score=55), 1),
        (QueueSelection(min_score=56), 0),
        (QueueSelection(states=(QueueState.GONE,)), 0),
        (QueueSelection(states=(QueueState.GONE, QueueState.OPEN)), 6),
        (QueueSelection(account=place[0], where="name = 'P3'"), 1),
    ]:
        assert tx.queue.count(selection) == len(tx.queue.list(selection)) == n, selection


def test_dropped_rows_are_forgotten(tx: Tables, place: tuple[int, int]) -> None:
    row = tx.queue.put(*place, ANNA)
    tx.queue.drop([row.id])
    assert tx.queue.by_href(place[1], "/a") is None
    assert tx.queue.totals() == {}


def test_however_many_come_at_once_each_has_its_row_and_the_last_of_two_counts(
    tx: Tables, place: tuple[int, int]
) -> None:
    tx.queue.put_many(*place, [Found(f"/{n % 55}", f"P{n}") for n in range(120)])
    names = {row.item.href: row.item.name for row in tx.queue.list()}
    assert names == {f"/{n % 55}": f"P{n}" for n in range(120)}
    assert tx.queue.totals() == {QueueState.OPEN: 55}
