"""Foreign text on its way to the screen. Nothing from the store reaches a widget by another way.

A contact called `[ACME] x [/foo]` ends a Textual app whose widgets read it as markup, and escaping does not help
(Textual issue 6155), so a widget only ever gets `Content`, which is not parsed.
"""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from crmsync.safe import safe
from crmsync_tui.marks import plain


def line(value: object) -> str:
    """A value as one harmless line: `None` is empty, control and invisible characters can be seen."""
    return "" if value is None else plain(safe(str(value)))


def shown(value: object, style: str = "") -> Content:
    """The same for a widget."""
    text = line(value)
    return Content.styled(text, style) if style else Content(text)


def lines(value: object) -> list[str]:
    """A text of several lines, each harmless; for raw items and notes."""
    return [line(one) for one in str(value).replace("\r\n", "\n").split("\n")]


def typable(text: str) -> str:
    """A text to be changed by whoever types; empty where a character cannot be seen, as inputs draw what they get."""
    return text if all(safe(one) == one for one in text.replace("\t", " ").split("\n")) else ""


def fit(text: str, width: int) -> str:
    """A harmless text in exactly `width` columns as Textual counts them: filled up, or cut with an ellipsis."""
    if len(text) > 4 * width + 40:
        text = text[: 4 * width + 40] + "\N{HORIZONTAL ELLIPSIS}"  # of 10,000 letters nobody sees the rest
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "\N{HORIZONTAL ELLIPSIS}" if width else ""
