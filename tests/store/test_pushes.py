"""The write log: what a run wrote, and, item by item, what is our work and what stood there before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crmsync.store.pushes import Found
from crmsync.store.store import Store, Tables
from crmsync.store.stretches import Stretch, fingerprint
from tests.store.content import STAMP, add_collection, link

THEIRS = Found(b"theirs", {"note": "old"})


@pytest.fixture
def book(tx: Tables) -> int:
    return add_collection(tx).id


def of(tx: Tables, book: int) -> dict[str, list[Stretch]]:
    return {found[0].href: found for found in tx.pushes.of_collection(book)}


def test_an_item_we_made_is_ours_as_we_left_it(tx: Tables, book: int) -> None:
    tx.pushes.created(link("anna", book, "a"), {"name": "Anna"}, b"made")
    assert of(tx, book) == {"a": [Stretch("a", None, fingerprint(b"made"))]}
    tx.pushes.updated(link("anna", book, "a"), {"note": "x"}, Found(b"made", {}), b"changed")
    (stretch,) = of(tx, book)["a"]
    assert (stretch.original, stretch.untouched(b"changed"), stretch.untouched(b"made")) == (None, True, False)


def test_an_item_we_made_and_somebody_edited_is_not_ours_alone(tx: Tables, book: int) -> None:
    for href in ("a", "b"):
        tx.pushes.created(link("anna", book, href), {}, b"made")
    tx.pushes.updated(link("anna", book, "a"), {"note": "x"}, Found(b"edited", {}), b"ours again")
    tx.pushes.edited(link("anna", book, "b"))
    tx.pushes.updated(link("anna", book, "b"), {"note": "x"}, Found(b"made", {}), b"ours again")
    assert [stretch.edited for found in of(tx, book).values() for stretch in found] == [True, True]


def test_writes_to_an_item_of_theirs_are_one_stretch_until_somebody_else_writes(tx: Tables, book: int) -> None:
    anna = link("anna", book, "a")
    tx.pushes.updated(anna, {"note": "one"}, THEIRS, b"1")
    tx.pushes.updated(anna, {"note": "two", "title": "CEO"}, Found(b"1", {"note": "one"}), b"2")
    tx.pushes.updated(anna, {"title": "CTO"}, Found(b"2 and theirs", {"title": "CEO"}), b"3")
    newest, oldest = of(tx, book)["a"]
    first = {"note": "old", "title": None}, {"note": "two", "title": "CEO"}
    assert (oldest.original, oldest.before, oldest.after) == (b"theirs", *first)
    assert (newest.original, newest.before, newest.after) == (b"2 and theirs", {"title": "CEO"}, {"title": "CTO"})
    assert [oldest.untouched(b"2"), newest.untouched(b"3")] == [True, True]
    assert tx.pushes.of_item(book, "a") == [newest, oldest]


def test_an_item_that_we_made_was_nobody_elses_before(tx: Tables, book: int) -> None:
    tx.pushes.created(link("anna", book, "a"), {"name": "Anna"}, b"made")
    assert tx.pushes.of_item(book, "a") == tx.pushes.of_item(book, "b") == []


def test_what_the_remote_made_of_a_write_is_how_we_left_it(tx: Tables, book: int) -> None:
    anna = link("anna", book, "a", intent={"note": "One"})
    tx.pushes.updated(anna, {"note": "One"}, THEIRS, b"1")
    tx.pushes.settled(anna, b"rewritten", {"note": "one", "title": "no field of that write"})
    (stretch,) = of(tx, book)["a"]
    assert stretch.untouched(b"rewritten")
    assert stretch.after == {"note": "one"}
    tx.pushes.updated(anna, {"note": "Two"}, Found(b"rewritten", {"note": "one"}), b"2")
    assert len(of(tx, book)["a"]) == 1


def test_a_remote_that_keeps_what_it_was_given_needs_no_entry(store: Store) -> None:
    with store.transaction(STAMP) as tx:
        run = tx.begin_run("sync")
        anna = link("anna", add_collection(tx).id, "a", intent={"note": "One"})
        tx.pushes.updated(anna, {"note": "One"}, THEIRS, b"1")
        tx.runs.finish(run, "done", {})
        newest = tx.pushes.of_run(run)[-1].seq
    with store.transaction(STAMP) as tx:
        tx.begin_run("sync")
        tx.pushes.settled(anna, b"1", {"note": "One"})
        tx.pushes.updated(anna, {"note": "Two"}, Found(b"1", {}), b"2")
        assert tx.pushes.of_run(tx.run or 0)[0].seq == newest + 1


@pytest.mark.parametrize("how", ["deleted", "let go"])
def test_an_item_that_is_gone_is_not_ours_when_another_lies_there(tx: Tables, book: int, how: str) -> None:
    anna = link("anna", book, "a")
    tx.pushes.created(anna, {}, b"made")
    if how == "deleted":
        tx.pushes.deleted(anna, b"made")
    else:
        tx.pushes.let_go(book, "a")
    tx.pushes.settled(anna, b"x", {})
    tx.pushes.edited(anna)
    assert of(tx, book) == {}
    tx.pushes.updated(anna, {"note": "x"}, Found(b"made", {}), b"changed")
    assert of(tx, book)["a"][0].original == b"made"


def test_a_write_over_something_unknown_is_nothing_that_an_ejection_could_take_back(tx: Tables, book: int) -> None:
    tx.pushes.updated(link("anna", book, "a"), {"note": "x"}, None, b"changed")
    assert of(tx, book) == {}


def test_a_run_wrote_what_it_sent_and_not_what_the_remote_made_of_it(store: Store) -> None:
    with store.transaction(STAMP) as tx:
        anna = link("anna", add_collection(tx).id, "a", intent={"note": "One"})
        first = tx.begin_run("sync")
        tx.pushes.updated(anna, {"note": "One"}, THEIRS, b"1")
        tx.runs.finish(first, "done", {})
    with store.transaction(replace(STAMP, run=None)) as tx:
        second = tx.begin_run("sync")
        tx.pushes.settled(anna, b"rewritten", {"note": "one"})
        tx.pushes.edited(anna)
        tx.pushes.let_go(anna.collection, "a")
        tx.runs.finish(second, "done", {})
        assert tx.pushes.of_run(second) == []
        assert [(one.field, one.stood, one.after) for one in tx.pushes.of_run(first)] == [("note", "old", "One")]
        newest = tx.runs.newest_undoable()
        assert newest is not None
        assert newest.id == first


def test_what_was_never_agreed_on_has_nothing_before_it_but_what_stood_there(tx: Tables, book: int) -> None:
    run = tx.begin_run("sync")
    anna = replace(link("anna", book, "a"), base={"title": "CEO"})
    tx.pushes.updated(
        anna, {"note": "new", "title": "CTO"}, Found(b"x", {"note": "old", "title": "Boss"}), b"y", {"note"}
    )
    told = [(one.field, one.agreed, one.before, one.stood, one.after) for one in tx.pushes.of_run(run)]
    assert told == [("note", False, None, "old", "new"), ("title", True, "CEO", "Boss", "CTO")]


def test_the_number_of_a_collection_is_never_given_to_another(store: Store) -> None:
    with store.transaction(STAMP) as tx:
        one, two = add_collection(tx), add_collection(tx, href="/more/")
        tx.pushes.created(link("anna", two.id, "a"), {}, b"made")
        tx.accounts.remove(two.account)
    with store.transaction(STAMP) as tx:
        again = add_collection(tx)
        assert again.id > max(one.id, two.id)
        assert list(tx.pushes.of_collection(again.id)) == []
