"""Whether the item of a deleted record goes is asked about the item as it is: an edit makes it a new question."""

from __future__ import annotations

import pytest

from crmsync.errors import Usage
from crmsync.review import conflicts
from crmsync.review.conflicts import Choice
from crmsync.review.typed_there import typed_there
from crmsync.values import Value
from tests.cycle.bench_of import BOOK, Hub, Spoke, edit, settled


def asked(hub: Hub, phone: Spoke) -> tuple[str, int]:
    """A record that was deleted while its item was edited: the item and the question."""
    record = hub.add(name="Anna Rossi")
    phone.sync()
    (href,) = phone.hrefs()
    hub.delete(record)
    edit(phone, href, "NOTE:first")
    phone.sync()
    (question,) = hub.conflicts()
    return href, question.id


def typed(hub: Hub) -> dict[str, Value | None]:
    with hub.store.view() as view:
        (question,) = view.conflicts.list()
        return dict(typed_there(view, question))


@pytest.mark.parametrize("line", ["TITLE:second", "X-SKI-PASS:42"])
def test_another_edit_makes_it_another_question_and_an_answer_to_the_old_one_deletes_nothing(
    hub: Hub, phone: Spoke, line: str
) -> None:
    href, old = asked(hub, phone)
    assert typed(hub) == {"note": "first"}
    edit(phone, href, line)
    phone.sync()
    (question,) = hub.conflicts()
    assert question.id != old
    assert typed(hub) == {"note": "first"} | ({"title": "second"} if line.startswith("TITLE") else {})
    with hub.typing() as tx, pytest.raises(Usage, match="decided already"):
        conflicts.resolve(tx, old, Choice.CRM)
    for full in (False, True, False):
        phone.sync(full=full)
        assert [one.id for one in hub.conflicts()] == [question.id]
    assert line in phone.text(href)
    with hub.typing() as tx:
        conflicts.resolve(tx, question.id, Choice.CRM)
    settled(phone)
    assert phone.hrefs() == []


def test_an_item_that_is_as_it_was_again_is_asked_about_as_it_was(hub: Hub, phone: Spoke) -> None:
    href, old = asked(hub, phone)
    before = phone.text(href)
    edit(phone, href, "TITLE:second")
    phone.sync()
    phone.remote.edit(BOOK, href, before.encode())
    phone.sync()
    assert [one.id for one in hub.conflicts()] == [old]
    assert typed(hub) == {"note": "first"}


def test_an_item_that_goes_back_to_what_was_agreed_is_still_asked_about(hub: Hub, phone: Spoke) -> None:
    href, _ = asked(hub, phone)
    phone.remote.edit(BOOK, href, phone.text(href).replace("NOTE:first\r\n", "").encode())
    phone.sync()
    assert len(hub.conflicts()) == 1
    assert phone.hrefs() == [href]


@pytest.mark.parametrize("choice", [Choice.CRM, Choice.VALUE])
def test_an_edit_that_is_known_and_not_yet_asked_about_refuses_delete(hub: Hub, phone: Spoke, choice: Choice) -> None:
    href, question = asked(hub, phone)
    edit(phone, href, "TITLE:second")
    phone.sync(dry_run=True)  # the mirror knows of it, the question does not
    value = "delete" if choice is Choice.VALUE else None
    with hub.typing() as tx, pytest.raises(Usage, match="edited again since this was asked"):
        conflicts.resolve(tx, question, choice, value)
    phone.sync()
    assert len(hub.conflicts()) == 1
    assert "TITLE:second" in phone.text(href)
