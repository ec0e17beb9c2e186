"""The check finds each thing that can be wrong."""

from __future__ import annotations

import pytest

from crmsync.store.store import Store
from tests.store.content import STAMP, add_collection, card, contact


def test_a_store_in_use_has_no_problems(store: Store) -> None:
    with store.transaction(STAMP) as tx:
        tx.records.create(contact("a", "Anna"))
        tx.mirror.put_many(add_collection(tx).id, [card("/a")])
    assert store.problems() == []


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        ("UPDATE totals SET n = 7 WHERE what = 'records'", "the count of records (contact) is wrong"),
        ("DELETE FROM totals WHERE what = 'mirror'", "the count of mirror (1) is wrong"),
        ("INSERT INTO totals VALUES ('queue', 'open', 3)", "the count of queue (open) is wrong"),
        ("DELETE FROM mirror_raw", "1 items of the mirror have no bytes"),
        ("UPDATE collections SET account = 99", "row 1 of collections names a row of accounts that is not there"),
        ("UPDATE records SET id = 'b'", "1 records have no creation in the journal"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(store: Store, damage: str, problem: str) -> None:
    with store.transaction(STAMP) as tx:
        tx.records.create(contact("a", "Anna"))
        tx.mirror.put_many(add_collection(tx).id, [card("/a")])
    store._connection.execute("PRAGMA foreign_keys = OFF")
    store._connection.execute(damage)
    assert store.problems() == [problem]
