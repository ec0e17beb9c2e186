"""Every remote item is in exactly one place, and the sums agree."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync.core.selection import UserView
from crmsync.model import Conflict, LinkState, RecordType
from crmsync.store import standing
from crmsync.store.import_queue import Found, QueueState
from crmsync.store.plans import PlanState
from crmsync.store.session import Session
from crmsync.store.standing import Reason, Standing
from crmsync.store.store import Store, Tables
from tests.store.content import STAMP, add_collection, card, contact, link


def place_each(tx: Tables) -> tuple[int, dict[str, Standing]]:
    """One item for every way of being somewhere."""
    here = add_collection(tx)
    expected: dict[str, Standing] = {}

    def item(name: str, standing: Standing) -> str:
        expected[name] = standing
        tx.mirror.put_many(here.id, [card(name)])
        tx.mirror.clear_dirty(here.id, [name])
        return name

    def linked(name: str, standing: Standing, state: LinkState = LinkState.LINKED) -> int:
        tx.records.create(contact(name, name))
        return tx.links.insert(link(name, here.id, item(name, standing), state=state)).id

    def queued(name: str, standing: Standing, state: QueueState) -> None:
        row = tx.queue.put(here.account, here.id, Found(item(name, standing), name))
        tx.queue.decide([row.id], state)

    linked("linked", Standing.IN_SYNC)
    linked("edited", Standing.PENDING)
    tx.records.change("edited", {"title": "x"})
    linked("under way", Standing.PENDING, LinkState.UPDATING)
    linked("vanished", Standing.PENDING)
    tx.mirror.mark_gone(here.id, ["vanished"])
    linked("shown again", Standing.PENDING, LinkState.GONE)
    linked("changed there", Standing.PENDING)
    tx.mirror.put_many(here.id, [card("changed there", "new bytes")])
    clash = linked("clash", Standing.CONFLICTED)
    tx.conflicts.open(Conflict("clash", clash, "name", "x", "y", "z"), here.id)
    solved = linked("solved", Standing.IN_SYNC)
    logged, _ = tx.conflicts.open(Conflict("solved", solved, "name", "x", "y", "z"), here.id)
    tx.conflicts.close(logged.id, "crm")
    queued("waiting", Standing.QUEUED, QueueState.OPEN)
    queued("ignored", Standing.EXCLUDED, QueueState.IGNORED)
    queued("private", Standing.EXCLUDED, QueueState.PRIVATE)
    queued("imported but unlinked", Standing.PENDING, QueueState.IMPORTED)
    item("could not be read, and dropped", Standing.EXCLUDED)
    tx.mirror.put_many(here.id, [card("new")])
    expected["new"] = Standing.PENDING
    linked("linked and parked", Standing.PARKED)
    queued("queued and parked", Standing.PARKED, QueueState.OPEN)
    for name in ("linked and parked", "queued and parked", "parked without bytes"):
        tx.parked.put(here.id, name, None, "broken", None)
        expected[name] = Standing.PARKED
    linked("linked and once queued", Standing.IN_SYNC)
    row = tx.queue.put(here.account, here.id, Found("linked and once queued", "x"))
    tx.queue.decide([row.id], QueueState.LINKED)
    return here.id, expected


def test_each_item_stands_where_it_should_and_the_sums_agree(tx: Tables) -> None:
    here, expected = place_each(tx)
    assert {href: stands(tx, here, href) for href in expected} == expected
    assert {place.href: place.standing for place in tx.places(here)} == expected
    assert tx.place(here, "unheard of") is None
    assert set(expected.values()) == set(Standing), "every place is tried"
    there = [place.standing for place in tx.places(here) if place.reason is not Reason.GONE]
    sums = tx.standings(here)
    assert sums == {one: there.count(one) for one in Standing}
    without_bytes = 1
    assert sum(sums.values()) == tx.mirror.count(here) + without_bytes
    gone = {place.href for place in tx.places(here) if place.reason is Reason.GONE}
    assert gone == {"vanished"}
    assert tx.reasons(here)[Reason.GONE] == 1


def stands(tx: Tables, here: int, href: str) -> Standing | None:
    place = tx.place(here, href)
    return None if place is None else place.standing


def test_collections_are_counted_apart(tx: Tables) -> None:
    here, _ = place_each(tx)
    there = add_collection(tx, href="/other/").id
    assert sum(tx.standings(there).values()) == 0
    tx.parked.put(there, "only parked", None, "x", None)
    assert tx.standings(there)[Standing.PARKED] == 1
    assert tx.place(here, "only parked") is None


def test_two_plans_about_one_item_do_not_make_two_of_it(tx: Tables) -> None:
    here = add_collection(tx)
    tx.records.create(contact("anna", "Anna"))
    tx.mirror.put_many(here.id, [card("/a")])
    linked = tx.links.insert(link("anna", here.id, "/a"))
    tx.links.touch([linked.id])
    for etag in ("old", "older"):
        sealed = {"line": "delete", "item": etag, "record": ""}
        line = {"action": "delete", "href": "/a", "target": f"link {linked.id}", "sealed": sealed}
        tx.plans.decide(tx.plans.hold(here.account, here.id, "too many", {"actions": [line]}), PlanState.DISCARDED)
    assert [place.reason for place in tx.places(here.id)] == [Reason.CHANGED_THERE], "neither holds for it as it is now"
    assert sum(tx.standings(here.id).values()) == 1


@pytest.mark.parametrize("sight", [None, UserView(frozenset(["anna"]), frozenset([RecordType.CONTACT]))])
def test_no_table_is_read_from_end_to_end_for_every_item(tx: Tables, sight: UserView | None) -> None:
    """How long it takes is for tests/bench; that it is linear can be seen in what SQLite means to do."""
    known, _, details = standing._parts(Session(tx._session.connection, None, sight=sight))
    sql = f"EXPLAIN QUERY PLAN {standing._LINES} SELECT {standing._REASON}, {details} {known}"
    steps = [row[3] for row in tx._session.connection.execute(sql, {"collection": 1})]
    joined = [step for step in steps if step.split()[1] in ("h", "d", "l", "q", "p", "r", "x", "m", "w")]
    assert {step.split()[1] for step in joined} >= {"h", "d", "l", "q", "r", "x", "m"}
    assert not [step for step in joined if not step.startswith("SEARCH")], steps
    assert not [step for step in steps if step.startswith(("SCAN s_r", "SCAN s_l", "SCAN s_c"))], steps


def test_every_reason_goes_with_a_place() -> None:
    assert {reason.standing for reason in Reason} == set(Standing)


def test_a_record_that_the_remote_refused_is_no_item_of_it(tx: Tables) -> None:
    here = add_collection(tx).id
    tx.records.create(contact("anna", "Anna"))
    tx.parked.put(here, "anna", None, "too large", None)
    tx.parked.put(here, "unusable", None, "no such encoding", None)
    assert sum(tx.standings(here).values()) == 1
    assert [place.href for place in tx.places(here)] == ["unusable"]
    assert tx.parked.unseen(here) == ["unusable"]


DEEDS = st.lists(st.tuples(st.sampled_from(["put", "gone", "drop", "queue", "link", "unlink", "park", "edit", "clear"]),
                           st.sampled_from("abcd")), max_size=25)  # fmt: skip


@settings(max_examples=30)
@given(DEEDS)
def test_whatever_happens_the_sums_agree_with_the_mirror(deeds: list[tuple[str, str]]) -> None:
    path = _FOLDER / f"{len(list(_FOLDER.iterdir()))}.db"
    with Store.open(path, create=True) as store:
        with store.transaction(STAMP, durable=False) as tx:
            here = add_collection(tx)
            for id in "abcd":
                tx.records.create(contact(f"r{id}", id))
            for deed, href in deeds:
                _do(tx, here.account, here.id, deed, href)
            items = [row[0] for row in tx._session.all("SELECT href FROM mirror")]
            parked = [f"{one.href}" for one in tx.parked.list() if one.href in items or not tx.records.get(one.href)]
            places = list(tx.places(here.id))
            assert sorted(place.href for place in places) == sorted({*items, *parked}), (
                "each in one place, and only one"
            )
            assert all(tx.place(here.id, place.href) == place for place in places)
            reasons = Counter(place.reason for place in places)
            assert tx.reasons(here.id) == {reason: reasons[reason] for reason in Reason}
        assert store.problems() == []


def _do(tx: Tables, account: int, here: int, deed: str, href: str) -> None:
    linked = tx.links.by_href(here, href)
    match deed:
        case "put":
            tx.mirror.put_many(here, [card(href)])
        case "gone":
            tx.mirror.mark_gone(here, [href])
        case "drop":
            tx.mirror.drop(here, [href])
        case "queue":
            tx.queue.put(account, here, Found(href, href))
        case "link" if linked is None:
            tx.links.insert(link(f"r{href}", here, href))
        case "unlink" if linked is not None:
            tx.links.update(replace(linked, state=LinkState.GONE))
            tx.links.delete(linked.id)
        case "park":
            tx.parked.put(here, href, None, "x", None)
        case "edit":
            tx.records.change(f"r{href}", {"title": "x"})
        case "clear":
            tx.mirror.clear_dirty(here, [href])
            tx.parked.drop_hrefs(here, [href])


@pytest.fixture(autouse=True, scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    global _FOLDER
    _FOLDER = tmp_path_factory.mktemp("standing")
