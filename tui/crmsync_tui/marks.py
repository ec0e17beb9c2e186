"""The signs beside the text, in Unicode or, for terminals and readers that have only ASCII, in letters."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Marks:
    """One sign for each meaning; each stands beside a word that says the same, or in a column with a title."""

    well: str = "✓"
    failed: str = "✗"
    needs_you: str = "!"
    busy: str = "~"
    differs: str = "≠"
    to_remote: str = "→"
    to_crm: str = "←"
    both_ways: str = "↔"
    locked: str = "⊘"
    flagged: str = "●"
    unflagged: str = "○"
    others: str = "◐"
    marked: str = "*"
    full: str = "█"
    empty: str = "░"
    steps: str = "▁▂▃▄▅▆▇█"
    rule: str = "─"


UNICODE = Marks()
ASCII = Marks(
    well="+", failed="x", needs_you="!", busy="~", differs="#", to_remote=">", to_crm="<", both_ways="=", locked="L",
    flagged="@", unflagged="o", others="%", marked="*", full="#", empty=".", steps="_.,-=+*#", rule="-",
)  # fmt: skip

_in_use = [UNICODE]


def marks() -> Marks:
    """The signs in use."""
    return _in_use[0]


def use(chosen: Marks) -> None:
    """Chooses the signs, once, before anything is drawn."""
    _in_use[0] = chosen


def plain(text: str) -> str:
    """The text in what `marks()` can show: unchanged, or with letters of ASCII for those that have a base letter."""
    if marks() is UNICODE or text.isascii():
        return text
    known = {getattr(UNICODE, one.name): getattr(ASCII, one.name) for one in fields(Marks) if one.name != "steps"}
    text = "".join(known.get(char, char) for char in text)
    bare = (char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return "".join(char if char.isascii() else "?" for char in bare)
