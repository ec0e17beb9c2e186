"""The pane that tells all about the row under the cursor: beside the list where there is room, else below it."""

from __future__ import annotations

from collections.abc import Iterable

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static


class Detail(VerticalScroll, can_focus=True):
    """Lines of `Content`; scrolls when they are more than fit."""

    DEFAULT_CSS = """
    Detail { height: 9; border-top: solid $panel; padding: 0 1; }
    .-wide Detail { height: 1fr; width: 2fr; border-top: none; border-left: solid $panel; }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = Static()

    def compose(self) -> Iterable[Static]:
        """The text."""
        yield self._text

    def show(self, lines: Iterable[Content]) -> None:
        """Shows other lines, from the first on."""
        self._text.update(Content("\n").join(lines))
        self.scroll_home(animate=False)
