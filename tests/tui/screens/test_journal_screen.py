"""The journal: runs are read, taken back one by one, tried again and written into a file; what fails stands by kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from crmsync.store.record_list import EVERYTHING
from crmsync.store.runs import Run
from tests.tui.stage import SIZES, Crm, Stage, cards, staged

NASTY = "[ACME] x [/foo] \x1b[31m\u202e"


def three_runs(crm: Crm) -> None:
    """An import of two people, and two changes of one of them."""
    crm.meet([("Anna Rossi", "anna@acme.example"), (NASTY, "x@y.example")], "--type", "contact")
    anna = next(one["id"] for one in crm("records", "list")["records"] if one["name"] == "Anna Rossi")
    crm("records", "set", anna, "title=Clerk")
    crm("records", "set", anna, "title=CEO", "note=Likes tea")


def broken_folder(crm: Crm) -> None:
    """A folder with one good card and three broken ones: two with one kind of fault, one binary."""
    folder = crm.folder / "cards"
    folder.mkdir()
    (folder / "good.vcf").write_bytes(cards([("Ben Ode", "ben@ode.example")]))
    for n in range(2):
        (folder / f"bad{n}.vcf").write_bytes(
            b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:" + NASTY.encode() + b"x" * 5000 + b"\r\n"
        )
    (folder / "binary.vcf").write_bytes(b"\x00\xff\xfe\x1b[2J not a card")
    crm("account", "add", "folder", "drop", "--url", str(folder))
    crm("sync")


def runs(stage: Stage) -> list[Run]:
    with stage.store() as store, store.view() as view:
        return view.runs.list()


def parked(stage: Stage) -> int:
    with stage.store() as store, store.view() as view:
        return view.parked.count()


def title(stage: Stage) -> object:
    with stage.store() as store, store.view() as view:
        return next(
            one for one in view.records.list(EVERYTHING).records if one.fields["name"] == "Anna Rossi"
        ).fields.get("title")


@pytest.mark.parametrize("size", SIZES)
async def test_a_run_is_read_with_before_and_after_of_each_field(tmp_path: Path, size: tuple[int, int]) -> None:
    async with staged(tmp_path, three_runs, size) as stage:
        text = await stage.press("6")
        assert "runs 3" in text and "records set" in text and "import" in text
        assert "title: Clerk → CEO" in text
        await stage.press("enter")
        text = await stage.until(lambda: "in the CRM" in stage.text)
        assert "note: (empty) → Likes tea" in text and "Anna Rossi" in text and "run 3" in text
        await stage.press("escape", "G", "enter")
        text = await stage.press("j")
        assert "2 new" in text and "[ACME] x [/foo]" in text and "\x1b" not in text and "\u202e" not in text


@pytest.mark.parametrize("size", SIZES)
async def test_exactly_this_run_is_taken_back_after_a_preview(tmp_path: Path, size: tuple[int, int]) -> None:
    async with staged(tmp_path, three_runs, size) as stage:
        await stage.press("6", "j")
        await stage.press("z")
        await stage.until(lambda: "run 2: there is nothing to put back; 1 was edited since, and kept" in stage.messages)
        await stage.press("g", "z")
        text = await stage.until(lambda: "take back run 3" in stage.text)
        assert "2 fields put back" in text
        assert (title(stage), len(runs(stage))) == ("CEO", 3)
        await stage.press("escape")
        assert title(stage) == "CEO"
        await stage.press("z", "enter")
        text = await stage.until(lambda: "taken back" in stage.text)
        assert (title(stage), runs(stage)[0].undoes) == ("Clerk", 3)


async def test_a_sync_tells_what_it_wrote_where(tmp_path: Path) -> None:
    def written(crm: Crm) -> None:
        (crm.folder / "cards").mkdir()
        crm("account", "add", "folder", "drop", "--url", str(crm.folder / "cards"))
        crm("records", "flag", crm.add("contact", name="Zoe New"), "--on")
        crm("sync")

    async with staged(tmp_path, written) as stage:
        text = await stage.press("6")
        assert "→ drop: 1 new" in text and "create there  Zoe New" in text
        assert "→" in await stage.press("enter") and "name: (empty) → Zoe New" in stage.text


async def test_somebody_with_a_limited_view_takes_no_run_back(tmp_path: Path) -> None:
    def limited(crm: Crm) -> None:
        three_runs(crm)
        crm("user", "set", "me", "--scope", "own")

    async with staged(tmp_path, limited) as stage:
        text = await stage.press("6")
        assert "Anna" not in text and "runs 1" in text, "the import is of files, which are nobody's"
        await stage.press("z")
        await stage.until(lambda: any("may not see" in one for one in stage.messages))
        assert not [one for one in runs(stage) if one.undoes]


async def test_runs_and_lines_are_found_by_the_names_they_changed(tmp_path: Path) -> None:
    async with staged(tmp_path, three_runs) as stage:
        await stage.press("6", "slash")
        await stage.type("kind:import")
        text = await stage.press("enter")
        assert "runs 1" in text
        await stage.press("slash", *["backspace"] * 11)
        await stage.type("rossi")
        assert "runs 3" in await stage.press("enter")
        text = await stage.press("t")
        assert "TAIL 4" in text and "title: Clerk → CEO" in text


async def test_the_tail_shows_what_somebody_else_does_on_its_first_line(tmp_path: Path) -> None:
    async with staged(tmp_path, three_runs) as stage:
        await stage.press("6", "t")
        Crm(tmp_path).add("contact", name="Zoe New")
        text = await stage.until(lambda: "Zoe New" in stage.text)
        assert text.index("Zoe New") < text.index("Clerk")
        await stage.press("z")
        await stage.until(lambda: "take back run 4" in stage.text)


@pytest.mark.parametrize("size", SIZES)
async def test_faults_stand_by_kind_with_their_text_and_all_of_a_kind_are_tried_again(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with staged(tmp_path, broken_folder, size) as stage:
        await stage.press("6")
        text = await stage.press("K")
        assert "bad0.vcf" in text and "bad1.vcf" in text and "good.vcf" not in text
        assert "\x1b" not in text and "\u202e" not in text
        with stage.store() as store, store.view() as view:
            bad = [one.id for one in view.parked.list() if "bad" in one.href]
        await stage.press("X")
        await stage.until(lambda: "next sync" in stage.text)
        with stage.store() as store, store.view() as view:
            assert [one.id for one in view.parked.list(retry=True)] == bad
        await stage.press("tab", "d")
        await stage.until(lambda: "leave 1 item" in stage.text)
        await stage.press("escape", "d")
        await stage.until(lambda: "leave 1 item" in stage.text)
        assert parked(stage) == 3
        await stage.press("enter")
        await stage.until(lambda: parked(stage) == 2)


async def test_what_was_repaired_goes_through_when_its_sync_is_tried_again(tmp_path: Path) -> None:
    async with staged(tmp_path, broken_folder) as stage:
        for n in range(2):
            (tmp_path / "cards" / f"bad{n}.vcf").write_bytes(cards([(f"Person {n}", f"p{n}@firm.example")]))
        (tmp_path / "cards" / "binary.vcf").unlink()
        await stage.press("6", "x")
        await stage.until(lambda: parked(stage) == 0)
        with stage.store() as store, store.view() as view:
            assert view.queue.count() == 3


async def test_a_run_is_written_into_a_file(tmp_path: Path) -> None:
    async with staged(tmp_path, three_runs) as stage:
        await stage.press("6", "e")
        await stage.until(lambda: "Where to write" in stage.text)
        line = stage.app.screen.query_one(Input)
        line.value = "x.exe"
        assert "must end in" in await stage.press("enter")
        line.value = str(tmp_path / "run.md")
        await stage.press("enter")
        await stage.until(lambda: any("written to" in one for one in stage.messages))
        assert "Clerk" in (tmp_path / "run.md").read_text("utf-8")
