"""Home: each source in words, what is under way while it lasts, and keys that answer what needs the user."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from crmsync import under_way
from crmsync.store.session import Stamp
from crmsync.under_way import telling
from crmsync_tui.pages import Known, Row
from crmsync_tui.screens.account_wizard import AccountWizard
from crmsync_tui.screens.home_screen import HomeScreen
from crmsync_tui.widgets.record_table import Column
from tests.tui.stage import SIZES, Crm, Stage, cards, staged

STAMP = Stamp("2026-05-02T12:00:00Z", "t", "t")
PEOPLE = [("Anna Rossi", "anna@acme.it"), ("Novák Petr", "petr@novak.cz"), ("Bob Stone", "bob@stone.uk")]


def a_folder(crm: Crm) -> None:
    """An account that needs no server, with three people in it."""
    there = crm.folder / "drop"
    there.mkdir()
    for n, person in enumerate(PEOPLE):
        (there / f"{n}.vcf").write_bytes(cards([person]))
    crm("account", "add", "folder", "drop", "--url", str(there))


def synced(crm: Crm) -> None:
    a_folder(crm)
    crm("sync", "drop")


def set_state(stage: Stage, *words: str) -> None:
    with stage.store() as store, store.transaction(STAMP) as tx:
        tx.accounts.set_state(tx.accounts.get("drop").id, *words)


async def refreshed(stage: Stage) -> str:
    stage.app.look_whether_changed()
    await stage.settle()
    return stage.text


def row_of(text: str, name: str = "drop") -> str:
    return next(line for line in text.splitlines()[2:] if name in line)


async def test_without_a_source_it_says_how_to_get_one(tmp_path: Path) -> None:
    async with staged(tmp_path, lambda crm: None) as stage:
        assert "No source yet. Press A" in stage.text
        assert "no daemon: press S to sync" in stage.text
        await stage.press("s")
        assert "press A" in stage.messages[-1]
        await stage.press("A")
        assert any(isinstance(screen, AccountWizard) for screen in stage.app.screen_stack)


@pytest.mark.parametrize("size", SIZES)
async def test_a_source_has_its_state_and_what_waits_has_its_key(tmp_path: Path, size: tuple[int, int]) -> None:
    async with staged(tmp_path, synced, size) as stage:
        text = stage.text
        assert "idle" in row_of(text)
        assert "contacts" in row_of(text)
        assert "3 found items wait for a type   2" in text
        assert "Last 24 h" in text
        assert "Doctor" in text.splitlines()[-1]
        await stage.press("2")
        assert "Anna Rossi" in stage.text


async def test_s_syncs_the_source_below_the_cursor(tmp_path: Path) -> None:
    async with staged(tmp_path, a_folder) as stage:
        assert "not synced yet" in row_of(stage.text)
        await stage.press("s")
        assert "synced: 0 in, 0 out" in stage.messages[-1]
        assert "idle" in row_of(stage.text)
        with stage.store() as store, store.view() as view:
            assert view.queue.count() == 3


async def test_p_leaves_a_source_alone_and_p_again_goes_on_with_it(tmp_path: Path) -> None:
    async with staged(tmp_path, a_folder) as stage:
        assert "paused" in row_of(await stage.press("p"))
        await stage.press("s")
        assert "press p first" in stage.messages[-1]
        await stage.press("S")
        assert "1 is paused" in stage.messages[-1]
        with stage.store() as store, store.view() as view:
            assert not view.queue.count()
        assert "paused" not in row_of(await stage.press("p"))
        await stage.press("s")
        with stage.store() as store, store.view() as view:
            assert view.queue.count() == 3


@pytest.mark.parametrize("size", SIZES)
async def test_a_sync_of_somebody_else_is_shown_while_it_lasts_and_idle_asks_nothing(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_way, "SECONDS", 0.0)
    async with staged(tmp_path, synced, size) as stage:
        home = stage.app.screen
        assert isinstance(home, HomeScreen)
        assert home._live is not None
        assert not home._live._active.is_set()
        with telling(stage.home, "drop") as tell:
            tell("drop: reading contacts", 25, 100)
            Crm(tmp_path)("queue", "ignore", "1")
            text = await refreshed(stage)
            assert "syncing 25/100" in row_of(text)
            assert "█" * 6 + "░" * 18 + "  25 of 100" in text
            assert home._live._active.is_set()
            tell("drop: reading contacts", 50, 100)
            async with asyncio.timeout(5):
                while "50 of 100" not in stage.text:
                    await stage.settle()
        async with asyncio.timeout(5):
            while "50 of 100" in stage.text or "idle" not in row_of(stage.text):
                await stage.settle()
        assert not home._live._active.is_set()


async def test_a_source_that_failed_or_waits_says_so_and_enter_tells_all(tmp_path: Path) -> None:
    async with staged(tmp_path, synced) as stage:
        set_state(stage, "failing", "no answer from [/red] \x1b[31m")
        text = await refreshed(stage)
        assert "failed" in row_of(text)
        assert "drop: no answer from [/red]" in text
        assert "\x1b" not in text
        text = await stage.press("enter")
        assert "waiting for a type 3" in text
        assert "Last runs" in text
        await stage.press("escape")
        set_state(stage, "failing", "the server asks to wait", "2999-01-01T12:00:00Z")
        text = await refreshed(stage)
        assert "until " in row_of(text)
        assert "the server asks" not in text


async def test_a_takes_a_password_that_is_never_shown(tmp_path: Path) -> None:
    async with staged(tmp_path, synced) as stage:
        set_state(stage, "sign-in", "the password was not accepted")
        text = await refreshed(stage)
        assert "sign in" in row_of(text)
        assert "drop asks to sign in again: the password was not accepted   a" in text
        await stage.press("a")
        assert "sesame" not in await stage.type("sesame")
        await stage.press("enter")
        assert "signed in" in stage.messages[-1]
        assert "idle" in row_of(stage.text)
        assert "sesame" in stage.home.secrets.read_text("utf-8")


async def test_d_checks_the_installation(tmp_path: Path) -> None:
    async with staged(tmp_path, synced) as stage:
        text = await stage.press("D")
        assert "account drop: signed in" in text


async def test_imported_files_are_no_account_to_sync(tmp_path: Path) -> None:
    async with staged(tmp_path, lambda crm: crm.meet(PEOPLE)) as stage:
        assert "idle" in row_of(stage.text, "files")
        for key in ("s", "a", "p"):
            await stage.press(key)
            assert "imported" in stage.messages[-1]


async def test_other_columns_come_with_their_rows_whatever_is_drawn_meanwhile(tmp_path: Path) -> None:
    async with staged(tmp_path, synced, (80, 24)) as stage:
        home = stage.app.screen
        assert isinstance(home, HomeScreen)
        for size in ((140, 40), (20, 5), (80, 24)):
            await stage.resize(*size)
            home._draw()
            home.table.render_line(1)
        table = home.table
        table.show(Known([Row("a", ("one", "two"))]), columns=[Column("first", 5), Column("second", 6)])
        assert "drop" in table.render_line(1).text
        await stage.settle()
        assert "second" in table.render_line(0).text and "two" in table.render_line(1).text
