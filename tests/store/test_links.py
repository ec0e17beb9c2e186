"""Links: one item, one record; and which of them a cycle has to look at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crmsync.errors import Bug
from crmsync.model import Conflict, LinkState
from crmsync.store.store import Store, Tables
from crmsync.values import Labelled
from tests.store.content import STAMP, add_collection, card, contact, link


@pytest.fixture
def here(tx: Tables) -> int:
    for id in "abc":
        tx.records.create(contact(id, id))
    return add_collection(tx).id


def test_a_link_comes_back_as_it_was_stored(tx: Tables, here: int) -> None:
    stored = tx.links.insert(
        replace(
            link("a", here, "/a"),
            base={"name": "Anna", "emails": (Labelled("a@acme.example", "work"),)},
            echo={"name": "ANNA", "note": None},
            state=LinkState.UPDATING,
            intent={"title": None, "orders": 3},
            previous_etag='"0"',
        )
    )
    assert stored.id > 0
    assert tx.links.get(stored.id) == stored
    assert tx.links.for_record("a") == [stored]
    assert tx.links.between("a", here) == stored
    assert tx.links.by_href(here, "/a") == stored
    assert tx.links.by_hrefs(here, ["/a", "/b"]) == {"/a": stored}
    assert tx.links.of_collection(here) == [stored]
    changed = replace(stored, state=LinkState.LINKED, intent=None, etag=None, echo={})
    tx.links.update(changed)
    assert tx.links.get(stored.id) == changed
    tx.links.delete(stored.id)
    assert tx.links.get(stored.id) is None
    assert tx.links.count(here) == 0


def test_what_is_not_linked_is_not_found(tx: Tables, here: int) -> None:
    assert (tx.links.get(7), tx.links.between("a", here), tx.links.by_href(here, "/a")) == (None, None, None)


@pytest.mark.parametrize("second", [("a", "/other"), ("b", "/a")], ids=["same record", "same item"])
def test_an_item_is_one_record_and_a_record_one_item(store: Store, second: tuple[str, str]) -> None:
    with pytest.raises(Bug, match="UNIQUE"), store.transaction(STAMP) as tx:
        for id in "ab":
            tx.records.create(contact(id, id))
        here = add_collection(tx).id
        tx.links.insert(link("a", here, "/a"))
        record, href = second
        tx.links.insert(link(record, here, href))


def test_items_whose_href_the_server_will_choose_may_be_many(tx: Tables, here: int) -> None:
    for id in "abc":
        tx.links.insert(link(id, here, "", state=LinkState.CREATING))
    assert len(tx.links.pending(here)) == 3
    assert tx.links.by_href(here, "") is None


def test_many_links_in_agreement_are_stored_as_one_by_one(tx: Tables, here: int) -> None:
    agreed = [("a", here, "/a", "u-a", "e1", '{"name":"Anna"}'), ("b", here, "/b", "", None, "{}")]
    tx.links.insert_agreed(agreed)
    at_once = [tx.links.between(id, here) for id in "ab"]
    for one in at_once:
        assert one is not None
        tx.links.delete(one.id)
    assert [tx.links.insert(replace(one, id=0)).id for one in at_once if one] == [3, 4]
    again = [tx.links.between(id, here) for id in "ab"]
    assert [replace(one, id=0) for one in at_once if one] == [replace(one, id=0) for one in again if one]
    assert [one.base for one in again if one] == [{"name": "Anna"}, {}]
    assert tx.links.pending(here) == []


def test_a_link_to_a_record_that_is_not_there_is_a_bug(store: Store) -> None:
    with pytest.raises(Bug, match="FOREIGN KEY"), store.transaction(STAMP) as tx:
        tx.links.insert(link("nobody", add_collection(tx).id, "/a"))


def test_pending_are_edits_news_and_writes_under_way_and_nothing_else(tx: Tables, here: int) -> None:
    a, b, c = (tx.links.insert(link(id, here, f"/{id}")) for id in "abc")
    tx.mirror.put_many(here, [card(f"/{id}") for id in "abc"])
    tx.mirror.clear_dirty(here, [f"/{id}" for id in "abc"])
    elsewhere = add_collection(tx, href="/other/").id
    tx.links.insert(link("a", elsewhere, "/a"))

    def pending() -> list[str]:
        return [one.link.record for one in tx.links.pending(here)]

    assert pending() == []
    tx.records.change("a", {"title": "CEO"})
    assert pending() == ["a"]
    tx.mirror.put_many(here, [card("/b", "changed")])
    assert pending() == ["a", "b"]
    for state in LinkState:
        tx.links.update(replace(c, state=state))
        quiet = state in (LinkState.LINKED, LinkState.GONE)
        assert pending() == (["a", "b"] if quiet else ["a", "b", "c"]), state
    tx.links.update(c)
    tx.mirror.mark_gone(here, ["/c"])
    assert pending() == ["a", "b", "c"]
    tx.mirror.clear_dirty(here, ["/b", "/c"])
    assert pending() == ["a"]
    tx.links.touch([b.id])
    assert pending() == ["a", "b"]
    assert a.id < b.id


def test_an_edit_made_while_a_cycle_looks_is_not_lost(tx: Tables, here: int) -> None:
    tx.links.insert(link("a", here, "/a"))
    tx.records.change("a", {"title": "seen by the cycle"})
    (seen,) = tx.links.pending(here)
    assert tx.links.untouched_since(seen.link.id, seen.touched)
    tx.records.change("a", {"title": "typed meanwhile"})
    assert not tx.links.untouched_since(seen.link.id, seen.touched)
    tx.links.looked(seen.link.id, seen.touched)
    (still,) = tx.links.pending(here)
    assert still.touched > seen.touched
    tx.links.looked(still.link.id, still.touched)
    assert tx.links.pending(here) == []
    assert tx.links.untouched_since(still.link.id, 0), "clean, and nothing was told"


def test_forgetting_a_link_closes_its_conflicts_with_their_values(tx: Tables, here: int) -> None:
    linked = tx.links.insert(link("a", here, "/a"))
    logged, _ = tx.conflicts.open(Conflict("a", linked.id, "title", "x", "y", "z"), here)
    tx.links.delete(linked.id)
    after = tx.conflicts.get(logged.id)
    assert (after.open, after.resolution, after.conflict) == (False, "unlinked", logged.conflict)


def test_finding_what_is_pending_does_not_read_the_rest(tx: Tables, here: int) -> None:
    plan = " ".join(
        row[3]
        for row in tx._session.all(
            "EXPLAIN QUERY PLAN SELECT id FROM links WHERE collection = ?1 AND dirty UNION SELECT id FROM links "
            "WHERE collection = ?1 AND state NOT IN ('linked', 'gone') UNION SELECT x.id FROM mirror m JOIN links x "
            "ON x.collection = m.collection AND x.href = m.href AND x.href <> '' WHERE m.collection = ?1 AND m.dirty",
            (here,),
        )
    )
    for index in ("links_dirty", "links_under_way", "mirror_dirty", "links_href"):
        assert index in plan
    assert "SCAN" not in plan


def test_whether_an_item_is_a_records_is_found_out_without_reading_all_links(tx: Tables, here: int) -> None:
    asked: list[str] = []
    connection = tx._session.connection
    connection.set_trace_callback(asked.append)
    tx.moves.strangers(1, ["u"], [b"x"])
    tx.queue.cannot_open([1])
    connection.set_trace_callback(None)
    plans = [[row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")] for sql in asked if "links l" in sql]
    assert len(plans) == 2
    for plan in plans:
        assert "SEARCH l USING COVERING INDEX links_href (collection=? AND href=?)" in " ".join(plan)
