"""Saved filters."""

from __future__ import annotations

import pytest

from crmsync.errors import Usage
from crmsync.store.store import Tables


def test_a_filter_is_saved_changed_listed_and_forgotten(tx: Tables) -> None:
    tx.filters.set("mine", "owner = 'anna'")
    tx.filters.set("größe-2.x", "orders > 0")
    changed = tx.filters.set("mine", "owner = 'luca'")
    assert [(one.name, one.expression) for one in tx.filters.all()] == [
        ("größe-2.x", "orders > 0"),
        ("mine", "owner = 'luca'"),
    ]
    assert tx.filters.get("mine") == tx.filters.find("mine") == changed
    tx.filters.remove("mine")
    assert tx.filters.find("mine") is None


@pytest.mark.parametrize("name", ["", "two words", "sync", "name", "1", "x" * 65, "a/b", "-x", "_x", "x\n", "custom.x"])
def test_a_name_that_a_person_could_take_for_something_else_is_refused(tx: Tables, name: str) -> None:
    with pytest.raises(Usage, match="filter's name"):
        tx.filters.set(name, "1")
    assert tx.filters.all() == []


def test_an_expression_that_cannot_be_used_is_not_saved(tx: Tables) -> None:
    with pytest.raises(Usage, match="no column"):
        tx.filters.set("mine", "nonsense = 1")
    assert tx.filters.all() == []


def test_a_filter_that_is_not_there_is_told(tx: Tables) -> None:
    for ask in (tx.filters.get, tx.filters.remove):
        with pytest.raises(Usage, match="no such filter"):
            ask("mine")
