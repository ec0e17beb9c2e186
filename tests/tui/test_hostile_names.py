"""Whatever an address book calls its people, every screen stays whole: no crash, no markup, no line out of place."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.screen import ModalScreen
from textual.widgets import Footer

from crmsync_tui.widgets.tab_bar import TabBar
from tests.tui.clashes import clash
from tests.tui.hostile import NAMES
from tests.tui.stage import SIZES, Crm, Stage, staged

pytestmark = pytest.mark.timeout(90)
"""Many keys, each waited for; on a machine with much to do that takes its time."""

_EACH = [name for name in NAMES.values() if "\ud800" not in name]
WRITABLE = [" ".join(_EACH[n : n + 4]) for n in range(0, len(_EACH), 4)]
"""Four to a name, as each name costs a key. A lone surrogate is in no file and no database."""
TINY = (60, 15)


def fill(crm: Crm) -> None:
    """People, companies, conflicts, items and files with such names."""
    people = [({"name": name, "note": "n"}, {"note": name}, {"note": name + "!"}) for name in WRITABLE]
    _, hub, phone = clash(crm, people)
    for name in WRITABLE:
        hub.add(name=name, organization=name, owner="me", emails=())
    for n, name in enumerate(WRITABLE):
        text = name.replace("\\", "\\\\").replace("\r\n", "\n").replace("\n", "\\n").replace(",", "\\,")
        lines = [
            "BEGIN:VCARD",
            "VERSION:3.0",
            f"UID:h{n}",
            f"FN:{text}",
            f"N:{text}",
            f"ORG:{text}",
            f"TEL:+39 02 {n:07}",
        ]
        phone.remote.seed("/book/", f"h{n}.vcf", "\r\n".join([*lines, "END:VCARD", ""]).encode())
    phone.remote.seed("/book/", "broken.vcf", b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:[/x] \x1b[2J\r\n")
    phone.sync()
    hub.store.close()


def whole(stage: Stage, size: tuple[int, int]) -> list[str]:
    """The lines of the screen, once all of them are exactly as wide as the terminal and hold nothing that acts."""
    strips = stage.app.screen._compositor.render_strips()
    assert len(strips) == size[1]
    texts = ["".join(segment.text for segment in strip) for strip in strips]
    for strip, text in zip(strips, texts, strict=True):
        assert strip.cell_length == size[0], text
        assert cell_len(text) == size[0], text
        assert text.isprintable(), ascii(text)
    if not isinstance(stage.app.screen, ModalScreen):
        assert stage.app.screen.query_one(TabBar).region.y == 0
        assert stage.app.screen.query_one(Footer).region.y == size[1] - 1
        assert "crmsync" in texts[0]
    return texts


WALK: dict[str, list[list[str]]] = {
    "1": [["enter"]],
    "2": [["asterisk", "enter"], ["A"], ["R"], ["w"], ["L"]],
    "3": [["asterisk", "c"], ["B"], ["P"], ["H"], ["e"]],
    "4": [["e"], ["h"], ["L"], ["enter"]],
    "6": [["enter"], ["K"]],
}
"""Keys that open something on each screen; whatever a question asks is left with escape."""


@pytest.mark.parametrize("size", [*SIZES, TINY])
@pytest.mark.parametrize("screen", WALK)
async def test_hostile_names_change_no_screen(tmp_path: Path, size: tuple[int, int], screen: str) -> None:
    async with staged(tmp_path, fill, size) as stage:
        await stage.press(screen)
        base = stage.app.screen
        whole(stage, size)
        for key in ["j"] * len(WRITABLE):
            await stage.press(key)
            whole(stage, size)
        for keys in WALK[screen]:
            await stage.press(*keys)
            whole(stage, size)
            for _ in range(4):
                if stage.app.screen is base:
                    break
                await stage.press("escape")
            assert stage.app.screen is base, keys
        assert stage.app.is_running
