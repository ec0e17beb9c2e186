"""An item that an undone run made, and that somebody edited at the remote since, stays there and is told."""

from __future__ import annotations

import pytest

from tests.cycle.bench_of import Spoke, edit, settled
from tests.review.person import Person


@pytest.mark.parametrize("line", ["NOTE:typed there", "X-SKI-PASS:42"])
def test_an_edit_that_was_known_before_the_undo_keeps_the_item_and_is_listed(
    hub: Person, phone: Spoke, line: str
) -> None:
    anna, otto = hub.add(name="Anna Rossi"), hub.add(name="Otto Weber")
    run = phone.sync()
    with hub.store.view() as view:
        (link,) = view.links.for_record(anna)
    edit(phone, link.href, line)
    phone.sync()
    undone = hub.undo(run.id)
    what = "note" if line.startswith("NOTE") else "what crmsync does not read"
    assert [(one.record, one.reason) for one in undone.survived] == [
        (anna, f"{link.href} was edited there since ({what}): it stays there")
    ]
    assert undone.items == 1
    for _ in range(3):
        phone.sync()
    assert phone.hrefs() == [link.href]
    assert line in phone.text(link.href)
    assert hub.fields(otto) == {"name": "Otto Weber"}
    settled(phone)


@pytest.mark.parametrize("line", ["NOTE:typed there", "X-SKI-PASS:42"])
def test_an_edit_that_the_sync_after_the_undo_finds_keeps_the_item_and_is_noted(
    hub: Person, phone: Spoke, line: str
) -> None:
    anna = hub.add(name="Anna Rossi")
    run = phone.sync()
    (href,) = phone.hrefs()
    edit(phone, href, line)
    assert hub.undo(run.id).items == 1
    undo = hub.last
    found = phone.sync()
    assert found.notes == [f"{href}: made by a run that was undone and edited there since: it stays"]
    for _ in range(3):
        phone.sync()
    assert phone.hrefs() == [href]
    assert line in phone.text(href)
    assert hub.fields(anna).get("note") == ("typed there" if line.startswith("NOTE") else None)
    settled(phone)
    hub.undo(undo)  # the redo has nothing to bring back, and breaks nothing
    settled(phone)
    assert phone.hrefs() == [href]


def test_an_edit_that_clashes_keeps_the_item_and_asks(hub: Person, phone: Spoke) -> None:
    anna = hub.add(name="Anna Rossi", note="old")
    run = phone.sync()
    (href,) = phone.hrefs()
    phone.remote.edit("/book/", href, phone.text(href).replace("old", "phone").encode())
    hub.undo(run.id)
    hub.set(anna, note="office")
    phone.sync()
    for _ in range(3):
        phone.sync()
    assert [one.conflict.field for one in hub.conflicts()] == ["note"]
    assert phone.hrefs() == [href]


def test_a_later_push_of_our_own_is_nobodys_edit_and_the_item_leaves(hub: Person, phone: Spoke) -> None:
    anna = hub.add(name="Anna Rossi")
    run = phone.sync()
    hub.set(anna, note="typed here")
    phone.sync()
    undone = hub.undo(run.id)
    assert (undone.items, undone.survived) == (1, [])
    phone.sync()
    assert phone.hrefs() == []
    assert hub.fields(anna)["note"] == "typed here"
