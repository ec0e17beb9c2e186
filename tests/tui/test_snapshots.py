"""What each screen looks like, as text: a change of any of them is to be seen, and meant.

To take them anew: CRMSYNC_SNAPSHOTS=write pytest tests/tui/test_snapshots.py
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.tui.stage import SIZES, Crm, Stage, staged

FOLDER = Path(__file__).parent / "snapshots"
WRITE = os.environ.get("CRMSYNC_SNAPSHOTS") == "write"
PEOPLE = [("Anna Rossi", "anna@acme.it"), ("Novák Petr", "petr@novak.cz"), ("Bob Stone", "bob@stone.uk")]
SCREENS = {
    "home": ("1",),
    "queue": ("2",),
    "queue-marked": ("2", "space", "space"),
    "conflicts": ("3",),
    "records": ("4",),
    "journal": ("6",),
    "filters": ("f3",),
}
CHANGES = (
    (re.compile(r"\b(in )?\d+ (sec|min|hr)( ago)?\b"), "T"),  # how long ago
    (re.compile(r"\b\d\d:\d\d:\d\d\b"), "T"),
    (re.compile(r"(?<=company )[a-z2-7]{10}\b"), "ID"),  # the id of a record, which may be letters alone
)
"""What is different each time. Whatever stands behind it moves, so columns are compared by their texts alone."""


def prepared(crm: Crm) -> None:
    """A little of everything."""
    crm.add("contact", name="Anna Rossi", emails="anna@acme.it", phones="+39 02 1234567", owner="me")
    crm.add("company", name="ACME S.r.l.", vat_number="IT01234567897")
    crm.add("lead", name="Luca Verdi")
    crm.meet(PEOPLE)


def still(text: str) -> str:
    """The text without what is different each time."""
    lines = []
    for line in text.splitlines():
        for pattern, instead in CHANGES:
            line = pattern.sub(instead, line)
        lines.append(re.sub(r" {3,}", "   ", line).rstrip())
    return "\n".join(lines).rstrip() + "\n"


async def seen(stage: Stage, keys: tuple[str, ...]) -> str:
    await stage.press(*keys)
    return still(stage.text)


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "140x40"])
async def test_the_screens_look_as_they_are_meant_to(tmp_path: Path, size: tuple[int, int]) -> None:
    different = []
    async with staged(tmp_path, prepared, size) as stage:
        for name, keys in SCREENS.items():
            file = FOLDER / f"{name}-{size[0]}x{size[1]}.txt"
            text = await seen(stage, keys)
            if WRITE:
                FOLDER.mkdir(exist_ok=True)
                file.write_text(text, "utf-8")
            if file.read_text("utf-8") != text:
                different.append(f"{file.name}:\n{text}")
            await stage.press("escape")
    assert not different, "\n".join(different)
