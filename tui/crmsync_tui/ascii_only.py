"""The last net of `--ascii`: whatever is drawn, by us or by Textual, only ASCII reaches the terminal."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from crmsync_tui.marks import plain

_LINES = {**dict.fromkeys("─━═╌╍┄┅┈┉▔▁▂▃▄▅▆▇▀", "-"), **dict.fromkeys("│┃║▏▎▍▌▋▊▉▐▕▖▘▗▝", "|")}
_BOX = range(0x2500, 0x2580)


class AsciiOnly(LineFilter):
    """Frames become `-`, `|` and `+`, letters their base letter, the rest `?`; each as wide as it was."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments in ASCII."""
        del background
        return [
            segment if segment.text.isascii() else Segment(in_ascii(segment.text), segment.style, segment.control)
            for segment in segments
        ]


@lru_cache(4096)
def in_ascii(text: str) -> str:
    """The text in ASCII, in as many columns."""
    return set_cell_size("".join(map(_letter, text)), cell_len(text))


def _letter(char: str) -> str:
    if char.isascii():
        return char
    if char in _LINES:
        return _LINES[char]
    if ord(char) in _BOX:
        return "+"
    return set_cell_size(plain(char), cell_len(char))
