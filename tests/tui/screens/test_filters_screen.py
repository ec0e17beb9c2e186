"""Filters: built line by line with live counts, or as SQL; asked before many leave; given to accounts."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.stage import SIZES, Crm, Stage, staged

NASTY = "[ACME] x [/foo] \x1b[31m"


def customers(crm: Crm) -> None:
    for n in range(8):
        crm.add("contact", name=NASTY if n == 0 else f"Person {n}", orders=str(n), title="Prè" if n < 3 else "Capo")
    crm("filter", "set", "buyers", "orders >= 0")


def with_account(crm: Crm) -> None:
    customers(crm)
    (crm.folder / "cards").mkdir()
    crm("account", "add", "folder", "drop", "--url", str(crm.folder / "cards"))


def saved(stage: Stage) -> dict[str, str]:
    with stage.store() as store, store.view() as view:
        return {one.name: one.expression for one in view.filters.all()}


@pytest.mark.parametrize("size", SIZES)
async def test_a_filter_is_built_line_by_line_and_saved(tmp_path: Path, size: tuple[int, int]) -> None:
    async with staged(tmp_path, customers, size) as stage:
        text = await stage.press("f3")
        assert "buyers" in text and "8 records match" in text
        await stage.press("a", "a")
        stage.app.screen.query_one(Input).value = "title = Prè"
        await stage.press("end")
        await stage.settle()
        assert "3 records" in stage.text
        text = await stage.press("enter")
        assert "3 records match" in text and "3 enter" in text and "\x1b" not in text
        await stage.press("a")
        assert "no column" in await stage.fill("town = x")
        await stage.fill("orders >= 5")
        assert "0 records match" in stage.text
        text = await stage.press("j", "o")
        assert "6 records match" in text and "title = 'Prè' or orders >= 5" in text
        await stage.press("w")
        await stage.fill("mine")
        assert saved(stage)["mine"] == "title = 'Prè' or orders >= 5"


async def test_a_change_by_which_more_than_a_tenth_leaves_is_asked_once(tmp_path: Path) -> None:
    async with staged(tmp_path, customers) as stage:
        await stage.press("f3", "enter", "enter")
        text = await stage.fill("orders >= 2")
        assert "2 leave: " in text and "[ACME] x [/foo]" in text and "Person 1" in text
        assert "more than a tenth leaves" in await stage.press("w")
        await stage.press("escape")
        assert saved(stage)["buyers"] == "orders >= 0"
        await stage.press("w", "enter")
        assert saved(stage)["buyers"] == "orders >= 2"
        await stage.press("u")
        assert saved(stage)["buyers"] == "orders >= 0"


async def test_what_lines_cannot_say_is_edited_as_sql(tmp_path: Path) -> None:
    async with staged(tmp_path, customers) as stage:
        await stage.press("f3", "enter", "m")
        text = await stage.fill("(title = 'Capo' or orders = 0) and orders < 5")
        assert "SQL" in text and "3 records match" in text
        await stage.press("d")
        assert any("lines cannot say this" in one for one in stage.messages)
        await stage.press("m")
        assert "cannot be used" in await stage.fill("title = 'Capo' and not")
        await stage.press("w")
        assert saved(stage)["buyers"] == "orders >= 0"


async def test_an_account_gets_what_a_filter_selects_after_a_look_at_it(tmp_path: Path) -> None:
    async with staged(tmp_path, with_account) as stage:
        await stage.press("f3", "c")
        assert "there is no such account" in await stage.fill("[nobody]")
        text = await stage.fill("drop")
        assert "8 enter" in text and "what drop gets" in text
        text = await stage.press("enter")
        assert "drop" in text
        with stage.store() as store, store.view() as view:
            assert view.filters.accounts("buyers") == ["drop"]
        await stage.press("d")
        assert any("it decides what drop gets" in one for one in stage.messages)
        await stage.press("x", "enter", "d")
        assert saved(stage) == {}
