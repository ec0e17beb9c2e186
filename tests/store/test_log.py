"""The log: nothing is told twice or left out, whatever the pages."""

from __future__ import annotations

import pytest

from crmsync.model import Link
from crmsync.store.log import START, LogLine, LogSelection, Source
from crmsync.store.session import Stamp
from crmsync.store.store import Store
from tests.store.content import add_collection, contact

ALL = LogSelection()


@pytest.fixture
def filled(store: Store) -> Store:
    """Three runs, each with a new record, two changes of it, a write and a decision."""
    for number in range(3):
        stamp = Stamp(f"2026-03-01T09:0{number}:00Z", "cli", "anna" if number else "eva", reason="typed")
        with store.transaction(stamp) as tx:
            tx.begin_run("decision")
            book = add_collection(tx)
            tx.records.create(contact(f"r{number}", f"Änna {number}", title="Clerk"))
            tx.records.change(f"r{number}", {"title": "CEO", "note": "x"})
            tx.pushes.created(Link(0, f"r{number}", book.id, f"/b/{number}", "u", None, {}), {"name": "A"}, b"raw")
            tx.decisions.note("filter", f"f{number}", None, "1")
    return store


def test_pages_of_any_size_hold_every_line_once(filled: Store) -> None:
    with filled.view() as view:
        whole = view.journal.log.newest(ALL, limit=100)
        assert len(whole) == view.journal.log.count(ALL) == 15
        assert [one.mark for one in whole] == sorted((one.mark for one in whole), reverse=True)
        assert [one.source for one in whole[:5]] == [Source.WRITE, *[Source.CHANGE] * 3, Source.DECISION]
        for size in (1, 2, 4, 7):
            pages: list[LogLine] = []
            while page := view.journal.log.newest(ALL, pages[-1].mark if pages else START, limit=size):
                pages += page
            assert pages == whole
        assert view.journal.log.newest(ALL, whole[3].mark, skip=2, limit=3) == whole[6:9]


def test_what_came_since_is_what_was_written_after_the_end(filled: Store) -> None:
    with filled.view() as view:
        end, whole = view.journal.log.last(), view.journal.log.newest(ALL)
        assert view.journal.log.since(ALL, end) == []
        assert view.journal.log.since(ALL, (0, 0, 0)) == whole[::-1]
        assert view.journal.log.since(ALL, whole[9].mark, limit=4) == whole[8:4:-1]
    with filled.transaction(Stamp("2026-03-01T08:00:00Z", "cli", "anna")) as tx:  # the clock was set back
        tx.records.change("r0", {"title": "CTO"})
    with filled.view() as view:
        assert [one.after for one in view.journal.log.since(ALL, end)] == ["CTO"]


@pytest.mark.parametrize(
    ("selection", "count"),
    [
        (LogSelection(text="anna 1"), 4),
        (LogSelection(text="nobody"), 0),
        (LogSelection(actor="eva"), 5),
        (LogSelection(run=2), 5),
        (LogSelection("anna", "eva", 2), 0),
    ],
)
def test_only_what_is_meant_is_told_and_counted(filled: Store, selection: LogSelection, count: int) -> None:
    with filled.view() as view:
        assert len(view.journal.log.newest(selection)) == len(view.journal.log.since(selection, (0, 0, 0))) == count
        assert view.journal.log.count(selection) == count
