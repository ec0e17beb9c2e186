"""Decisions about conflicts: which value stands, where the other one is kept, and what a deletion means."""

from __future__ import annotations

import pytest

from crmsync.core.origin import Origin
from crmsync.errors import Usage
from crmsync.model import OnDelete
from crmsync.review import conflicts, provenance
from crmsync.review.conflicts import Choice
from crmsync.store.conflict_log import LoggedConflict
from crmsync.values import Labelled, Value
from tests.cycle.bench_of import BOOK, Hub, Spoke, edit, settled


def clash(hub: Hub, phone: Spoke) -> str:
    """Both sides wrote a note."""
    id = hub.add(name="Ada", note="agreed")
    settled(phone)
    edit_note(phone, "phone")
    hub.set(id, note="office")
    assert phone.sync().conflicts == 1
    return id


def edit_note(phone: Spoke, text: str) -> None:
    (href,) = phone.hrefs()
    lines = [line for line in phone.text(href).split("\r\n") if not line.startswith("NOTE")]
    phone.remote.edit(BOOK, href, "\r\n".join(lines).replace("END:VCARD", f"NOTE:{text}\r\nEND:VCARD").encode())


def decide(hub: Hub, choice: Choice, value: Value | None = None) -> LoggedConflict:
    (conflict,) = hub.conflicts()
    with hub.typing() as tx:
        conflicts.resolve(tx, conflict.id, choice, value)
        return tx.conflicts.get(conflict.id)


@pytest.mark.parametrize(
    ("choice", "value", "stands", "losing"),
    [
        (Choice.CRM, None, "office", "phone"),
        (Choice.REMOTE, None, "phone", "office"),
        (Choice.BASE, None, "agreed", "office"),
        (Choice.VALUE, "third", "third", "office"),
        (Choice.VALUE, None, None, "office"),
    ],
)
def test_the_chosen_value_stands_and_the_other_one_is_kept(
    hub: Hub, phone: Spoke, choice: Choice, value: str | None, stands: str | None, losing: str
) -> None:
    id = clash(hub, phone)
    decided = decide(hub, choice, value)
    assert (decided.open, decided.resolution, decided.losing, decided.resolved_by) == (False, choice, losing, "me")
    assert hub.fields(id).get("note") == stands
    settled(phone)
    assert hub.fields(id).get("note") == stands
    assert ("NOTE" in phone.text(phone.hrefs()[0])) is (stands is not None)


def test_the_journal_says_who_decided_and_which_conflict(hub: Hub, phone: Spoke) -> None:
    id = clash(hub, phone)
    decided = decide(hub, Choice.REMOTE)
    with hub.store.view() as view:
        record = view.records.get(id)
        assert record is not None
        (note,) = provenance.why(view, record, "note")
    (href,) = phone.hrefs()
    assert (note.entry.actor, note.value, note.replaced) == ("me", "phone", "office")
    assert note.origin == Origin(f"conflict {decided.id}: remote", "phone", href)


def test_what_was_typed_after_the_conflict_was_found_is_the_value_that_loses(hub: Hub, phone: Spoke) -> None:
    id = clash(hub, phone)
    hub.set(id, note="later")
    assert decide(hub, Choice.REMOTE).losing == "later"


def test_both_joins_a_list_and_no_text(hub: Hub, phone: Spoke) -> None:
    id = clash(hub, phone)
    before = (hub.fields(id), hub.conflicts())
    with pytest.raises(Usage, match="only one of the two"):
        decide(hub, Choice.BOTH)
    assert (hub.fields(id), hub.conflicts()) == before


