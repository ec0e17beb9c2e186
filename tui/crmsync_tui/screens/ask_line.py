"""One line that the user is asked for: a file name, a stage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Footer, Input, Static

from crmsync_tui.shown import shown
from crmsync_tui.words import _


class AskLine(ModalScreen[str | None]):
    """Gives what was typed, or `None` where the user leaves it."""

    DEFAULT_CSS = """
    AskLine { align: center middle; }
    AskLine > Vertical { width: 90%; height: auto; background: $surface; border: round $primary; padding: 0 1; }
    AskLine .title { text-style: bold; }
    AskLine Footer { dock: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", _("Leave it"), id="ask.leave")]

    def __init__(self, title: str, hint: str, value: str = "") -> None:
        super().__init__()
        self._title, self._hint, self._value = title, hint, value

    def compose(self) -> Iterable[Widget]:
        """Title, line, hint, keys."""
        with Vertical():
            yield Static(shown(self._title), classes="title")
            yield Input(self._value, compact=True)
            yield Static(shown(self._hint, "dim"))
            yield Footer(show_command_palette=False, compact=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter takes it."""
        event.stop()
        self.dismiss(event.value.strip() or None)

    def action_leave(self) -> None:
        """Ends it without an answer."""
        self.dismiss(None)
