"""Undo and redo after something else happened: at the remote, in the queue, or to the answer of a write."""

from __future__ import annotations

import pytest

from crmsync.connectors.faults import WRITES, Fault
from crmsync.errors import Unreachable
from crmsync.model import RecordType
from crmsync.review import import_queue
from crmsync.store.import_queue import QueueState
from crmsync.values import Labelled
from tests.cycle.bench_of import BOOK, Spoke, card, edit
from tests.review.person import Person


@pytest.mark.parametrize("kind", ["create", "update", "delete"])
def test_a_write_whose_answer_was_lost_is_undone_like_any_other(hub: Person, phone: Spoke, kind: str) -> None:
    anna = hub.add(name="Anna Rossi", note="old", flag=kind != "create")
    phone.sync()
    before = phone.remote.contents(BOOK)
    match kind:
        case "create":
            with hub.typing() as tx:
                tx.flags.set(1, [anna], on=True)
        case "update":
            hub.set(anna, note="new")
        case _:
            hub.delete(anna)
    phone.remote.fail(Fault(1, Unreachable("cut off"), took_effect=True, on=WRITES))
    lost = phone.sync()
    assert lost.state == "failed"
    assert phone.remote.contents(BOOK) != before
    found = phone.sync()
    for run in (found.id, lost.id):
        with hub.store.view() as view:
            wrote = bool(view.pushes.of_run(run))
        if wrote:
            hub.undo(run)
    phone.sync()
    assert phone.remote.contents(BOOK) == before


def imported(hub: Person, phone: Spoke, *lines: str) -> tuple[str, int]:
    """One item of the phone that became a record; the record and the run."""
    phone.remote.seed(BOOK, "a", card("a", "Anna Rossi", *lines))
    phone.sync()
    (row,) = hub.queue()
    with hub.deciding() as tx:
        import_queue.assign(tx, [row.id], RecordType.CONTACT)
        (anna,) = import_queue.bring_in(tx, [row.id], 1, lambda: "anna").records
    return anna, hub.last


def test_what_the_remote_changed_while_an_import_was_undone_comes_in_after_the_redo(hub: Person, phone: Spoke) -> None:
    anna, run = imported(hub, phone, "NOTE:old")
    hub.undo(run)
    (href,) = phone.hrefs()
    phone.remote.edit(BOOK, href, phone.text(href).replace("old", "new").encode())
    phone.sync()
    with hub.store.view() as view:
        row = view.queue.get(1)
        assert row.state is QueueState.OPEN
    hub.undo(hub.last)  # the redo
    phone.sync()
    assert hub.fields(anna)["note"] == "new"


def test_what_the_remote_changed_while_a_record_was_deleted_comes_in_after_the_undo(hub: Person, phone: Spoke) -> None:
    anna, _ = imported(hub, phone)
    with hub.deciding() as tx:
        tx.records.delete(anna)
    run = hub.last
    (href,) = phone.hrefs()
    edit(phone, href, "NOTE:typed there")
    phone.sync()
    assert len(hub.conflicts()) == 1
    hub.undo(run)
    phone.sync()
    assert hub.fields(anna)["note"] == "typed there"
    assert hub.conflicts() == []


def test_a_redo_leaves_an_item_to_the_record_that_was_made_of_it_meanwhile(hub: Person, phone: Spoke) -> None:
    anna, run = imported(hub, phone)
    hub.undo(run)
    undo_run = hub.last
    (row,) = hub.queue()
    with hub.deciding() as tx:
        import_queue.assign(tx, [row.id], RecordType.CONTACT)
        import_queue.bring_in(tx, [row.id], 1, lambda: "again")
    redone = hub.undo(undo_run)
    assert [one.reason.partition(" ")[2] for one in redone.survived if one.record == anna] == [
        "belongs to another record by now: what was undone stays undone"
    ]
    for _ in range(2):
        phone.sync()
    with hub.store.view() as view:
        assert view.records.get(anna) is None
        assert view.records.get("again") is not None
    assert len(phone.hrefs()) == 1


def test_what_two_sides_held_before_they_were_linked_is_not_taken_away_by_undoing_the_sync(
    hub: Person, phone: Spoke
) -> None:
    anna = hub.add(name="Anna Rossi", emails=(Labelled("anna@acme.example"),), flag=False)
    phone.remote.seed(BOOK, "a", card("a", "Anna Rossi", "EMAIL:anna@home.example"))
    phone.sync()
    (row,) = hub.queue()
    with hub.deciding() as tx:
        import_queue.link(tx, row.id, anna, 1)
    run = phone.sync()
    assert run.pushed.updated == 1
    hub.undo(run.id)
    phone.sync()
    mails = {entry.value for entry in hub.fields(anna)["emails"]}  # type: ignore[union-attr]
    assert mails == {"anna@acme.example", "anna@home.example"}


def test_an_undo_that_puts_nothing_back_does_not_count(hub: Person) -> None:
    anna = hub.add(name="Anna Rossi")
    with hub.deciding() as tx:
        tx.records.change(anna, {"title": "A"})
    run = hub.last
    hub.set(anna, title="B")
    assert hub.undo(run).total == 0
    hub.set(anna, title="A")
    assert hub.undo(run).fields == 1


@pytest.mark.parametrize("dry_run", [True, False])
def test_undoing_a_sync_that_followed_a_moved_item_asks_nobody_what_the_item_is(
    hub: Person, phone: Spoke, dry_run: bool
) -> None:
    anna = hub.add(name="Anna Rossi")
    phone.sync()
    (old,) = phone.hrefs()
    raw = phone.text(old).encode()
    phone.remote.remove(BOOK, old)
    href = phone.remote.seed(BOOK, "renamed", raw)
    run = phone.sync(dry_run=dry_run).id
    with hub.store.view() as view:
        newest = view.runs.newest_undoable()
    assert newest is None or newest.id < run, "there is nothing in it to take back"
    undone = hub.undo(run)
    assert (hub.queue(), undone.decisions, undone.survived) == ([], 0, [])
    phone.sync()
    with hub.store.view() as view:
        assert [link.href for link in view.links.for_record(anna)] == [href]
    assert phone.hrefs() == [href]


def test_undoing_a_sync_that_saw_a_stranger_vanish_asks_nobody_what_it_was(hub: Person, phone: Spoke) -> None:
    href = phone.remote.seed(BOOK, "a", card("a", "Anna Rossi"))
    phone.sync()
    phone.remote.remove(BOOK, href)
    run = phone.sync().id
    hub.undo(run)
    assert hub.queue() == []


def test_a_sync_that_was_killed_is_over_when_the_next_one_begins_and_can_be_undone(
    hub: Person, phone: Spoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        hub.add(name=f"Anna{n} Rossi{n}")
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr("crmsync.cycle.apply.read_back", _killed)
        phone.sync()
    assert len(phone.hrefs()) == 3
    with hub.store.view() as view:
        (cut_off,) = [run for run in view.runs.list(account="phone") if run.state == "running"]
    phone.sync()
    with hub.store.view() as view:
        found = view.runs.get(cut_off.id)
    assert (found.state, found.message) == ("failed", "it was cut off")
    assert hub.undo(cut_off.id).items == 3
    phone.sync()
    assert phone.hrefs() == []


def _killed(*_: object) -> None:
    raise SystemExit
