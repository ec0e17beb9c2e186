"""Pages of records: whichever way one comes to a row, it is the same row."""

from __future__ import annotations

import pytest

from crmsync.core.selection import UserView
from crmsync.model import Record, RecordType
from crmsync.store import record_list
from crmsync.store.record_list import Selection
from crmsync.store.store import Store
from tests.store.content import STAMP, contact

SELECTIONS = [
    Selection(),
    Selection(types=(RecordType.CONTACT,)),
    Selection(types=(RecordType.CONTACT, RecordType.SUPPLIER)),
    Selection(search="anna"),
    Selection(search="anna", where="title = 'odd'"),
    Selection(search="clerk", types=(RecordType.CONTACT,)),
    Selection(where="title = 'odd'"),
]
SIGHTS = [None, UserView(), UserView(types=frozenset(RecordType) - {RecordType.SUPPLIER}), UserView(frozenset({"eva"}))]


@pytest.fixture
def full(store: Store) -> Store:
    """Some who are called Anna, some who have an Anna in their name, and some only in their notes; in no order."""
    names = ["Anna", "Anna", "anna rossi", "Bert", "Maria Anna", "Carla", "Anna Bianchi", "Zoe", "Đào", "Berta Anna"]
    with store.transaction(STAMP) as tx:
        for n in range(60):
            fields = {"note": "Anna's clerk"} if n % 7 == 0 else {}
            one = contact(f"r{n:02}", names[n % 10], title="odd" if n % 2 else "even", owner=["eva", "leo"][n % 3 == 0])
            kind = RecordType.SUPPLIER if n % 5 == 0 else one.type
            tx.records.create(Record(one.id, kind, {**one.fields, **fields}))
        tx.records.delete("r03")
    return store


@pytest.mark.parametrize("broad", [3000, 5])
@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("selection", SELECTIONS)
def test_rows_that_are_skipped_are_those_that_would_have_come_first(
    full: Store, monkeypatch: pytest.MonkeyPatch, selection: Selection, sight: UserView | None, broad: int
) -> None:
    monkeypatch.setattr(record_list, "_BROAD", broad)
    with full.view(sight) as view:
        every = [record.id for record in view.records.each(selection)]
        assert sorted(every) == sorted(view.records.ids(selection))
        assert view.records.count(selection) == len(every) > 3
        for skip in range(0, len(every) + 2, 3):
            page = view.records.list(selection, skip=skip, limit=4)
            assert [record.id for record in page.records] == every[skip : skip + 4]
            assert (page.next is None) is (skip + 4 >= len(every))
        first = view.records.list(selection, limit=2)
        for skip in range(len(every)):
            page = view.records.list(selection, after=first.next, skip=skip, limit=3)
            assert [record.id for record in page.records] == every[2 + skip : 5 + skip]


@pytest.mark.parametrize("sight", [None, UserView()])
def test_a_jump_to_the_end_goes_along_the_names_and_sorts_nothing(full: Store, sight: UserView | None) -> None:
    steps: list[str] = []
    with full.view(sight) as view:
        connection = view.records._session.connection
        connection.set_trace_callback(steps.append)
        view.records.list(skip=50, limit=5)
        connection.set_trace_callback(None)
        (sql,) = [step for step in steps if "OFFSET" in step]
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert any("USING INDEX records_sort" in step for step in plan)
    assert not any(step.startswith("SCAN r") for step in plan)
