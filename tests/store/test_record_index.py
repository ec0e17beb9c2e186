"""The index holds exactly the words and keys of the records that are there, whatever happened to them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync.core.keys import record_keys
from crmsync.store import record_index
from crmsync.store.record_list import Selection
from crmsync.store.store import Store, Tables
from tests.store.content import STAMP, contact

NAMES = st.sampled_from(["Anna", "Bert", "Anna Bert", "Carla"])
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["create", "rename", "delete", "restore", "search", "commit"]), st.sampled_from("xyz"), NAMES
    ),
    max_size=20,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("index")


@settings(max_examples=60)
@given(DEEDS, st.sampled_from([1, 2, 2000]))
def test_the_index_agrees_with_the_records(folder: Path, deeds: list[tuple[str, str, str]], most: int) -> None:
    path = folder / f"{len(list(folder.iterdir()))}.db"
    with pytest.MonkeyPatch.context() as patch, Store.open(path, create=True) as store:
        patch.setattr(record_index, "_MOST", most)
        while deeds:
            with store.transaction(STAMP, durable=False) as tx:
                deeds = _do(tx, deeds)
        with store.view() as view:
            _agrees(view)
        assert store.problems() == []


def _do(tx: Tables, deeds: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Does what comes before the next commit; what is left."""
    for number, (deed, id, name) in enumerate(deeds, 1):
        there = tx.records.get(id, deleted=True) is not None
        match deed:
            case "commit":
                return deeds[number:]
            case "search":
                _agrees(tx)
            case "create" if not there:
                tx.records.create(contact(id, name))
            case "rename" if there:
                tx.records.change(id, {"name": name})
            case "delete" if there:
                tx.records.delete(id)
            case "restore" if there:
                tx.records.restore(id)
    return []


def _agrees(tables: Tables) -> None:
    records = list(tables.records.each())
    for word in ("anna", "bert", "carla"):
        expected = {record.id for record in records if word in str(record.fields["name"]).lower()}
        assert set(tables.records.ids(Selection(search=word))) == expected
    keys = {("name", name): set[str]() for name in ("anna", "bert", "anna bert", "carla")}
    for record in records:
        for key in set(record_keys(record.type, record.fields)) & keys.keys():
            keys[key].add(record.id)
    found = {key: set(ids) for key, ids in tables.records.by_keys(keys).items()}
    assert found == {key: ids for key, ids in keys.items() if ids}


def test_a_transaction_that_is_rolled_back_leaves_no_words_behind(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction(STAMP) as tx:
        tx.records.create(contact("a", "Anna"))
        assert tx.records.count(Selection(search="anna")) == 1
        raise RuntimeError
    with store.view() as view:
        assert view.records.count(Selection(search="anna")) == 0
