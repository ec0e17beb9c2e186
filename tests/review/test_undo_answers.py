"""Answers to conflicts, and the policies made with them, are taken back and brought again as a whole."""

from __future__ import annotations

import pytest

from crmsync.review import conflict_policies, conflicts
from crmsync.review.conflicts import Choice
from crmsync.values import Labelled
from tests.cycle.bench_of import BOOK, Spoke, edit, settled
from tests.review.person import Person


def clash(hub: Person, phone: Spoke) -> tuple[str, str, int]:
    """A note that both sides changed: record, href, conflict."""
    anna = hub.add(name="Anna Rossi", note="old")
    phone.sync()
    (href,) = phone.hrefs()
    phone.remote.edit(BOOK, href, phone.text(href).replace("old", "phone").encode())
    hub.set(anna, note="office")
    phone.sync()
    (question,) = hub.conflicts()
    return anna, href, question.id


def policies(hub: Person) -> list[tuple[str, str]]:
    with hub.store.view() as view:
        return [(one.field, one.choice) for one in view.policies.list()]


def from_now_on(hub: Person, id: int, choice: Choice) -> int:
    with hub.deciding() as tx:
        conflict_policies.from_now_on(tx, id, choice)
        conflicts.resolve(tx, id, choice)
    return hub.last


def test_a_policy_goes_with_the_answer_it_was_made_with_and_comes_back_with_the_redo(hub: Person, phone: Spoke) -> None:
    anna, href, id = clash(hub, phone)
    run = from_now_on(hub, id, Choice.REMOTE)
    undone = hub.undo(run)
    assert undone.policies == ["conflicts about note of a contact at phone: you are asked from now on"]
    assert undone.survived == []
    assert policies(hub) == []
    for _ in range(2):
        phone.sync()
        assert [one.id for one in hub.conflicts()] == [id]
        assert (hub.fields(anna)["note"], "NOTE:phone" in phone.text(href)) == ("office", True)
    redone = hub.undo(hub.last)
    assert redone.policies == ["conflicts about note of a contact at phone: remote from now on"]
    assert policies(hub) == [("note", "remote")]
    settled(phone)
    assert hub.conflicts() == []
    assert (hub.fields(anna)["note"], "NOTE:phone" in phone.text(href)) == ("phone", True)


def test_a_policy_that_stood_before_stands_again_and_one_that_was_said_anew_stays(hub: Person, phone: Spoke) -> None:
    _, _, id = clash(hub, phone)
    with hub.deciding() as tx:
        conflict_policies.from_now_on(tx, id, Choice.CRM)
    first = hub.last
    second = from_now_on(hub, id, Choice.REMOTE)
    undone = hub.undo(first)
    assert [one.reason.partition(" was said")[2] for one in undone.survived] == [" anew: it stays so"]
    assert policies(hub) == [("note", "remote")]
    assert hub.undo(second).policies == ["conflicts about note of a contact at phone: crm from now on"]
    assert policies(hub) == [("note", "crm")]


def test_a_policy_that_was_removed_comes_back(hub: Person, phone: Spoke) -> None:
    _, _, id = clash(hub, phone)
    from_now_on(hub, id, Choice.CRM)
    with hub.deciding() as tx:
        tx.policies.remove(tx.policies.list()[0].id)
    hub.undo(hub.last)
    assert policies(hub) == [("note", "crm")]


@pytest.mark.parametrize("between", [False, True], ids=["at once", "a sync later"])
@pytest.mark.parametrize("choice", [Choice.CRM, Choice.REMOTE, Choice.BASE, Choice.VALUE])
def test_a_redo_gives_the_whole_answer_again(hub: Person, phone: Spoke, choice: Choice, between: bool) -> None:
    anna, href, id = clash(hub, phone)
    with hub.deciding() as tx:
        conflicts.resolve(tx, id, choice, "both" if choice is Choice.VALUE else None)
        told = tx.conflicts.get(id)
    run = hub.last
    for _ in range(2):
        hub.undo(run)
        if between:
            phone.sync()
        assert [one.id for one in hub.conflicts()] == [id]
        redone = hub.undo(hub.last)
        assert redone.survived == []
        with hub.store.view() as view:
            again = view.conflicts.get(id)
        assert (again.open, again.resolution, again.losing) == (False, told.resolution, told.losing)
    hub.undo(hub.last)  # the redo can be taken back as well
    assert [one.id for one in hub.conflicts()] == [id]
    hub.undo(hub.last)
    settled(phone)
    value = {Choice.CRM: "office", Choice.REMOTE: "phone", Choice.BASE: "old", Choice.VALUE: "both"}[choice]
    assert (hub.fields(anna)["note"], f"NOTE:{value}" in phone.text(href)) == (value, True)
    assert hub.conflicts() == []


