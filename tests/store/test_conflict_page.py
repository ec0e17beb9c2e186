"""Open conflicts page by page: grouped, filtered, jumped to, and never those that one may not see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmsync.core.selection import UserView
from crmsync.model import CollectionKind, Conflict, Link, Mode, Record, RecordType
from crmsync.store.accounts import Account
from crmsync.store.conflict_page import ConflictOrder, ConflictPlace, ConflictSelection
from crmsync.store.session import Stamp
from crmsync.store.store import Store

PEOPLE = [("a", "Zoë Ätzel", RecordType.CONTACT), ("b", "Bob", RecordType.LEAD), ("c", "Anna", RecordType.SUPPLIER)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.open(tmp_path / "home" / "store.sqlite", create=True)
    with made.transaction(Stamp("2026-01-01T00:00:00Z", "cli", "me")) as tx:
        account = tx.accounts.add(Account(0, "phone", "memory", Mode.TWO_WAY))
        place = tx.collections.upsert(account.id, "/b/", CollectionKind.ADDRESSBOOK, "b", "vcard", tuple(RecordType))
        for id, name, kind in PEOPLE:
            tx.records.create(Record(id, kind, {"name": name, "owner": "eva"} if id == "a" else {"name": name}))
            link = tx.links.insert(Link(0, id, place.id, f"{id}.vcf", id, None, {}))
            for field in ("note", "title"):
                tx.conflicts.open(Conflict(id, link.id, field, None, "x", "y"), place.id)
            if id != "a":
                there = id == "b"
                why = "" if there else 'its note says "annullato"'
                tx.conflicts.open(Conflict(id, link.id, "deleted", False, False, there, why), place.id)
    yield made
    made.close()


def shown(store: Store, selection: ConflictSelection, order: ConflictOrder, limit: int) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    after: ConflictPlace | None = None
    with store.view() as view:
        while True:
            rows, after = view.conflicts.page(selection, order, after, limit=limit)
            found += [(row.conflict.record, row.conflict.field) for row in rows]
            if after is None:
                return found


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_rows_stand_by_record_or_by_field_whatever_the_size_of_a_page(store: Store, limit: int) -> None:
    by_record = shown(store, ConflictSelection(), ConflictOrder.RECORD, limit)
    assert [record for record, _ in by_record] == ["c"] * 3 + ["b"] * 3 + ["a"] * 2
    by_field = shown(store, ConflictSelection(), ConflictOrder.FIELD, limit)
    assert [field for _, field in by_field] == ["deleted"] * 2 + ["note"] * 3 + ["title"] * 3


def test_a_jump_ahead_passes_rows_over(store: Store) -> None:
    with store.view() as view:
        rows, _ = view.conflicts.page(ConflictSelection(), ConflictOrder.RECORD, skip=6, limit=5)
    assert [row.conflict.record for row in rows] == ["a", "a"]


@pytest.mark.parametrize(
    ("selection", "n"),
    [
        (ConflictSelection(), 8),
        (ConflictSelection(text="zoe atz"), 2),
        (ConflictSelection(text="PHONE note"), 3),
        (ConflictSelection(text="nobody"), 0),
        (ConflictSelection(field="title"), 3),
        (ConflictSelection(type=RecordType.LEAD), 3),
        (ConflictSelection(account=99), 0),
        (ConflictSelection(link=1), 2),
        (ConflictSelection(values=True), 6),
        (ConflictSelection(there=True), 1),
        (ConflictSelection(there=False, worded=True), 1),
        (ConflictSelection(there=False, worded=False), 0),
    ],
)
def test_everything_that_is_given_must_hold(store: Store, selection: ConflictSelection, n: int) -> None:
    with store.view() as view:
        assert view.conflicts.count_of(selection) == len(view.conflicts.ids(selection)) == n


def test_a_decided_conflict_and_that_of_a_record_out_of_sight_are_not_there(store: Store) -> None:
    with store.transaction(Stamp("2026-01-01T00:00:01Z", "cli", "me")) as tx:
        tx.conflicts.close(1, "crm")
    leads = UserView(None, frozenset({RecordType.LEAD}))
    for sight, seen in ((None, 7), (UserView(frozenset({"eva"})), 1), (leads, 3)):
        with store.view(sight) as view:
            rows, _ = view.conflicts.page(ConflictSelection(), ConflictOrder.RECORD, limit=9)
            assert len(rows) == view.conflicts.count_of(ConflictSelection()) == seen
