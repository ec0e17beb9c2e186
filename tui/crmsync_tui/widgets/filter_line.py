"""The line above a list: what it is filtered by, and how much of it is marked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from crmsync_tui.words import _

DEBOUNCE_SECONDS = 0.08


class FilterLine(Horizontal):
    """Says `Changed` a moment after the last key, and `Left` when one goes back to the list."""

    DEFAULT_CSS = """
    FilterLine { height: 1; }
    FilterLine > Input { width: 1fr; }
    FilterLine > Static { width: auto; padding: 0 1; }
    FilterLine > .label { color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", _("back to the list"), show=False, id="filter.leave"),
        Binding("enter", "leave", _("back to the list"), show=False, id="filter.done"),
    ]

    class Changed(Message):
        """Something else is typed."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    class Left(Message):
        """The user wants to be in the list again."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._input = Input(placeholder=_("/ to filter"), compact=True)
        self._status = Static()
        self._timer: Timer | None = None
        self._told = ""

    @property
    def text(self) -> str:
        """What is typed."""
        return self._input.value

    def compose(self) -> Iterable[Widget]:
        """What is typed, and what that comes to."""
        yield Static(_("filter:"), classes="label")
        yield self._input
        yield self._status

    def tell(self, status: str) -> None:
        """How many rows, how many marked, in which order; text of ours only."""
        if status != self._told:
            self._status.update(status, layout=len(status) != len(self._told))  # a layout costs as much as all the rest
            self._told = status

    def start(self) -> None:
        """Lets the user type."""
        self._input.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Waits for a pause in the typing."""
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(DEBOUNCE_SECONDS, lambda: self.post_message(self.Changed(self.text)))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter leads to the list."""
        event.stop()
        self.action_leave()

    def action_leave(self) -> None:
        """Back to the list."""
        self.post_message(self.Left())
