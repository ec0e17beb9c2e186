"""Conflicts are told once, decided once, and the losing value is kept."""

from __future__ import annotations

import pytest

from crmsync.errors import Usage
from crmsync.model import Conflict
from crmsync.store.store import Tables
from crmsync.values import Labelled
from tests.store.content import NOW, add_collection, contact, link

MAILS = ((Labelled("a@x.example"),), (Labelled("b@x.example"),), None)


@pytest.fixture
def conflict(tx: Tables) -> Conflict:
    tx.records.create(contact("a", "Anna"))
    linked = tx.links.insert(link("a", add_collection(tx).id, "/a"))
    return Conflict("a", linked.id, "emails", *MAILS)


def test_a_conflict_is_told_once_even_after_it_was_decided(tx: Tables, conflict: Conflict) -> None:
    logged, new = tx.conflicts.open(conflict, 1)
    assert (new, logged.conflict, logged.since, logged.open) == (True, conflict, NOW, True)
    assert tx.conflicts.open(conflict, 1) == (logged, False)
    tx.conflicts.close(logged.id, "crm", losing=conflict.remote)
    again, new = tx.conflicts.open(conflict, 1)
    assert (again.id, new, again.open) == (logged.id, False, False)
    assert tx.conflicts.known(conflict) == again


def test_a_decision_keeps_who_when_and_the_value_that_lost(tx: Tables, conflict: Conflict) -> None:
    logged, _ = tx.conflicts.open(conflict, 1)
    tx.conflicts.close(logged.id, "remote", losing=conflict.crm)
    after = tx.conflicts.get(logged.id)
    assert (after.resolution, after.losing, after.resolved_at, after.resolved_by) == ("remote", MAILS[1], NOW, "anna")
    with pytest.raises(Usage, match="decided already"):
        tx.conflicts.close(logged.id, "crm")


def test_other_values_of_the_same_field_supersede_the_open_conflict(tx: Tables, conflict: Conflict) -> None:
    old, _ = tx.conflicts.open(conflict, 1)
    newer = Conflict("a", conflict.link, "emails", MAILS[0], MAILS[1], (Labelled("c@x.example"),))
    logged, new = tx.conflicts.open(newer, 1)
    assert new
    assert tx.conflicts.get(old.id).resolution == "superseded"
    assert tx.conflicts.list() == [logged]
    assert tx.conflicts.find(conflict.link, "emails") == logged
    assert tx.conflicts.find(conflict.link, "name") is None
    with pytest.raises(Usage, match="newer conflict"):
        tx.conflicts.reopen(old.id)


def test_a_decision_can_be_taken_back(tx: Tables, conflict: Conflict) -> None:
    logged, _ = tx.conflicts.open(conflict, 1)
    tx.conflicts.close(logged.id, "remote", losing=conflict.crm)
    tx.conflicts.reopen(logged.id)
    assert tx.conflicts.get(logged.id) == logged


def test_a_conflict_decided_at_once_is_noted_with_its_loser(tx: Tables, conflict: Conflict) -> None:
    noted = tx.conflicts.note(conflict, 1, "the ERP is master", conflict.remote)
    assert (noted.open, noted.resolution, noted.conflict) == (False, "the ERP is master", conflict)
    assert tx.conflicts.note(conflict, 1, "again", None) == noted
    assert tx.conflicts.count() == 0


def test_a_deletion_that_waits_is_a_conflict_of_flags(tx: Tables, conflict: Conflict) -> None:
    deletion = Conflict("a", conflict.link, "deleted", False, False, True)
    logged, _ = tx.conflicts.open(deletion, 1)
    assert logged.conflict == deletion


def test_lists_by_state_record_link_and_field_in_pages(tx: Tables, conflict: Conflict) -> None:
    ids = [
        tx.conflicts.open(Conflict("a", conflict.link, field, "x", "y", "z"), 1)[0].id
        for field in ("name", "note", "title")
    ]
    tx.conflicts.close(ids[0], "crm")
    assert tx.conflicts.count() == 2
    for options, expected in [
        ({}, ids[1:]),
        ({"open": False}, ids[:1]),
        ({"open": None}, ids),
        ({"open": None, "field": "note"}, ids[1:2]),
        ({"record": "b"}, []),
        ({"record": "a", "link": conflict.link, "limit": 1}, ids[1:2]),
        ({"after": ids[1]}, ids[2:]),
    ]:
        assert [logged.id for logged in tx.conflicts.list(**options)] == expected, options  # type: ignore[arg-type]
    with pytest.raises(Usage, match="no such conflict"):
        tx.conflicts.get(99)
