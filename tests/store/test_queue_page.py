"""The import queue, page by page."""

from __future__ import annotations

import pytest

from crmsync.model import Candidate, Confidence, Record, RecordType
from crmsync.store.import_queue import Found, QueueSelection
from crmsync.store.queue_page import Place, QueueOrder
from crmsync.store.store import Tables
from tests.store.content import add_collection


def filled(tx: Tables, scores: list[int | None]) -> None:
    """A queue of items `0`, `1` ..., with a suggestion of this score or none."""
    tx.records.create(Record("r1", RecordType.CONTACT, {"name": "Known"}))
    collection = add_collection(tx)
    tx.queue.put_many(
        collection.account,
        collection.id,
        [
            Found(
                f"/{n}.vcf",
                f"Item {n}",
                suggestion=None if score is None else Candidate("r1", Confidence.MEDIUM, score, ()),
            )
            for n, score in enumerate(scores)
        ],
    )


def names(tx: Tables, order: QueueOrder, *, limit: int, skip: int = 0, text: str = "") -> list[str]:
    """The whole list, page by page."""
    found: list[str] = []
    place: Place | None = None
    while True:
        rows, place = tx.queue.page(QueueSelection(text=text), order, place, skip=skip, limit=limit)
        found += [row.item.name.removeprefix("Item ") for row in rows]
        skip = 0
        if place is None:
            return found


SCORES = [None, 50, 90, None, 90, 10, None]
BEST = ["2", "4", "1", "5", "0", "3", "6"]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_the_best_matches_come_first_whatever_the_size_of_the_pages(tx: Tables, limit: int) -> None:
    filled(tx, SCORES)
    assert names(tx, QueueOrder.BEST, limit=limit) == BEST
    assert names(tx, QueueOrder.OLDEST, limit=limit) == list("0123456")


@pytest.mark.parametrize("skip", range(9))
def test_rows_can_be_passed_over_into_the_next_part_of_the_order(tx: Tables, skip: int) -> None:
    filled(tx, SCORES)
    assert names(tx, QueueOrder.BEST, limit=2, skip=skip) == BEST[skip:]


@pytest.mark.parametrize(
    ("typed", "found"),
    [("novak", 1), ("NOVÁK", 1), ("petr acme", 1), ("acme", 1), ("*", 0), ("[a-z]", 0), ("?", 0), ("603 111", 1)],
)
def test_what_is_typed_is_found_inside_of_words_and_is_no_pattern(tx: Tables, typed: str, found: int) -> None:
    collection = add_collection(tx)
    item = Found("/n.vcf", "Novák Petr", "Acme Srl", ("petr@acme.it",), ("+420 603 111 222",))
    tx.queue.put_many(collection.account, collection.id, [item])
    assert tx.queue.count(QueueSelection(text=typed)) == found
    assert len(names(tx, QueueOrder.BEST, limit=10, text=typed)) == found
