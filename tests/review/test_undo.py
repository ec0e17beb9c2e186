"""Undo: what a run changed goes back, at the remotes too, and whatever was edited since stays."""

from __future__ import annotations

import pytest

from crmsync.errors import Usage
from crmsync.model import Record, RecordType
from crmsync.review import conflicts, import_queue
from crmsync.review.conflicts import Choice
from crmsync.store.import_queue import QueueState
from crmsync.values import Labelled
from tests.cycle.bench_of import BOOK, Spoke, card, edit
from tests.review.person import Person


def test_an_edit_is_taken_back_and_brought_again(hub: Person) -> None:
    anna = hub.add(name="Anna Rossi", title="Buyer")
    with hub.deciding() as tx:
        tx.records.change(anna, {"title": "CEO", "note": "new"})
    run = hub.last
    assert hub.undo(run).fields == 2
    assert hub.fields(anna) == {"name": "Anna Rossi", "title": "Buyer"}
    hub.undo(hub.last)
    assert hub.fields(anna) == {"name": "Anna Rossi", "title": "CEO", "note": "new"}
    assert hub.undo(run).fields == 2


def test_what_was_edited_since_stays_and_is_told(hub: Person) -> None:
    anna = hub.add(name="Anna Rossi", phones=(Labelled("+39 02 111111"), Labelled("+39 02 222222")))
    with hub.deciding() as tx:
        tx.records.change(
            anna, {"title": "CEO", "note": "run", "phones": (Labelled("+39 02 111111"), Labelled("+39 02 333333"))}
        )
    run = hub.last
    hub.set(anna, note="later", phones=(Labelled("+39 02 333333"), Labelled("+39 02 444444")))
    undone = hub.undo(run)
    assert [(one.record, one.field) for one in undone.survived] == [(anna, "note"), (anna, "phones")]
    fields = hub.fields(anna)
    assert (fields.get("title"), fields["note"]) == (None, "later")
    assert {entry.value for entry in fields["phones"]} == {"+39 02 222222", "+39 02 444444"}  # type: ignore[union-attr]


def test_a_record_that_was_made_goes_and_one_that_was_deleted_returns(hub: Person) -> None:
    anna = hub.add(name="Anna Rossi")
    with hub.deciding() as tx:
        tx.records.delete(anna)
        tx.flags.set(1, [anna], on=False)
    undone = hub.undo(hub.last)
    assert undone.restored == [anna]
    with hub.store.view() as view:
        assert view.records.get(anna) is not None
        assert view.flags.on(1, [anna]) == {anna}
    hub.undo(hub.last)
    with hub.store.view() as view:
        assert view.records.get(anna) is None


def test_a_run_is_undone_once(hub: Person) -> None:
    anna = hub.add(name="Anna Rossi")
    with hub.deciding() as tx:
        tx.records.change(anna, {"title": "CEO"})
    run = hub.last
    hub.undo(run)
    with pytest.raises(Usage, match="undone already"):
        hub.undo(run)
    with pytest.raises(Usage, match="no such run"):
        hub.undo(999)


def test_what_a_sync_pushed_is_back_everywhere_after_the_next(hub: Person, phone: Spoke) -> None:
    anna = hub.add(name="Anna Rossi", title="Buyer")
    phone.sync()
    before = phone.remote.contents(BOOK)
    hub.set(anna, title="Wrong", note="typed")
    run = phone.sync()
    (href,) = phone.hrefs()
    edit(phone, href, "TEL:+39 02 111111")
    phone.sync()
    undone = hub.undo(run.id)
    assert (undone.fields, undone.survived) == (2, [])
    phone.sync()
    assert phone.text(href).replace("TEL:+39 02 111111\r\n", "") == before[href].decode()
    assert hub.fields(anna)["title"] == "Buyer"
    assert phone.sync().pushed.total == 0


def test_what_a_sync_pulled_is_back_everywhere_after_the_next(hub: Person, phone: Spoke) -> None:
    anna = hub.add(name="Anna Rossi", note="old")
    phone.sync()
    (href,) = phone.hrefs()
    before = phone.text(href)
    phone.remote.edit(BOOK, href, before.replace("old", "vandal").encode())
    run = phone.sync()
    assert hub.fields(anna)["note"] == "vandal"
    hub.undo(run.id)
    phone.sync()
    assert (hub.fields(anna)["note"], phone.text(href)) == ("old", before)