def test_a_redo_of_an_answer_leaves_a_question_that_was_answered_otherwise_meanwhile(hub: Person, phone: Spoke) -> None:
    anna, href, id = clash(hub, phone)
    with hub.deciding() as tx:
        conflicts.resolve(tx, id, Choice.CRM)
    hub.undo(hub.last)
    undo = hub.last
    with hub.deciding() as tx:
        conflicts.resolve(tx, id, Choice.REMOTE)
    redone = hub.undo(undo)
    assert [(one.record, "stays as it is" in one.reason) for one in redone.survived] == [(anna, True)]
    settled(phone)
    assert "NOTE:phone" in phone.text(href)


def typed_into_the_item_of_a_deleted_record(hub: Person, phone: Spoke) -> tuple[str, str, int]:
    anna = hub.add(name="Anna Rossi", emails=(Labelled("anna@acme.example"),))
    phone.sync()
    (href,) = phone.hrefs()
    hub.delete(anna)
    edit(phone, href, "NOTE:typed there")
    phone.sync()
    (question,) = hub.conflicts()
    return anna, href, question.id


@pytest.mark.parametrize("choice", [Choice.CRM, Choice.REMOTE])
def test_an_answer_about_an_item_of_a_deleted_record_is_taken_back_and_brought_again(
    hub: Person, phone: Spoke, choice: Choice
) -> None:
    anna, href, id = typed_into_the_item_of_a_deleted_record(hub, phone)
    with hub.deciding() as tx:
        conflicts.resolve(tx, id, choice)
    run = hub.last
    hub.undo(run)
    for _ in range(2):
        phone.sync()
        assert [one.conflict.field for one in hub.conflicts()] == ["deleted"]
        assert "NOTE:typed there" in phone.text(href)
        with hub.store.view() as view:
            assert view.records.get(anna) is None
    hub.undo(hub.last)
    settled(phone)
    assert hub.conflicts() == []
    assert phone.hrefs() == ([] if choice is Choice.CRM else [href])
    if choice is Choice.REMOTE:
        assert hub.fields(anna)["note"] == "typed there"


def test_the_answer_that_a_vanished_item_comes_back_is_taken_back_and_brought_again(hub: Person, phone: Spoke) -> None:
    hub.add(name="Anna Rossi")
    phone.sync()
    phone.remote.remove(BOOK, phone.hrefs()[0])
    phone.sync()
    (question,) = hub.conflicts()
    with hub.deciding() as tx:
        conflicts.resolve(tx, question.id, Choice.CRM)
    hub.undo(hub.last)
    for _ in range(2):
        phone.sync()
        assert [one.id for one in hub.conflicts()] == [question.id]
        assert phone.hrefs() == []
    hub.undo(hub.last)
    settled(phone)
    assert hub.conflicts() == []
    assert len(phone.hrefs()) == 1


def test_an_answer_about_a_deletion_that_reached_the_remote_stays_and_is_told(hub: Person, phone: Spoke) -> None:
    anna, _, id = typed_into_the_item_of_a_deleted_record(hub, phone)
    with hub.deciding() as tx:
        conflicts.resolve(tx, id, Choice.CRM)
    run = hub.last
    phone.sync()
    assert phone.hrefs() == []
    undone = hub.undo(run)
    assert [(one.record, "reached the remote" in one.reason) for one in undone.survived] == [(anna, True)]
    assert undone.total == 0


def test_an_answer_that_keeps_a_record_and_took_in_what_was_typed_stays_and_is_told(hub: Person, phone: Spoke) -> None:
    anna, href, id = typed_into_the_item_of_a_deleted_record(hub, phone)
    with hub.deciding() as tx:
        conflicts.resolve(tx, id, Choice.REMOTE)
    run = hub.last
    phone.sync()
    assert hub.fields(anna)["note"] == "typed there"
    undone = hub.undo(run)
    assert any("reached the remote" in one.reason for one in undone.survived if one.record == anna)
    phone.sync()
    assert phone.hrefs() == [href]
