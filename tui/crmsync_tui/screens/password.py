"""A password to type: never on the screen, and nowhere else than with the command that wants it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from crmsync_tui.screens.question import Question
from crmsync_tui.words import _


class Password(Question[str | None]):
    """Gives it, or `None`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take", _("Sign in"), id="password.take"),
        Binding("escape", "leave", _("Leave it"), id="password.leave"),
    ]

    def __init__(self, title: str) -> None:
        super().__init__(title, [])
        self._input = Input(password=True, placeholder=_("password, then enter"))

    def below(self) -> Iterable[Widget]:
        """The line."""
        yield self._input

    def on_mount(self) -> None:
        """The keys go into the line."""
        self._input.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter takes it."""
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        """Takes it out of the line, which keeps nothing; an empty one is none."""
        secret = self._input.value
        self._input.value = ""
        self.dismiss(secret or None)

    def action_leave(self) -> None:
        """Takes nothing."""
        self._input.value = ""
        self.dismiss(None)
