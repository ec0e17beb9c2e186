"""Records: found while one types, explained, flagged."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from crmsync.store.record_list import Selection
from crmsync_tui.screens.edit_screen import EditScreen
from crmsync_tui.widgets.record_table import RecordTable
from tests.tui.stage import SIZES, Crm, Stage, staged

NAMES = ["Anna Rossi", "Novák Petr", "Bob Stone"]


def three(crm: Crm) -> None:
    for name in NAMES:
        crm.add("contact", name=name, owner="eva", phones="cell:+39 333 111222")
    crm.add("company", name="Acme Srl")


def flagged(stage: Stage) -> list[object]:
    with stage.store() as store, store.view() as view:
        me = view.users.all()[0].id
        found = view.records.list(Selection(user=me, flagged=True))
        return [record.fields["name"] for record in found.records]


@pytest.mark.parametrize("size", SIZES)
async def test_records_are_found_while_one_types_and_flagged_by_one_key(tmp_path: Path, size: tuple[int, int]) -> None:
    async with staged(tmp_path, three, size) as stage:
        text = await stage.press("4")
        assert all(name in text for name in (*NAMES, "Acme Srl", "eva", "+39 333 111222"))
        await stage.press("slash")
        text = await stage.type("novak")
        assert "Novák Petr" in text and "Anna" not in text
        text = await stage.press("escape", "f")
        assert flagged(stage) == ["Novák Petr"]
        assert "> ●     Novák Petr" in text
        await stage.press("f")
        assert flagged(stage) == []
        text = await stage.press("u")
        assert flagged(stage) == ["Novák Petr"]


async def test_all_that_match_are_flagged_at_once(tmp_path: Path) -> None:
    async with staged(tmp_path, three) as stage:
        await stage.press("4", "slash")
        assert "Acme" not in await stage.type("type:contact")
        text = await stage.press("escape", "asterisk", "f")
        assert flagged(stage) == NAMES[0:1] + NAMES[2:] + NAMES[1:2]
        assert text.count("●") == 4  # three rows, and the pane


async def test_whose_phone_a_record_is_on_and_where_its_values_come_from_can_be_read(tmp_path: Path) -> None:
    def fill(crm: Crm) -> None:
        crm("user", "add", "bert")
        id = crm.add("company", name="Acme Srl", vat_number="IT01234567890", phones="work:06 1234")
        crm("records", "flag", id, "--on", "--user", "bert")
        crm.meet([("Anna Rossi", "anna@acme.it")], "--type", "contact")

    master = '[[masters]]\ntype = "company"\nfield = "vat_number"\nsystem = "crm"\n'
    async with staged(tmp_path, fill, SIZES[1], config=master) as stage:
        text = await stage.press("4")
        assert "> ◐     Acme Srl" in text and "on for others only: bert" in text
        assert "06 1234 (work)" in text
        assert "⊘ master: the CRM" in text
        text = await stage.press("j")
        assert "○ off" in text
        assert "anna@acme.it  ← files" in text


def fields(stage: Stage, name: str) -> dict[str, object]:
    with stage.store() as store, store.view() as view:
        (record,) = view.records.list(Selection(search=name)).records
        return dict(record.fields)


def names(stage: Stage) -> list[object]:
    with stage.store() as store, store.view() as view:
        return [record.fields["name"] for record in view.records.list().records]


@pytest.mark.parametrize("size", SIZES)
async def test_a_record_is_edited_in_a_form_and_former_values_come_back(tmp_path: Path, size: tuple[int, int]) -> None:
    async with staged(tmp_path, three, size) as stage:
        text = await stage.press("4", "j", "e")
        assert "cell:+39 333 111222" in text
        await stage.press("end")
        await stage.type(" Bianchi")
        await stage.press("ctrl+s")
        assert fields(stage, "bianchi")["name"] == "Anna Rossi Bianchi"
        text = await stage.press("h")
        assert "Anna Rossi" in text and "History of Anna Rossi Bianchi" in text
        await stage.press("r")
        assert fields(stage, "anna")["name"] == "Anna Rossi"
        assert "name is as it was" in stage.messages
        text = await stage.press("j", "j", "r", "escape")
        assert "this is the whole record" in stage.messages[-1]
        assert "> ○     Anna Rossi" in text


async def test_a_value_that_a_field_cannot_hold_is_said_in_the_form_and_nothing_is_saved(tmp_path: Path) -> None:
    def task(crm: Crm) -> None:
        crm.add("task", summary="Call", due="2026-05-02")

    async with staged(tmp_path, task) as stage:
        await stage.press("4", "e")
        screen = stage.app.screen
        assert isinstance(screen, EditScreen)
        place = [one.field for one in screen._form.lines].index("due")
        screen.query_one(f"#line-{place}", Input).value = "soon"
        text = await stage.press("ctrl+s")
        assert '"soon" is no date or time' in text
        await stage.press("escape")
        assert fields(stage, "call") == {"summary": "Call", "due": "2026-05-02"}


async def test_a_field_whose_master_is_elsewhere_is_locked_and_says_why(tmp_path: Path) -> None:
    def fill(crm: Crm) -> None:
        (tmp_path / "erp").mkdir()
        crm("account", "add", "folder", "erp", "--url", str(tmp_path / "erp"))
        crm.add("company", name="Acme Srl", vat_number="IT01234567890")

    master = '[[masters]]\ntype = "company"\nfield = "vat_number"\nsystem = "erp"\n'
    async with staged(tmp_path, fill, SIZES[1], config=master) as stage:
        assert "⊘ master: erp; edits here are put back" in await stage.press("4")
        assert "IT01234567890  ⊘ master: erp" in await stage.press("e")


async def test_two_marked_records_are_merged_after_a_preview(tmp_path: Path) -> None:
    async with staged(tmp_path, three) as stage:
        await stage.press("4", "L")
        assert "mark two records" in stage.messages[-1]
        text = await stage.press("j", "space", "space", "k", "L")
        assert "Anna Rossi" in text and "becomes part of Bob Stone" in text
        await stage.press("escape")
        assert len(names(stage)) == 4
        await stage.press("L", "enter")
        assert names(stage) == ["Acme Srl", "Bob Stone", "Novák Petr"]
        await stage.press("u")
        assert len(names(stage)) == 4


async def test_duplicates_are_listed_with_reasons_and_merged(tmp_path: Path) -> None:
    def twice(crm: Crm) -> None:
        for name in ("Anna Rossi", "Rossi Anna"):
            crm.add("contact", name=name, emails="anna@acme.it", phones="+39 333 111222")

    async with staged(tmp_path, twice, SIZES[1]) as stage:
        text = await stage.press("4", "d")
        assert "Records that may be one" in text and "e-mail" in text
        stays = names(stage)
        text = await stage.press("x")
        await stage.press("enter", "enter")
        assert len(names(stage)) == len(stays) - 1
        assert stage.app.screen.query_one(RecordTable).total == 0


async def test_promoting_deleting_and_taking_back(tmp_path: Path) -> None:
    def leads(crm: Crm) -> None:
        crm.add("lead", name="Luca Verdi", given="Luca", family="Verdi")

    async with staged(tmp_path, leads) as stage:
        text = await stage.press("4", "P")
        assert "contact" in text and "it is now: contact" in stage.messages
        await stage.press("P")
        assert "a contact is not promoted" in stage.messages[-1]
        text = await stage.press("D")
        assert "delete 1 record" in text and "No account knows it." in text
        await stage.press("escape")
        assert names(stage) == ["Luca Verdi"]
        text = await stage.press("D", "enter")
        assert names(stage) == [] and "No record matches." in text
        await stage.press("u")
        assert names(stage) == ["Luca Verdi"]


async def test_what_the_list_shows_is_written_into_a_file(tmp_path: Path) -> None:
    async with staged(tmp_path, three) as stage:
        await stage.press("4", "slash")
        await stage.type("anna type:contact")
        await stage.press("escape", "E")
        stage.app.screen.query_one(Input).value = str(tmp_path / "out.txt")
        await stage.press("enter")
        assert "its ending says in which form" in stage.text
        stage.app.screen.query_one(Input).value = str(tmp_path / "out.csv")
        await stage.press("enter")
        written = (tmp_path / "out.csv").read_text("utf-8")
        assert "Anna Rossi" in written and "Bob" not in written
        assert "1 records are in" in stage.messages[-1]


HOSTILE = "[bold]x[/] \x1b[31m\u202eevil\u200b [/foo]"


async def test_hostile_text_changes_neither_the_screens_nor_itself(tmp_path: Path) -> None:
    def fill(crm: Crm) -> None:
        crm.add("contact", name=HOSTILE, note=HOSTILE, **{"custom.x [/red]": HOSTILE})

    async with staged(tmp_path, fill, SIZES[1]) as stage:
        for keys in (("4",), ("h",), ("escape", "e"), ("ctrl+s",), ("D",), ("escape", "y")):
            text = await stage.press(*keys)
            assert "[bold]x[/] ␛[31m" in text
            assert "\x1b" not in text and "\u202e" not in text
        assert fields(stage, "evil")["note"] == HOSTILE
        assert "\x1b" not in stage.app.clipboard and "custom.x [/red]: [bold]x" in stage.app.clipboard


async def test_a_filter_that_cannot_be_asked_is_said_and_the_list_stays(tmp_path: Path) -> None:
    async with staged(tmp_path, three) as stage:
        await stage.press("4", "slash")
        stage.app.screen.query_one(Input).value = "city:" + "x" * 2100
        text = await stage.press("escape", "asterisk", "f")
        assert "longer than 2000 characters" in stage.messages[0]
        assert "Anna Rossi" in text
        assert flagged(stage) == []