def test_both_joins_the_lists_of_the_two_sides_as_they_are_now(hub: Hub, phone: Spoke) -> None:
    id = hub.add(name="Ada", phones=(Labelled("+39 02 1"),))
    settled(phone)
    (href,) = phone.hrefs()
    with hub.typing() as tx:
        (link,) = tx.links.for_record(id)
        conflict = conflicts.Conflict(id, link.id, "phones", None, (Labelled("+39 02 1"),), (Labelled("+39 02 2"),))
        tx.conflicts.open(conflict, phone.collection)
    hub.set(id, phones=(Labelled("+39 02 1"), Labelled("+39 02 3")))
    decide(hub, Choice.BOTH)
    assert [entry.value for entry in hub.fields(id)["phones"]] == ["+39 02 1", "+39 02 3", "+39 02 2"]  # type: ignore[union-attr]
    settled(phone)
    assert "+39 02 3" in phone.text(href)


def test_a_conflict_is_decided_once(hub: Hub, phone: Spoke) -> None:
    clash(hub, phone)
    decided = decide(hub, Choice.CRM)
    with hub.typing() as tx, pytest.raises(Usage, match="decided already"):
        conflicts.resolve(tx, decided.id, Choice.REMOTE)
    with hub.typing() as tx, pytest.raises(Usage):
        conflicts.resolve(tx, 999, Choice.REMOTE)


def test_a_conflict_ends_with_its_link(hub: Hub, phone: Spoke) -> None:
    id = clash(hub, phone)
    (conflict,) = hub.conflicts()
    with hub.typing() as tx:
        tx.links.delete(tx.links.for_record(id)[0].id)
    assert hub.conflicts() == []
    with hub.typing() as tx, pytest.raises(Usage, match="decided already"):
        conflicts.resolve(tx, conflict.id, Choice.CRM)


# --- deletions


def vanished(hub: Hub, phone: Spoke) -> str:
    """Deleted at the remote, there in the hub."""
    id = hub.add(name="Ada")
    settled(phone)
    phone.remote.remove(BOOK, phone.hrefs()[0])
    phone.sync()
    return id


def edited_and_deleted(hub: Hub, phone: Spoke) -> str:
    """Deleted in the hub, edited at the remote."""
    id = hub.add(name="Ada")
    settled(phone)
    hub.delete(id)
    edit(phone, phone.hrefs()[0], "NOTE:new")
    phone.sync()
    return id


def is_deleted(hub: Hub, id: str) -> bool:
    with hub.store.view() as view:
        record = view.records.get(id, deleted=True)
        assert record is not None
        return record.deleted


@pytest.mark.parametrize(
    ("choice", "value", "deleted", "items"),
    [
        (Choice.CRM, None, False, 1),
        (Choice.BASE, None, False, 1),
        (Choice.REMOTE, None, True, 0),
        (Choice.VALUE, OnDelete.DELETE.value, True, 0),
        (Choice.VALUE, OnDelete.UNFLAG.value, False, 0),
        (Choice.VALUE, OnDelete.ARCHIVE.value, False, 0),
    ],
)
def test_what_a_deletion_at_the_remote_means(
    hub: Hub, phone: Spoke, choice: Choice, value: str | None, deleted: bool, items: int
) -> None:
    id = vanished(hub, phone)
    decide(hub, choice, value)
    settled(phone)
    assert (is_deleted(hub, id), len(phone.hrefs())) == (deleted, items)
    assert hub.fields(id).get("status") == ("inactive" if value == "archive" else None)
    assert hub.conflicts() == []


@pytest.mark.parametrize(
    ("choice", "value", "deleted", "items"),
    [
        (Choice.CRM, None, True, 0),
        (Choice.REMOTE, None, False, 1),
        (Choice.VALUE, OnDelete.DELETE.value, True, 0),
    ],
)
def test_what_a_deletion_in_the_hub_means_for_an_item_that_was_edited(
    hub: Hub, phone: Spoke, choice: Choice, value: str | None, deleted: bool, items: int
) -> None:
    id = edited_and_deleted(hub, phone)
    assert len(phone.hrefs()) == 1
    decide(hub, choice, value)
    settled(phone)
    assert (is_deleted(hub, id), len(phone.hrefs())) == (deleted, items)
    if not deleted:
        assert hub.fields(id)["note"] == "new"


