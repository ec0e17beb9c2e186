"""What a decision would do, to read before it is made."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from crmsync_tui.screens.question import Question
from crmsync_tui.words import _


class Preview(Question[bool]):
    """Gives True when the user wants it done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer(True)", _("Do it"), id="preview.do"),
        Binding("escape", "answer(False)", _("Leave it"), id="preview.leave"),
    ]

    def action_answer(self, yes: bool) -> None:
        """Ends it."""
        self.dismiss(yes)
