"""How the app looks: in ASCII, without colours, on light and dark and the terminal's own, in small terminals."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.segment import Segment
from textual.color import Color

from crmsync_tui import marks
from crmsync_tui.ascii_only import AsciiOnly, in_ascii
from crmsync_tui.shown import fit
from tests.tui.hostile import NAMES
from tests.tui.stage import SIZES, Stage, staged
from tests.tui.test_hostile_names import WALK, fill, whole

pytestmark = pytest.mark.timeout(90)
"""Many keys, each waited for; on a machine with much to do that takes its time."""

ASCII = 'marks = "ascii"\n'


@pytest.fixture(autouse=True)
def signs_as_before():  # type: ignore[no-untyped-def]
    before = marks.marks()
    yield
    marks.use(before)


def styles(stage: Stage) -> list[Segment]:
    return [segment for strip in stage.app.screen._compositor.render_strips() for segment in strip]


@pytest.mark.parametrize("screen", WALK)
async def test_with_ascii_nothing_else_reaches_the_screen(tmp_path: Path, screen: str) -> None:
    async with staged(tmp_path, fill, SIZES[0], config="[tui]\n" + ASCII) as stage:
        await stage.press(screen)
        base = stage.app.screen
        for keys in [[], *([["question_mark"], ["f1"], ["colon"]] if screen == "1" else WALK[screen])]:
            await stage.press(*keys)
            text = "\n".join(whole(stage, SIZES[0]))
            assert text.isascii(), {char for char in text if not char.isascii()}
            while stage.app.screen is not base:
                await stage.press("escape")


def test_in_ascii_a_text_keeps_its_columns() -> None:
    marks.use(marks.ASCII)
    for name in [*NAMES.values(), "│ 漢字 ✓ é ≠ ╭─╮ ▁▂█ 👍🏽 ffi ﷺ"]:
        text = in_ascii(name)
        assert text.isascii(), ascii(text)
    assert in_ascii("│é漢│") == "|e? |"
    (segment,) = AsciiOnly().apply([Segment("╭─é")], Color(0, 0, 0))
    assert segment.text == "+-e"


@pytest.mark.parametrize("width", [1, 5, 20])
def test_a_name_takes_the_columns_it_is_given(width: int) -> None:
    from rich.cells import cell_len

    from crmsync_tui.shown import line

    for name in NAMES.values():
        assert cell_len(fit(line(name), width)) == width
        assert line(name).isprintable()


async def test_no_color_leaves_no_colour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with staged(tmp_path, fill, SIZES[1]) as stage:
        for screen in WALK:
            await stage.press(screen)
            for segment in styles(stage):
                for colour in (segment.style.color, segment.style.bgcolor) if segment.style else ():
                    if colour is not None and colour.triplet is not None:
                        assert len(set(colour.triplet)) == 1, (segment.text, colour)
        text = await stage.press("2")
        assert any(line.startswith(">") for line in text.splitlines())


@pytest.mark.parametrize("theme", ["textual-light", "textual-dark", "ansi-dark", "ansi-light"])
async def test_light_dark_and_the_colours_of_the_terminal(tmp_path: Path, theme: str) -> None:
    async with staged(tmp_path, fill, SIZES[0], config=f'[tui]\ntheme = "{theme}"\n') as stage:
        assert stage.app.theme == theme
        assert stage.messages == []
        for screen in WALK:
            await stage.press(screen)
            whole(stage, SIZES[0])
        if theme.startswith("ansi"):
            backgrounds = {segment.style.bgcolor for segment in styles(stage) if segment.style}
            assert any(colour is None or colour.is_default for colour in backgrounds)


async def test_a_theme_that_is_none_is_told_with_those_there_are(tmp_path: Path) -> None:
    async with staged(tmp_path, fill, SIZES[1], config='[tui]\ntheme = "pink"\n') as stage:
        assert any("pink" in message and "textual-light" in message for message in stage.messages)


async def test_a_theme_chosen_for_now_says_how_to_keep_it(tmp_path: Path) -> None:
    async with staged(tmp_path, fill, SIZES[1]) as stage:
        stage.app.theme = "textual-light"
        await stage.settle()
        assert any("tui.theme textual-light" in message for message in stage.messages)


@pytest.mark.parametrize("size", [(60, 15), (40, 10), (20, 5), (1, 1)])
async def test_a_terminal_that_shrinks_crashes_nothing(tmp_path: Path, size: tuple[int, int]) -> None:
    async with staged(tmp_path, fill, SIZES[0]) as stage:
        for screen in WALK:
            await stage.press(screen)
            await stage.resize(*size)
            await stage.press("j", "question_mark", "escape")
            await stage.resize(*SIZES[0])
            whole(stage, SIZES[0])
