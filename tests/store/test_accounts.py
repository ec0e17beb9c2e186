"""Accounts, collections and users: kept as they were told, changed only by what is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crmsync.errors import Usage
from crmsync.model import CollectionKind, Conflict, Cursor, Mode, RecordType
from crmsync.store.accounts import Account
from crmsync.store.import_queue import Found
from crmsync.store.store import Store, Tables
from crmsync.store.users import Scope, User
from tests.store.content import STAMP, add_collection, card, contact, link

FULL = Account(
    0, "work", "dav", Mode.IMPORT, 1, "https://dav.example", "anna", {"depth": "1"}, {"server": "x"}, "keyring", "ok",
    "fine", {"masters": {"company": {"vat_number": "remote"}}}, True, "2026-01-02T00:00:00Z",
)  # fmt: skip


def test_an_account_comes_back_as_it_was_added(tx: Tables) -> None:
    added = tx.accounts.add(FULL)
    assert added == replace(FULL, id=added.id)
    assert tx.accounts.get("work") == added
    assert tx.accounts.all() == [added]
    assert tx.accounts.find("home") is None
    with pytest.raises(Usage, match="account list"):
        tx.accounts.get("home")
    with pytest.raises(Usage, match="already"):
        tx.accounts.add(FULL)


def test_an_account_changes_whole_or_in_part(tx: Tables) -> None:
    added = tx.accounts.add(FULL)
    tx.accounts.set(replace(added, name="office", mode=Mode.TWO_WAY))
    tx.accounts.set_state(added.id, "sign-in", "the password was refused", "2026-01-03T00:00:00Z")
    tx.accounts.set_paused(added.id, False)
    tx.accounts.set_hints(added.id, {"server": "y"})
    assert tx.accounts.get("office") == replace(
        added,
        name="office",
        mode=Mode.TWO_WAY,
        state="sign-in",
        message="the password was refused",
        hints={"server": "y"},
        paused=False,
        until="2026-01-03T00:00:00Z",
    )


def test_saying_what_is_known_writes_nothing(store: Store) -> None:
    with store.transaction(STAMP) as tx:
        account = tx.accounts.add(FULL)
        collection = add_collection(tx)
        tx.collections.set_cursor(collection.id, Cursor("7"))
        tx.collections.set_acked(collection.id, 5)
    before = store._connection.total_changes
    with store.transaction(STAMP) as tx:
        tx.accounts.set_state(account.id, "ok", "fine", FULL.until)
        tx.accounts.set_hints(account.id, {"server": "x"})
        add_collection(tx)
        tx.collections.set_cursor(collection.id, Cursor("7"))
        tx.collections.set_acked(collection.id, 5)
        tx.collections.set_hints(collection.id, {})
    assert store._connection.total_changes == before


def test_a_collection_keeps_what_is_ours_when_its_remote_describes_it_again(tx: Tables) -> None:
    first = add_collection(tx)
    tx.collections.select(first.id, False)
    tx.collections.set_cursor(first.id, Cursor("token"))
    tx.collections.set_acked(first.id, 9)
    tx.collections.set_acked(first.id, 3)
    tx.collections.set_hints(first.id, {"empty": "twice"})
    again = tx.collections.upsert(
        first.account, first.href, CollectionKind.ADDRESSBOOK, "Renamed", "vcard", [RecordType.LEAD], read_only=True
    )
    assert again == replace(
        first, name="Renamed", accepts=(RecordType.LEAD,), read_only=True, selected=False, cursor=Cursor("token"),
        acked_seq=9, hints={"empty": "twice"},
    )  # fmt: skip
    assert tx.collections.get(first.id) == again


def test_collections_of_an_account_selected_or_not(tx: Tables) -> None:
    one, two = add_collection(tx), add_collection(tx, href="/2/")
    add_collection(tx, "home")
    tx.collections.select(two.id, False)
    assert [found.id for found in tx.collections.of(one.account)] == [one.id, two.id]
    assert [found.id for found in tx.collections.of(one.account, selected=True)] == [one.id]
    assert [found.id for found in tx.collections.of(one.account, selected=False)] == [two.id]
    assert len(tx.collections.all()) == 3
    tx.collections.set_cursor(one.id, Cursor("x"))
    tx.collections.set_cursor(one.id, None)
    assert tx.collections.get(one.id).cursor is None
    tx.collections.remove(one.id)
    with pytest.raises(Usage, match="no such collection"):
        tx.collections.get(one.id)


def test_removing_an_account_keeps_records_and_what_was_decided(store: Store) -> None:
    with store.transaction(STAMP) as tx:
        here = add_collection(tx)
        tx.records.create(contact("a", "Anna"))
        linked = tx.links.insert(link("a", here.id, "/a"))
        tx.mirror.put_many(here.id, [card("/a"), card("/b")])
        tx.queue.put(here.account, here.id, Found("/b", "Bert"))
        tx.parked.put(here.id, "/c", None, "broken", b"x")
        tx.plans.hold(here.account, here.id, "too much", {})
        tx.plans.remember(here.id, "/a", "deleted", "keep")
        logged, _ = tx.conflicts.open(Conflict("a", linked.id, "name", "x", "y", "z"), here.id)
        tx.accounts.remove(here.account)
    with store.view() as view:
        assert view.records.get("a") is not None
        assert (view.accounts.all(), view.collections.all(), view.links.for_record("a")) == ([], [], [])
        assert (view.queue.totals(), view.parked.count(), view.plans.count(), view.mirror.count(here.id)) == (
            {},
            0,
            0,
            0,
        )
        after = view.conflicts.get(logged.id)
        assert (after.open, after.resolution) == (False, "account removed")
    assert store.problems() == []


def test_users_have_a_scope_and_a_name_of_their_own(tx: Tables) -> None:
    bert = tx.users.add(User(0, "bert", "bert@acme.example", Scope.OWN, sees_suppliers=False))
    assert [user.name for user in tx.users.all()] == ["me", "bert"]
    tx.users.set(replace(bert, scope=Scope.TEAM))
    assert tx.users.get("bert") == replace(bert, scope=Scope.TEAM)
    with pytest.raises(Usage, match="already"):
        tx.users.add(User(0, "bert"))
    with pytest.raises(Usage, match="user list"):
        tx.users.get("carl")
