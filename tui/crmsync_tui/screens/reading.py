"""Something to read, and nothing to decide."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from crmsync_tui.screens.question import Question
from crmsync_tui.words import _


class Reading(Question[None]):
    """Ends with escape or enter."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter", "leave", _("Back"), id="reading.leave")]

    def action_leave(self) -> None:
        """Ends it."""
        self.dismiss(None)
