"""Something to type: checked before it is taken, so that nothing wrong leaves the line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from crmsync.errors import Usage
from crmsync_tui.screens.question import Question
from crmsync_tui.shown import shown
from crmsync_tui.words import _


class TypingIn(Question[str | None]):
    """Gives the text, or `None`. `check` raises `Usage` for what cannot be taken; `start` stands there already."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take", _("Save"), id="typing.save"),
        Binding("escape", "leave", _("Leave it"), id="typing.leave"),
    ]

    def __init__(self, title: str, lines: Sequence[Content], check: Callable[[str], object], start: str = "") -> None:
        super().__init__(title, lines)
        self._check = check
        self._input = Input(value=start, select_on_focus=False)
        self._fault = Static()

    def below(self) -> Iterable[Widget]:
        """The line, and what is wrong with it."""
        yield self._input
        yield self._fault

    def on_mount(self) -> None:
        """The keys go into the line."""
        self._input.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter saves."""
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        """Takes it, if it can be."""
        try:
            self._check(self._input.value)
        except Usage as error:
            self._fault.update(shown(str(error), "bold"))
            return
        self.dismiss(self._input.value)

    def action_leave(self) -> None:
        """Takes nothing."""
        self.dismiss(None)
