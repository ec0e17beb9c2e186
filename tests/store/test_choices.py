"""What accounts get apart from flagged records."""

from __future__ import annotations

import pytest

from crmsync.core.selection import Why
from crmsync.errors import Usage
from crmsync.model import RecordType
from crmsync.store.choices import Choice
from crmsync.store.store import Tables
from tests.store.content import add_collection, contact, link

PEOPLE = (RecordType.CONTACT,)


def test_an_account_has_no_filter_until_it_is_given_one(tx: Tables) -> None:
    account = add_collection(tx).account
    assert tx.choices.get(account) == Choice()
    saved = tx.filters.set("mine", "owner = 'anna'")
    tx.choices.use(account, saved.id)
    tx.choices.looked(account, "terms", 7, "now")
    assert tx.choices.get(account) == Choice(saved, "terms", 7, "now")
    tx.choices.use(account, None)
    assert tx.choices.get(account) == Choice(None, "terms", 7, "now")


def test_a_filter_in_use_is_not_forgotten(tx: Tables) -> None:
    account = add_collection(tx).account
    tx.choices.use(account, tx.filters.set("mine", "1").id)
    assert tx.filters.accounts("mine") == ["work"]
    with pytest.raises(Usage, match="what work gets"):
        tx.filters.remove("mine")
    tx.accounts.remove(account)
    tx.filters.remove("mine")


def test_a_change_of_who_is_chosen_marks_their_links_at_this_account_only(tx: Tables) -> None:
    here, there = add_collection(tx), add_collection(tx, "home")
    for id in ("a", "b", "c"):
        tx.records.create(contact(id, id))
        for collection in (here, there):
            tx.links.insert(link(id, collection.id, f"/{id}"))
    tx.choices.change(here.account, Why.FILTER, ["b", "a"], [])
    assert [one.link.record for one in tx.links.pending(here.id)] == ["a", "b"]
    assert tx.links.pending(there.id) == []
    assert tx.choices.all(here.account) == {"a", "b"}
    assert tx.choices.on(here.account, ["a", "b", "c"]) == {"a": Why.FILTER, "b": Why.FILTER}
    assert tx.choices.all(there.account) == frozenset()
    tx.choices.change(here.account, Why.FILTER, ["c"], ["a"])
    assert tx.choices.all(here.account) == {"b", "c"}
    tx.choices.reconsider(there.account)
    assert len(tx.links.pending(there.id)) == 3


def test_chosen_records_without_an_item_are_told(tx: Tables) -> None:
    here = add_collection(tx)
    for id in ("a", "b", "c", "d"):
        tx.records.create(contact(id, id))
    tx.choices.change(here.account, Why.FILTER, ["a", "b", "c"], [])
    tx.links.insert(link("a", here.id, "/a"))
    tx.records.delete("b")
    assert tx.choices.unlinked(here.account, PEOPLE) == ["c"]
    assert tx.choices.unlinked(here.account, (RecordType.LEAD,)) == []
