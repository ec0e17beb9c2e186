"""Held plans: every line can be read, and one key lets the plan pass or refuses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmsync.store.plans import HeldPlan
from tests.tui.stage import SIZES, Crm, Stage, cards, staged

NASTY = "[ACME] x [/foo] \x1b[31m"


def lost_folder(crm: Crm) -> None:
    """A folder of cards, in step, whose cards all vanish at once; one of them has a hostile name."""
    folder = crm.folder / "cards"
    folder.mkdir()
    for n in range(15):
        (folder / f"p{n:02}.vcf").write_bytes(cards([(NASTY if n == 0 else f"Person {n:02}", f"p{n}@firm.example")]))
    crm("account", "add", "folder", "drop", "--url", str(folder))
    crm("sync")
    crm("queue", "assign", "--all", "--type", "contact", "--import")
    crm("sync")
    for file in folder.iterdir():
        if file.name != "p14.vcf":
            file.unlink()
    crm("sync")


def held(stage: Stage) -> list[HeldPlan]:
    with stage.store() as store, store.view() as view:
        return view.plans.list()


def pane(text: str) -> str:
    """The pane: beside the list, else below it."""
    beside = [row.split("│")[-1] for row in text.split("\n") if "│" in row]
    return "\n".join(beside) or text.split("\n─")[-1]


@pytest.mark.parametrize("size", SIZES)
async def test_each_line_of_a_plan_can_be_read(tmp_path: Path, size: tuple[int, int]) -> None:
    async with staged(tmp_path, lost_folder, size) as stage:
        text = await stage.press("3")
        assert "Conflicts !1" in text and "h: 1 plan held" in text
        text = await stage.press("h")
        assert "14 of 15 items vanished" in text and "gone there" in text
        await stage.press("tab", "g")
        read = []
        for _ in range(14):
            read.append(pane(stage.text))
            await stage.press("j")
        assert "\x1b" not in "".join(read)
        for name in ("[ACME] x [/foo] ␛[31m", *(f"Person {n:02}" for n in range(1, 14))):
            assert sum(name in line for line in read) == 1, name
        assert "No conflict is open." in await stage.press("escape")


async def test_a_plan_that_passes_is_carried_out_and_asks_about_each_record(tmp_path: Path) -> None:
    async with staged(tmp_path, lost_folder) as stage:
        await stage.press("3", "h")
        text = await stage.press("a")
        assert "apply drop: 14 gone there" in text
        assert len(held(stage)) == 1
        text = await stage.press("enter")
        assert held(stage) == []
        assert "No plan is held." in text and "Conflicts !14" in text


async def test_a_plan_that_is_refused_puts_back_what_vanished(tmp_path: Path) -> None:
    async with staged(tmp_path, lost_folder) as stage:
        await stage.press("3", "h", "d", "escape")
        assert len(held(stage)) == 1
        await stage.press("d", "enter")
        assert held(stage) == []
        assert len(list((tmp_path / "cards").glob("*.vcf"))) == 15
