"""Settings: what is chosen stands in the file at once, beside the comments that were there."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.stage import SIZES, Crm, staged

TEXT = """\
# mine
region = "IT" # the country

[policy]   # for all
on_conflict = "ask"
"""


def nothing(crm: Crm) -> None:
    pass


@pytest.mark.parametrize("size", SIZES)
async def test_a_value_is_typed_checked_and_stands_beside_the_comments(tmp_path: Path, size: tuple[int, int]) -> None:
    async with staged(tmp_path, nothing, size, config=TEXT) as stage:
        text = await stage.press("f4")
        assert str(stage.home.config)[:40] in text and "region" in text and "default" in text
        await stage.press("enter")
        assert stage.app.screen.query_one(Input).value == "IT"
        assert "$.region" in await stage.fill("Italia")
        assert stage.home.config.read_text() == TEXT
        assert "FR" in await stage.fill("FR")
        assert stage.home.config.read_text() == TEXT.replace('"IT"', '"FR"')
        await stage.press("j", "j", "c")
        assert 'on_conflict = "crm"' in stage.home.config.read_text()
        assert "# for all" in stage.home.config.read_text()


async def test_another_theme_is_seen_at_once_and_goes_with_its_value(tmp_path: Path) -> None:
    async with staged(tmp_path, nothing, config=TEXT + '\n[tui]\ntheme = "nord"\n') as stage:
        assert stage.app.theme == "nord"
        await stage.press("f4", "G", "k", "k", "c")
        assert stage.app.theme != "nord" and f'theme = "{stage.app.theme}"' in stage.home.config.read_text()
        await stage.press("x")
        assert stage.app.theme == "textual-dark" and "theme" not in stage.home.config.read_text()
        await stage.press("G", "c")
        assert any("after restart" in one for one in stage.messages)


async def test_a_file_that_somebody_spoils_is_told_with_its_line_and_never_written(tmp_path: Path) -> None:
    async with staged(tmp_path, nothing, config=TEXT) as stage:
        await stage.press("f4")
        stage.home.config.write_text("\nregion = [foo\n")
        stage.app.screen.reload()  # type: ignore[attr-defined]
        await stage.settle()
        assert "line 2" in stage.text
        await stage.press("a")
        await stage.fill("user")
        await stage.fill("[foo]")
        assert stage.home.config.read_text() == "\nregion = [foo\n"


async def test_what_the_file_does_not_say_yet_is_added_by_its_key(tmp_path: Path) -> None:
    async with staged(tmp_path, nothing, config=TEXT) as stage:
        await stage.press("f4", "a")
        await stage.fill("policy.fields.phones")
        assert "policy.fields.phones" in await stage.fill("both")
        assert 'phones = "both"' in stage.home.config.read_text() and "# for all" in stage.home.config.read_text()
