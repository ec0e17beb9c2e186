"""The first line of every screen: where one is, where else one can go, and how much waits there."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from crmsync_tui.marks import marks
from crmsync_tui.words import _, number_text

TABS = {
    "1": ("home", _("Home")),
    "2": ("queue", _("Queue")),
    "3": ("conflicts", _("Conflicts")),
    "4": ("records", _("Records")),
    "6": ("journal", _("Journal")),
}
"""By their key. 5 stays free for an inbox."""


class TabBar(Widget):
    """One line. `waiting` says what needs the user, by screen."""

    DEFAULT_CSS = """
    TabBar { height: 1; dock: top; background: $panel; }
    """
    waiting: reactive[dict[str, int]] = reactive({})

    def __init__(self, here: str) -> None:
        super().__init__()
        self._here = here
        self._spans: list[tuple[int, int, str]] = []

    def render(self) -> Content:
        """The name of the program and the tabs, the present one in reverse."""
        content = Content.styled(" crmsync ", "bold")
        self._spans = []
        for key, (name, title) in TABS.items():
            start = content.cell_length + 1
            label = f"{key} {title}"
            if waiting := self.waiting.get(name, 0):
                label += f" {marks().needs_you}{number_text(waiting)}"
            style = "bold reverse" if name == self._here else ""
            content = Content.assemble(content, " ", (label, style)) if style else Content.assemble(content, " ", label)
            self._spans.append((start, content.cell_length, name))
            content = content + " "
        return content

    def on_click(self, event: events.Click) -> None:
        """A tab that is clicked opens."""
        for start, end, name in self._spans:
            if start <= event.x < end:
                self.app.switch_mode(name)