def test_an_item_that_a_sync_made_leaves_and_is_not_pushed_again_by_itself(hub: Person, phone: Spoke) -> None:
    anna = hub.add(name="Anna Rossi")
    run = phone.sync()
    assert hub.undo(run.id).items == 1
    for _ in range(2):
        phone.sync()
        assert phone.hrefs() == []
    assert hub.fields(anna) == {"name": "Anna Rossi"}
    hub.undo(hub.last)  # the redo
    phone.sync()
    assert len(phone.hrefs()) == 1


def test_who_sets_the_flag_again_wants_what_was_withheld(hub: Person, phone: Spoke) -> None:
    anna = hub.add(name="Anna Rossi")
    hub.undo(phone.sync().id)
    phone.sync()
    with hub.typing() as tx:
        tx.flags.set(1, [anna], on=True)
    phone.sync()
    assert len(phone.hrefs()) == 1


def test_an_item_that_a_sync_removed_comes_back_whole(hub: Person, phone: Spoke) -> None:
    phone.remote.seed(BOOK, "a", card("a", "Anna Rossi", "X-SKI-PASS:42"))
    phone.sync()
    with hub.deciding() as tx:
        (row,) = tx.queue.list()
        import_queue.assign(tx, [row.id], RecordType.CONTACT)
        (anna,) = import_queue.bring_in(tx, [row.id], 1, lambda: "anna").records
    phone.sync()
    hub.delete(anna)
    run = phone.sync()
    assert phone.hrefs() == []
    undone = hub.undo(run.id)
    assert undone.restored == [anna]
    phone.sync()
    (href,) = phone.hrefs()
    assert "X-SKI-PASS:42" in phone.text(href)
    assert "UID:a\r\n" in phone.text(href)
    assert phone.sync().pushed.total == 0


def test_an_import_from_the_queue_is_undone_without_touching_the_remote(hub: Person, phone: Spoke) -> None:
    for n in range(3):
        phone.remote.seed(BOOK, f"s{n}", card(f"s{n}", f"Otto{n} Weber{n}"))
    phone.sync()
    before = phone.remote.contents(BOOK)
    with hub.deciding() as tx:
        rows = [row.id for row in tx.queue.list()]
        import_queue.assign(tx, rows, RecordType.CONTACT)
        made = import_queue.bring_in(tx, rows, 1, iter("abc").__next__).records
    run = hub.last
    phone.sync()
    hub.set("b", note="worked on since")
    undone = hub.undo(run)
    assert (sorted(undone.removed), [one.record for one in undone.survived]) == (["a", "c"], ["b"])
    with hub.store.view() as view:
        assert view.flags.on(1, made) == {"b"}
    for _ in range(2):
        phone.sync()
    assert [row.item.name for row in hub.queue()] == ["Otto0 Weber0", "Otto2 Weber2"]
    assert [row.item.type for row in hub.queue()] == [None, None]
    assert phone.remote.contents(BOOK).keys() == before.keys()
    hub.undo(hub.last)  # the redo
    phone.sync()
    with hub.store.view() as view:
        assert {id for id in made if view.records.get(id)} == {"a", "b", "c"}
        assert len(view.links.of_collection(phone.collection)) == 3
    assert hub.queue() == []
    assert phone.remote.contents(BOOK).keys() == before.keys()


def test_a_link_is_undone(hub: Person, phone: Spoke) -> None:
    anna = hub.add(name="Anna Rossi", flag=False)
    phone.remote.seed(BOOK, "a", card("a", "Anna Rossi", "NOTE:theirs"))
    phone.sync()
    (row,) = hub.queue()
    with hub.deciding() as tx:
        import_queue.link(tx, row.id, anna, 1)
    assert hub.fields(anna)["note"] == "theirs"
    undone = hub.undo(hub.last)
    assert hub.fields(anna) == {"name": "Anna Rossi"}
    assert undone.survived == []
    with hub.store.view() as view:
        assert view.links.for_record(anna) == []
        assert view.flags.on(1, [anna]) == frozenset()
        assert view.queue.get(row.id).state is QueueState.OPEN
    before = phone.remote.contents(BOOK)
    phone.sync()
    assert phone.remote.contents(BOOK) == before


