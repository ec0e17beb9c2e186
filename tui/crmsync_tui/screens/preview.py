"""What a decision would do, to read before it is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Footer, Static

from crmsync_tui.shown import shown
from crmsync_tui.words import _


class Preview(ModalScreen[bool]):
    """Gives True when the user wants it done."""

    DEFAULT_CSS = """
    Preview { align: center middle; }
    Preview > Vertical { width: 90%; height: auto; max-height: 90%; background: $surface; border: round $primary; }
    Preview VerticalScroll { height: auto; max-height: 100%; padding: 0 1; }
    Preview .title { text-style: bold; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer(True)", _("Do it"), id="preview.do"),
        Binding("escape", "answer(False)", _("Leave it"), id="preview.leave"),
    ]

    def __init__(self, title: str, lines: Sequence[Content]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> Iterable[Widget]:
        """Title, lines, keys."""
        with Vertical():
            yield Static(shown(self._title), classes="title")
            with VerticalScroll():
                yield Static(Content("\n").join(self._lines))
            yield Footer(show_command_palette=False, compact=True)

    def action_answer(self, yes: bool) -> None:
        """Ends it."""
        self.dismiss(yes)
