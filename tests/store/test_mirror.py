"""The mirror: what is new, changed or gone, without reading what did not change."""

from __future__ import annotations

from crmsync.store.mirror import Put
from crmsync.store.store import Store, Tables
from tests.store.content import STAMP, add_collection, card


def hrefs(tx: Tables, collection: int) -> list[str]:
    return [mirrored.item.href for mirrored in tx.mirror.dirty(collection)[0]]


def test_a_page_says_what_is_new_changed_and_the_same(tx: Tables) -> None:
    here = add_collection(tx).id
    assert tx.mirror.put_many(here, [card("a"), card("b"), card("c")]) == Put(new=("a", "b", "c"))
    tx.mirror.clear_dirty(here, ["a", "b", "c"])
    again = [card("a"), card("b", "other bytes", '"2"'), card("c", etag='"2"'), card("d")]
    put = tx.mirror.put_many(here, again)
    assert (put.new, put.changed, sorted(put.same)) == (("d",), ("b",), ["a", "c"])
    assert hrefs(tx, here) == ["b", "d"], "an etag that moved is no change"
    assert tx.mirror.etags(here) == {"a": '"1"', "b": '"2"', "c": '"2"', "d": '"1"'}
    assert tx.mirror.get(here, "b").item == card("b", "other bytes", '"2"')  # type: ignore[union-attr]


def test_what_was_dirty_stays_dirty_until_somebody_looked(tx: Tables) -> None:
    here = add_collection(tx).id
    for _ in range(2):
        tx.mirror.put_many(here, [card("a")])
        assert hrefs(tx, here) == ["a"]
    tx.mirror.clear_dirty(here, ["a"])
    assert hrefs(tx, here) == []
    tx.mirror.mark_dirty(here, ["a"])
    assert hrefs(tx, here) == ["a"]


def test_what_is_looked_at_at_once_is_never_dirty(tx: Tables) -> None:
    here = add_collection(tx).id
    first = tx.mirror.put_many(here, [card("a"), card("b")], dirty=False)
    assert first.new == ("a", "b")
    assert hrefs(tx, here) == []
    tx.mirror.mark_dirty(here, ["a", "b"])
    second = tx.mirror.put_many(here, [card("a", "other bytes"), card("b")], dirty=False)
    assert second.changed == ("a",)
    assert hrefs(tx, here) == ["b"], "what did not change waits as before"


def test_equal_bytes_have_equal_hashes(tx: Tables) -> None:
    here = add_collection(tx).id
    put = tx.mirror.put_many(here, [card("a", "one"), card("b", "one"), card("c", "two")])
    assert put.hashes["a"] == put.hashes["b"] != put.hashes["c"]
    assert {href: hash.hex() for href, hash in put.hashes.items()} == tx.mirror.hashes(here, ["a", "b", "c"])


def test_an_item_named_twice_counts_as_it_was_named_last(tx: Tables) -> None:
    here = add_collection(tx).id
    assert tx.mirror.put_many(here, [card("a", "one"), card("a", "two")]).new == ("a",)
    assert tx.mirror.get(here, "a").item.raw == b"two"  # type: ignore[union-attr]


def test_an_item_named_twice_far_apart_counts_as_it_was_named_last(tx: Tables) -> None:
    here = add_collection(tx).id
    tx.mirror.put_many(here, [card("a", "one"), *(card(str(n)) for n in range(700)), card("a", "two")])
    assert tx.mirror.get(here, "a").item.raw == b"two"  # type: ignore[union-attr]
    assert tx.mirror.count(here) == 701


def test_gone_items_keep_their_bytes_and_become_dirty_once(tx: Tables) -> None:
    here = add_collection(tx).id
    tx.mirror.put_many(here, [card("a"), card("b")])
    tx.mirror.clear_dirty(here, ["a", "b"])
    assert tx.mirror.absent(here, frozenset(["b"])) == ["a"]
    assert tx.mirror.mark_gone(here, ["a", "never seen"]) == 1
    assert tx.mirror.mark_gone(here, ["a"]) == 0
    assert tx.mirror.absent(here, frozenset(["b"])) == []
    gone = tx.mirror.get(here, "a")
    assert gone is not None
    assert (gone.gone, gone.dirty, gone.item.raw) == (True, True, b"a")
    assert (tx.mirror.count(here), list(tx.mirror.etags(here))) == (1, ["b"])


def test_an_item_that_comes_back_is_a_change_even_with_the_same_bytes(tx: Tables) -> None:
    here = add_collection(tx).id
    tx.mirror.put_many(here, [card("a")])
    tx.mirror.mark_gone(here, ["a"])
    tx.mirror.clear_dirty(here, ["a"])
    assert tx.mirror.put_many(here, [card("a")]).changed == ("a",)
    assert hrefs(tx, here) == ["a"]
    assert tx.mirror.count(here) == 1


def test_dropped_items_are_forgotten_with_their_bytes(tx: Tables) -> None:
    here = add_collection(tx).id
    tx.mirror.put_many(here, [card("a"), card("b")])
    tx.mirror.drop(here, ["a", "never seen"])
    assert tx.mirror.get(here, "a") is None
    assert tx._session.one("SELECT count(*) FROM mirror_raw") == (1,)
    assert tx.mirror.count(here) == 1


def test_collections_do_not_see_each_other(tx: Tables) -> None:
    here, there = add_collection(tx).id, add_collection(tx, href="/other/").id
    tx.mirror.put_many(here, [card("a", "here")])
    tx.mirror.put_many(there, [card("a", "there")])
    tx.mirror.mark_gone(there, ["a"])
    assert (tx.mirror.count(here), tx.mirror.count(there)) == (1, 0)
    assert tx.mirror.get(here, "a").item.raw == b"here"  # type: ignore[union-attr]
    assert [one.items for one in tx.collections.all()] == [1, 0]


def test_dirty_items_come_in_pages(tx: Tables) -> None:
    here = add_collection(tx).id
    tx.mirror.put_many(here, [card(f"{n:03}") for n in range(25)])
    seen, after = [], 0
    while page := tx.mirror.dirty(here, after=after, limit=10):
        found, after = page
        if not found:
            break
        seen += [mirrored.item.href for mirrored in found]
    assert seen == [f"{n:03}" for n in range(25)]


def test_a_pull_without_news_reads_no_item_bytes(store: Store) -> None:
    with store.transaction(STAMP) as tx:
        here = add_collection(tx).id
        tx.mirror.put_many(here, [card(str(n)) for n in range(1200)])
        tx.mirror.clear_dirty(here, [str(n) for n in range(1200)])
        tx._session.write("DROP TABLE mirror_raw")
        tx.mirror.put_many(here, [card(str(n), etag='"2"') for n in range(1200)])
        assert len(tx.mirror.etags(here)) == 1200
        assert tx.mirror.absent(here, {str(n) for n in range(1199)}) == ["1199"]
        assert tx.links.pending(here) == []
        assert tx.mirror.count(here) == 1200
