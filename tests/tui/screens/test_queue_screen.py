"""The queue: what single keys do to one item, to some, and to all that match."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmsync.store.import_queue import QueueSelection, QueueState
from crmsync.store.record_list import EVERYTHING
from tests.tui.stage import SIZES, Crm, Stage, staged

PEOPLE = [("Anna Rossi", "anna@acme.it"), ("Novák Petr", "petr@novak.cz"), ("Bob Stone", "bob@stone.uk")]


def three(crm: Crm) -> None:
    crm.meet(PEOPLE)


def two_hundred(crm: Crm) -> None:
    crm.meet((f"Person {n:03}", f"p{n}@firm{n}.example") for n in range(200))


def types(stage: Stage) -> list[str | None]:
    with stage.store() as store, store.view() as view:
        return [row.item.type for row in view.queue.list()]


@pytest.mark.parametrize("size", SIZES)
async def test_a_type_key_gives_a_type_and_goes_on_to_the_next_row(tmp_path: Path, size: tuple[int, int]) -> None:
    async with staged(tmp_path, three, size) as stage:
        assert "Anna Rossi" in await stage.press("2")
        await stage.press("p", "l")
        assert types(stage) == ["contact", "lead", None]
        assert "> Bob Stone" in stage.text


async def test_add_makes_records_of_those_that_have_a_type_and_undo_takes_them_back(tmp_path: Path) -> None:
    async with staged(tmp_path, three) as stage:
        await stage.press("2", "p", "p", "a")
        with stage.store() as store, store.view() as view:
            assert [record.fields["name"] for record in view.records.list().records] == ["Anna Rossi", "Novák Petr"]
        assert "Anna Rossi" not in stage.text
        text = await stage.press("u")
        assert "Anna Rossi" in text
        with stage.store() as store, store.view() as view:
            assert not view.records.count(EVERYTHING)
        await stage.press("U")
        with stage.store() as store, store.view() as view:
            assert view.records.count(EVERYTHING) == 2
            undone, redone = (view.runs.get(run.id) for run in reversed(view.runs.list(limit=2)))
            assert (undone.message, redone.message) == (f"undo of run {undone.undoes}", f"redo of run {undone.undoes}")


async def test_what_is_set_aside_is_called_in_the_journal_as_by_the_command(tmp_path: Path) -> None:
    async with staged(tmp_path, three) as stage:
        await stage.press("2", "i", "d")
        with stage.store() as store, store.view() as view:
            assert [run.message for run in view.runs.list(limit=2)] == ["queue private", "queue ignore"]


async def test_two_hundred_items_get_a_type_and_become_records_with_a_handful_of_keys(tmp_path: Path) -> None:
    async with staged(tmp_path, two_hundred) as stage:
        text = await stage.press("2", "asterisk", "p", "a")
        assert "add 200 records" in text and "200  contact" in text
        await stage.press("enter")
        with stage.store() as store, store.view() as view:
            assert view.records.count(EVERYTHING) == 200
        assert stage.presses < 15


async def test_enter_links_an_item_to_the_record_suggested_for_it(tmp_path: Path) -> None:
    def known(crm: Crm) -> None:
        crm.add("contact", name="Anna Rossi", emails="anna@acme.it", title="CEO")
        three(crm)

    async with staged(tmp_path, known) as stage:
        text = await stage.press("2")
        assert ">!Anna Rossi" in text
        await stage.press("enter")
        with stage.store() as store, store.view() as view:
            (row,) = view.queue.list(QueueSelection(states=(QueueState.LINKED,)))
        assert row.item.name == "Anna Rossi"


async def test_all_that_is_sure_is_linked_after_a_preview(tmp_path: Path) -> None:
    def known(crm: Crm) -> None:
        for name, mail in PEOPLE[:2]:
            crm.add("contact", name=name, emails=mail, phones="+39 02 1234567")
        three(crm)

    async with staged(tmp_path, known, SIZES[1]) as stage:
        await stage.press("2")
        text = await stage.press("A")
        assert "link" in text and "Anna Rossi" in text
        with stage.store() as store, store.view() as view:
            assert view.queue.count() == 3
        await stage.press("enter")
        with stage.store() as store, store.view() as view:
            assert view.queue.count() == 1


async def test_typing_filters_without_minding_case_and_accents(tmp_path: Path) -> None:
    async with staged(tmp_path, three) as stage:
        await stage.press("2", "slash")
        text = await stage.type("novak")
        assert "Novák Petr" in text
        assert "Anna" not in text
        await stage.press("escape", "i")
        with stage.store() as store, store.view() as view:
            assert view.queue.count() == 2


async def test_marked_rows_are_decided_together(tmp_path: Path) -> None:
    async with staged(tmp_path, three) as stage:
        await stage.press("2", "space", "space", "d")
        with stage.store() as store, store.view() as view:
            assert [row.item.name for row in view.queue.list()] == ["Bob Stone"]


async def test_what_somebody_else_writes_shows_by_itself(tmp_path: Path) -> None:
    async with staged(tmp_path, three) as stage:
        await stage.press("2")
        Crm(tmp_path)("queue", "ignore", "1")
        stage.app.look_whether_changed()
        await stage.settle()
        assert "Anna Rossi" not in stage.text


async def test_what_is_no_decision_of_the_user_is_undone_only_after_a_preview(tmp_path: Path) -> None:
    def imported(crm: Crm) -> None:
        crm.meet(PEOPLE, "--type", "contact")

    async with staged(tmp_path, imported) as stage:
        await stage.press("2", "u")
        with stage.store() as store, store.view() as view:
            assert view.records.count(EVERYTHING) == 3
        assert "records removed" in stage.text
        await stage.press("escape", "u", "enter")
        with stage.store() as store, store.view() as view:
            assert view.records.count(EVERYTHING) == 0
