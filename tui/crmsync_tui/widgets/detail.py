"""The pane that tells all about the row under the cursor: beside the list where there is room, else below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from crmsync_tui.words import _


class Detail(ScrollView, can_focus=True):
    """Lines of `Content`, wrapped; scrolls when they are more than fit. To show other lines moves nothing else."""

    DEFAULT_CSS = """
    Detail { height: 9; border-top: solid $panel; padding: 0 1; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_down", _("down"), show=False, id="detail.down"),
        Binding("up,k", "scroll_up", _("up"), show=False, id="detail.up"),
    ]

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[Content] = []
        self._wrapped: list[Strip] = []

    @property
    def lines(self) -> Sequence[Content]:
        """What it shows."""
        return self._lines

    def show(self, lines: Iterable[Content]) -> None:
        """Shows other lines, from the first on."""
        self._lines = list(lines)
        self._wrap()
        self.scroll_to(y=0, animate=False, immediate=True)
        self.refresh()

    def on_resize(self) -> None:
        """Lines break elsewhere."""
        self._wrap()

    def _wrap(self) -> None:
        width = self.scrollable_content_region.width
        if width > 0:
            text = Content("\n").join(self._lines)
            self._wrapped = Visual.to_strips(self, text, width, None, self.visual_style)
            self.virtual_size = Size(width, len(self._wrapped))

    def render_line(self, y: int) -> Strip:
        """One line of what is in sight."""
        index = y + self.scroll_offset.y
        if index < len(self._wrapped):
            return self._wrapped[index]
        return Strip.blank(self.size.width, self.rich_style)