def test_a_decision_about_the_queue_is_undone_unless_it_was_decided_anew(hub: Person, phone: Spoke) -> None:
    for n in range(2):
        phone.remote.seed(BOOK, f"s{n}", card(f"s{n}", f"Otto{n} Weber{n}"))
    phone.sync()
    rows = [row.id for row in hub.queue()]
    with hub.deciding() as tx:
        import_queue.leave_out(tx, rows, QueueState.IGNORED)
    run = hub.last
    with hub.deciding() as tx:
        tx.queue.decide([rows[0]], QueueState.PRIVATE)
    undone = hub.undo(run)
    assert undone.decisions == 1
    assert [one.reason for one in undone.survived] == [
        f"item {rows[0]} of the queue (Otto0 Weber0) was decided anew: it stays so"
    ]
    assert [row.id for row in hub.queue()] == [rows[1]]


def test_a_record_that_did_not_live_longer_than_its_run_stays_deleted(hub: Person) -> None:
    with hub.deciding() as tx:
        tx.records.create(Record("a", RecordType.CONTACT, {"name": "Anna"}))
        tx.records.delete("a")
    assert hub.undo(hub.last).total == 0
    with hub.store.view() as view:
        assert view.records.get("a") is None


def test_type_and_flag_are_put_back(hub: Person) -> None:
    anna = hub.add(RecordType.LEAD, name="Anna Rossi")
    with hub.deciding() as tx:
        tx.records.retype(anna, RecordType.CONTACT)
        tx.flags.set(1, [anna], on=False)
    hub.undo(hub.last)
    with hub.store.view() as view:
        record = view.records.get(anna)
        assert record is not None
        assert record.type is RecordType.LEAD
        assert view.flags.on(1, [anna]) == {anna}


def test_the_write_log_and_the_decisions_are_append_only(hub: Person, phone: Spoke) -> None:
    import sqlite3

    hub.add(name="Anna Rossi")
    run = phone.sync().id
    with hub.store.view() as view:
        assert [one.field for one in view.pushes.of_run(run)] == [""]
    connection = sqlite3.connect(hub.store.path)
    for statement in ("DELETE FROM pushes", "UPDATE pushes SET field = 'x'"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()


@pytest.mark.parametrize("choice", [Choice.CRM, Choice.REMOTE])
def test_an_answer_to_a_conflict_is_taken_back_and_the_question_is_open_again(
    hub: Person, phone: Spoke, choice: Choice
) -> None:
    anna = hub.add(name="Anna Rossi", note="old")
    phone.sync()
    (href,) = phone.hrefs()
    phone.remote.edit(BOOK, href, phone.text(href).replace("old", "phone").encode())
    hub.set(anna, note="office")
    phone.sync()
    (question,) = hub.conflicts()
    with hub.deciding() as tx:
        conflicts.resolve(tx, question.id, choice)
    assert hub.conflicts() == []
    undone = hub.undo(hub.last)
    assert undone.survived == []
    for _ in range(2):
        assert [one.id for one in hub.conflicts()] == [question.id]
        assert (hub.fields(anna)["note"], "NOTE:phone" in phone.text(href)) == ("office", True)
        phone.sync()


def test_an_answer_that_reached_the_remote_stays_decided_and_its_field_is_put_back(hub: Person, phone: Spoke) -> None:
    anna = hub.add(name="Anna Rossi", note="old")
    phone.sync()
    (href,) = phone.hrefs()
    phone.remote.edit(BOOK, href, phone.text(href).replace("old", "phone").encode())
    hub.set(anna, note="office")
    phone.sync()
    (question,) = hub.conflicts()
    with hub.deciding() as tx:
        conflicts.resolve(tx, question.id, Choice.VALUE, "both of them")
    run = hub.last
    phone.sync()
    assert "NOTE:both of them" in phone.text(href)
    undone = hub.undo(run)
    assert ["stays decided" in one.reason for one in undone.survived] == [True]
    phone.sync()
    assert (hub.fields(anna)["note"], "NOTE:office" in phone.text(href)) == ("office", True)
    assert hub.conflicts() == []


def test_an_answer_to_a_deletion_is_taken_back(hub: Person, phone: Spoke) -> None:
    anna = hub.add(name="Anna Rossi")
    phone.sync()
    phone.remote.remove(BOOK, phone.hrefs()[0])
    phone.sync()
    (question,) = hub.conflicts()
    with hub.deciding() as tx:
        conflicts.resolve(tx, question.id, Choice.REMOTE)
    with hub.store.view() as view:
        assert view.records.get(anna) is None
    hub.undo(hub.last)
    phone.sync()
    assert [one.conflict.field for one in hub.conflicts()] == ["deleted"]
    assert hub.fields(anna) == {"name": "Anna Rossi"}
    assert phone.hrefs() == []