@pytest.mark.parametrize(("choice", "value"), [(Choice.BOTH, None), (Choice.VALUE, "perhaps"), (Choice.VALUE, None)])
def test_a_deletion_has_no_other_answers(hub: Hub, phone: Spoke, choice: Choice, value: str | None) -> None:
    id = vanished(hub, phone)
    with pytest.raises(Usage, match="unflag, archive or delete"):
        decide(hub, choice, value)
    assert len(hub.conflicts()) == 1
    assert not is_deleted(hub, id)


def test_a_deletion_is_decided_also_when_the_item_can_no_longer_be_read(hub: Hub, phone: Spoke) -> None:
    id = edited_and_deleted(hub, phone)
    (href,) = phone.hrefs()
    phone.remote.edit(BOOK, href, b"rubbish")
    phone.sync()
    decide(hub, Choice.CRM)
    assert is_deleted(hub, id)
    phone.sync()
    assert phone.hrefs() == [href]
    with hub.store.view() as view:
        assert [parked.raw for parked in view.parked.list()] == [b"rubbish"]


# --- the value that lost


@pytest.mark.parametrize(
    ("choice", "value", "stands"),
    [(Choice.CRM, None, "phone"), (Choice.REMOTE, None, "office"), (Choice.VALUE, "third", "office")],
)
def test_the_value_that_lost_is_put_back_everywhere(
    hub: Hub, phone: Spoke, choice: Choice, value: str | None, stands: str
) -> None:
    id = clash(hub, phone)
    decided = decide(hub, choice, value)
    settled(phone)
    with hub.typing() as tx:
        conflicts.restore(tx, decided.id)
    settled(phone)
    assert hub.fields(id)["note"] == stands
    assert f"NOTE:{stands}" in phone.text(phone.hrefs()[0])
    assert hub.conflicts() == []


def test_entries_of_a_list_that_were_lost_come_back_beside_those_that_are_there(hub: Hub, phone: Spoke) -> None:
    id = hub.add(name="Ada", phones=(Labelled("+39 02 1"),))
    settled(phone)
    with hub.typing() as tx:
        (link,) = tx.links.for_record(id)
        lost = conflicts.Conflict(id, link.id, "phones", None, None, (Labelled("+39 02 2"),))
        logged = tx.conflicts.note(lost, phone.collection, "refused", (Labelled("+39 02 2"),))
        conflicts.restore(tx, logged.id)
    assert [entry.value for entry in hub.fields(id)["phones"]] == ["+39 02 1", "+39 02 2"]  # type: ignore[union-attr]


def test_what_cannot_be_put_back_is_said(hub: Hub, phone: Spoke) -> None:
    id = clash(hub, phone)
    (conflict,) = hub.conflicts()
    with hub.typing() as tx, pytest.raises(Usage, match="is open"):
        conflicts.restore(tx, conflict.id)
    decide(hub, Choice.CRM)
    hub.delete(id)
    with hub.typing() as tx, pytest.raises(Usage, match="record is deleted"):
        conflicts.restore(tx, conflict.id)
    with hub.typing() as tx:
        tx.conflicts.reopen(conflict.id)
        tx.conflicts.close(conflict.id, "settled")
        with pytest.raises(Usage, match="no value was lost"):
            conflicts.restore(tx, conflict.id)


def test_a_record_that_a_decision_deleted_comes_back_once(hub: Hub, phone: Spoke) -> None:
    id = vanished(hub, phone)
    decided = decide(hub, Choice.REMOTE)
    assert is_deleted(hub, id)
    with hub.typing() as tx:
        conflicts.restore(tx, decided.id)
        with pytest.raises(Usage, match="record is there"):
            conflicts.restore(tx, decided.id)
    settled(phone)
    assert not is_deleted(hub, id)
    assert len(phone.hrefs()) == 1
