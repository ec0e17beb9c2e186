"""What `status` shows: few statements, no objects, and true."""

from __future__ import annotations

from dataclasses import replace

from crmsync.store.accounts import Account
from crmsync.store.store import Store
from tests.store.content import LATER, STAMP, add_collection, card


def test_an_account_shows_its_items_and_when_it_was_last_done(store: Store) -> None:
    with store.transaction(STAMP) as tx:
        collection = add_collection(tx)
        other = tx.accounts.add(Account(0, "quiet", "folder"))
        tx.mirror.put_many(collection.id, [card("/book/1"), card("/book/2")])
        first = tx.runs.start("sync", "work")
    with store.transaction(replace(STAMP, at=LATER)) as tx:
        tx.runs.finish(first, "done", {})
        tx.runs.start("sync", "work")  # under way: the last one that ended is what counts
        tx.accounts.set_state(other.id, "failing", "no answer")
    with store.view() as view:
        seen = {row[0]: row[2:6] for row in view.overview()}
    assert seen["work"] == ("new", "", 2, LATER)
    assert seen["quiet"] == ("failing", "no answer", 0, None)
