"""The pane that shows a record beside its item, in columns as wide as there is room."""

from __future__ import annotations

from crmsync.review.side_by_side import SideBySide
from crmsync_tui import conflict_rows
from crmsync_tui.widgets.detail import Detail


class SidePane(Detail):
    """Fields that are the same on both sides are hidden until `unchanged` is set."""

    DEFAULT_CSS = """
    SidePane { height: 60%; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: SideBySide | None = None
        self.unchanged = False

    def draw(self) -> None:
        """Shows what was found, from the first line on."""
        if self.found is None:
            self.show([])
            return
        width = self.content_size.width - (0 if self.show_vertical_scrollbar else self.scrollbar_size_vertical)
        self.show(conflict_rows.told(self.found, width, unchanged=self.unchanged))

    def on_resize(self) -> None:
        """Other columns fit."""
        self.draw()
