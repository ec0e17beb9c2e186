"""The journal keeps everything, and says where each value came from."""

from __future__ import annotations

import re

import pytest

from crmsync.errors import Bug
from crmsync.model import RecordType
from crmsync.store.session import Stamp
from crmsync.store.store import Store, Tables
from crmsync.values import Labelled
from tests.store.content import LATER, NOW, STAMP, add_collection, contact


def test_a_creation_holds_all_fields_and_the_stamp(tx: Tables) -> None:
    tx.records.create(contact("a", "Anna", emails="a@acme.example"))
    (entry,) = tx.journal.entries()
    assert (entry.at, entry.origin, entry.actor, entry.reason, entry.run) == (NOW, "cli", "anna", "typed", None)
    assert (entry.record, entry.field, entry.before) == ("a", "", None)
    assert entry.after == {"name": "Anna", "emails": (Labelled("a@acme.example"),)}


def test_a_change_is_one_entry_for_each_field_with_both_values(tx: Tables) -> None:
    tx.records.create(contact("a", "Anna", title="Clerk", note="old"))
    tx.records.change("a", {"title": "CEO", "note": None, "name": "Anna"}, reason="promoted")
    entries = tx.journal.entries(after=1)
    assert [(entry.field, entry.before, entry.after, entry.reason) for entry in entries] == [
        ("note", "old", None, "promoted"),
        ("title", "Clerk", "CEO", "promoted"),
    ]


def test_a_change_that_changes_nothing_is_not_journalled(tx: Tables) -> None:
    tx.records.create(contact("a", "Anna"))
    assert tx.records.change("a", {"name": "Anna", "note": None}) == {}
    assert tx.journal.last() == 1


def test_entries_of_a_run_and_of_a_record(store: Store) -> None:
    with store.transaction(STAMP) as tx:
        run = tx.runs.start("sync", "work")
        tx.records.create(contact("a", "Anna"))
    with store.transaction(Stamp(LATER, "work", "sync", run=run)) as tx:
        tx.records.create(contact("b", "Bert"))
        tx.records.change("a", {"title": "CEO"})
    with store.view() as view:
        assert [entry.record for entry in view.journal.entries(run=run)] == ["b", "a"]
        assert [entry.seq for entry in view.journal.entries(record="a")] == [1, 3]
        assert [entry.seq for entry in view.journal.entries(after=1, limit=1)] == [2]
        assert [entry.seq for entry in view.journal.newest(limit=2)] == [3, 2]
        assert [entry.seq for entry in view.journal.newest(before=2)] == [1]


def test_other_parts_may_note_what_they_decided(tx: Tables) -> None:
    seq = tx.journal.note("a", "link:work", None, "/book/a.vcf", reason="accepted")
    (entry,) = tx.journal.entries(after=seq - 1)
    assert (entry.field, entry.after, entry.reason) == ("link:work", "/book/a.vcf", "accepted")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal SET after = NULL",
        "DELETE FROM journal",
        "INSERT OR REPLACE INTO journal (seq, stamp, record, field) VALUES (1, 1, 'a', 'forged')",
        "UPDATE stamps SET actor = 'nobody'",
        "DELETE FROM stamps",
        "INSERT OR REPLACE INTO stamps VALUES (1, NULL, '', '', '', '')",
    ],
)
def test_the_journal_can_only_grow(store: Store, sql: str) -> None:
    with store.transaction(STAMP) as tx:
        tx.records.create(contact("a", "Anna"))
    with pytest.raises(Bug, match=re.escape("append-only")), store.transaction(STAMP) as tx:
        tx._session.write(sql)
    with store.view() as view:
        (entry,) = view.journal.entries()
        assert (entry.actor, entry.field) == ("anna", "")


def test_deleting_restoring_and_retyping_leave_their_marks(tx: Tables) -> None:
    tx.records.create(contact("a", "Anna"))
    assert tx.records.delete("a") and not tx.records.delete("a")
    assert tx.records.restore("a") and not tx.records.restore("a")
    tx.records.retype("a", RecordType.LEAD)
    tx.records.retype("a", RecordType.LEAD)
    fields = {"name": "Anna"}
    assert [(entry.field, entry.before, entry.after) for entry in tx.journal.entries(after=1)] == [
        ("", fields, None),
        ("", None, fields),
        ("type", "contact", "lead"),
    ]


def test_entries_outlive_the_account_and_collection_they_came_from(store: Store) -> None:
    with store.transaction(STAMP) as tx:
        collection = add_collection(tx)
        tx.records.create(contact("a", "Anna"))
        tx.accounts.remove(collection.account)
    with store.view() as view:
        assert view.journal.last() == 1
