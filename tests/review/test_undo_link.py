"""Undo of a link that was pushed meanwhile: the item is as it was before, and what others wrote there stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crmsync.connectors.faults import WRITES, Fault
from crmsync.connectors.tempers import POLITE, RADICALE, XANDIKOS, Etags, Tempers
from crmsync.errors import Unreachable, Usage
from crmsync.model import Mode, RecordType
from crmsync.review import import_queue
from crmsync.store.import_queue import QueueState
from crmsync.values import Labelled
from tests.cycle.bench_of import BOOK, Spoke, card, edit
from tests.review.person import Person

ITEM = card("a", "Anna Rossi", "NOTE:theirs", "TEL:+39 02 111111", "X-SKI-PASS:42")


def linked(hub: Person, phone: Spoke, *, accepting: bool = False) -> tuple[str, int, str]:
    """An item of the phone that was linked to a record that says more, and pushed: record, run, href."""
    anna = hub.add(name="Anna Rossi", title="CEO", note="ours", phones=(Labelled("+39 02 222222"),), flag=False)
    phone.remote.seed(BOOK, "a", ITEM)
    phone.sync()
    (row,) = hub.queue()
    with hub.deciding() as tx:
        if accepting:
            assert import_queue.accept(tx, [row.id], 1).ids == [row.id]
        else:
            import_queue.link(tx, row.id, anna, 1)
    run = hub.last
    phone.sync()
    (href,) = phone.hrefs()
    assert "TITLE:CEO" in phone.text(href)
    assert "+39 02 222222" in phone.text(href)
    return anna, run, href


def lines(text: str) -> list[str]:
    """A server may put them in another order."""
    return sorted(text.split("\r\n"))


def quiet(phone: Spoke) -> None:
    """Another round writes nothing."""
    before = phone.remote.contents(BOOK)
    for _ in range(2):
        assert phone.sync().pushed.total == 0
    assert phone.remote.contents(BOOK) == before


@pytest.mark.parametrize("accepting", [False, True])
@pytest.mark.parametrize(
    "tempers",
    [POLITE, Tempers(etags=Etags.NULL), Tempers(etags=Etags.FLAKY), RADICALE, XANDIKOS, Tempers(late_by=2)],
    ids=["polite", "no etags", "restless etags", "radicale", "xandikos", "late"],
)
def test_the_item_is_as_it_was_before_it_was_linked_and_waits_in_the_queue_again(
    hub: Person, accepting: bool, tempers: Tempers
) -> None:
    phone = Spoke(hub, "phone", tempers=tempers)
    anna, run, href = linked(hub, phone, accepting=accepting)
    undone = hub.undo(run)
    assert (undone.items, undone.survived) == (1, [])
    result = phone.sync()
    assert (result.pushed.updated, result.state) == (1, "done")
    assert lines(phone.text(href)) == lines(ITEM.decode())
    (row,) = hub.queue()
    assert (row.item.href, row.item.type) == (href, None)
    with hub.store.view() as view:
        assert view.links.for_record(anna) == []
        assert view.flags.on(1, [anna]) == frozenset()
    quiet(phone)
    assert hub.fields(anna) == {
        "name": "Anna Rossi", "title": "CEO", "note": "ours", "phones": (Labelled("+39 02 222222"),)
    }  # fmt: skip


@pytest.mark.parametrize("when", ["before the undo", "after it"])
def test_what_was_edited_there_since_survives_and_is_listed(hub: Person, phone: Spoke, when: str) -> None:
    anna, run, href = linked(hub, phone)

    def edited() -> None:
        text = phone.text(href).replace("TITLE:CEO", "TITLE:Queen").replace("X-SKI-PASS:42", "X-SKI-PASS:43")
        phone.remote.edit(BOOK, href, text.encode())
        edit(phone, href, "EMAIL:anna@home.example")

    if when == "before the undo":
        edited()
        phone.sync()
    undone = hub.undo(run)
    if when == "after it":
        edited()
    else:
        reasons = [one.reason for one in undone.survived if (one.record, one.field) == (anna, "title")]
        assert f"edited in {href} since: it stays there" in reasons
    result = phone.sync()
    if when == "after it":
        assert result.notes == [f"{href}: its link was undone, edited there since: title"]
    text = phone.text(href)
    for line in ("NOTE:theirs", "TEL:+39 02 111111", "TITLE:Queen", "X-SKI-PASS:43", "EMAIL:anna@home.example"):
        assert line in text
    assert "222222" not in text
    assert "NOTE:ours" not in text
    quiet(phone)


def test_a_redo_before_and_after_the_item_was_put_back_brings_the_values_of_the_record_there_again(
    hub: Person, phone: Spoke
) -> None:
    anna, run, href = linked(hub, phone)
    pushed, fields = phone.text(href), hub.fields(anna)
    hub.undo(run)
    hub.undo(hub.last)  # the redo, before any sync
    phone.sync()
    assert phone.text(href) == pushed
    quiet(phone)
    hub.undo(run)
    phone.sync()
    assert phone.text(href) == ITEM.decode()
    hub.undo(hub.last)
    phone.sync()
    assert hub.fields(anna) == fields
    assert {"NOTE:ours", "TITLE:CEO", "X-SKI-PASS:42"} <= set(phone.text(href).split("\r\n"))
    assert "+39 02 222222" in phone.text(href)
    assert hub.queue() == []
    assert hub.conflicts() == []
    quiet(phone)
    hub.undo(run)
    phone.sync()
    assert phone.text(href) == ITEM.decode()


def test_an_item_that_still_holds_what_was_written_is_not_imported_or_linked_before_it_is_put_back(
    hub: Person, phone: Spoke
) -> None:
    anna, run, _ = linked(hub, phone)
    hub.undo(run)
    (row,) = hub.queue()
    with hub.deciding() as tx, pytest.raises(Usage, match="its link was undone"):
        import_queue.link(tx, row.id, anna, 1)
    with hub.deciding() as tx:
        import_queue.assign(tx, [row.id], RecordType.CONTACT)
        done = import_queue.bring_in(tx, [row.id], 1, lambda: "new")
        assert "run `crmsync sync`" in done.skipped[0][1].lower()
    phone.sync()
    with hub.deciding() as tx:
        assert import_queue.bring_in(tx, [row.id], 1, lambda: "new").records == ["new"]
    made = hub.fields("new")
    assert (made["note"], made["phones"], "title" in made) == ("theirs", (Labelled("+39 02 111111"),), False)


@pytest.mark.parametrize("took_effect", [True, False])
def test_a_put_back_whose_answer_was_lost_is_done_once(hub: Person, phone: Spoke, took_effect: bool) -> None:
    _, run, href = linked(hub, phone)
    hub.undo(run)
    phone.remote.fail(Fault(1, Unreachable("cut off"), took_effect=took_effect, on=WRITES))
    assert phone.sync().state == "failed"
    phone.sync()
    assert phone.text(href) == ITEM.decode()
    assert len(hub.queue()) == 1
    quiet(phone)


@pytest.mark.parametrize("synced", [False, True], ids=["redone at once", "redone after a sync"])
@pytest.mark.parametrize("took_effect", [True, False])
def test_a_redo_after_a_lost_answer_takes_what_went_back_for_nobodys_edit(
    hub: Person, phone: Spoke, took_effect: bool, synced: bool
) -> None:
    anna, run, href = linked(hub, phone)
    pushed, fields = phone.text(href), hub.fields(anna)
    hub.undo(run)
    back = hub.last
    phone.remote.fail(Fault(1, Unreachable("cut off"), took_effect=took_effect, on=WRITES))
    assert phone.sync().state == "failed"
    if synced:
        phone.sync()
    hub.undo(back)
    phone.sync()
    assert (hub.fields(anna), hub.conflicts(), hub.queue()) == (fields, [], [])
    assert lines(phone.text(href)) == lines(pushed)
    quiet(phone)


def test_a_dry_run_lists_what_goes_back_and_writes_nothing(hub: Person, phone: Spoke) -> None:
    anna, run, href = linked(hub, phone)
    hub.undo(run)
    before = phone.remote.contents(BOOK)
    (line,) = phone.sync(dry_run=True).plan or ()
    assert (line["record"], line["href"], line["remote"]["note"]) == (anna, href, "theirs")
    assert line["was"]["remote"]["note"] == "ours"
    assert phone.remote.contents(BOOK) == before


def test_an_item_that_moved_right_before_the_write_is_put_back_by_the_next_sync_with_its_edit(
    hub: Person, phone: Spoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, run, href = linked(hub, phone)
    hub.undo(run)
    put = phone.remote.put

    def overtaken(*words: Any, **more: Any) -> Any:
        monkeypatch.undo()
        edit(phone, href, "EMAIL:anna@home.example")
        return put(*words, **more)

    monkeypatch.setattr(phone.remote, "put", overtaken)
    assert phone.sync().failed == 1
    assert "EMAIL:anna@home.example" in phone.text(href)
    phone.sync()
    assert phone.text(href) == ITEM.decode().replace("END:VCARD", "EMAIL:anna@home.example\r\nEND:VCARD")


def test_where_nothing_may_be_written_any_more_it_is_told_that_it_stays(hub: Person, phone: Spoke) -> None:
    anna, run, href = linked(hub, phone)
    with hub.typing() as tx:
        tx.accounts.set(replace(tx.accounts.get("phone"), mode=Mode.IMPORT))
    undone = hub.undo(run)
    assert undone.items == 0
    assert [(one.record, "stays there" in one.reason) for one in undone.survived] == [(anna, True)]
    before = phone.text(href)
    phone.sync()
    assert phone.text(href) == before


def test_an_item_that_goes_before_it_was_put_back_leaves_nothing_to_do(hub: Person, phone: Spoke) -> None:
    _, run, href = linked(hub, phone)
    hub.undo(run)
    phone.remote.remove(BOOK, href)
    assert phone.sync().state == "done"
    with hub.store.view() as view:
        assert view.put_backs.waiting(phone.collection) == []
        assert view.queue.get(1).state is QueueState.GONE
    quiet(phone)
