"""All conflicts that ask the same, and one key that answers them."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from crmsync.review.conflicts import Choice
from crmsync_tui.screens.question import Question
from crmsync_tui.words import _


class Alike(Question[Choice | None]):
    """Gives the side that is to stand, or `None`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "answer('crm')", _("CRM"), id="alike.crm"),
        Binding("r", "answer('remote')", _("Remote"), id="alike.remote"),
        Binding("t", "answer('both')", _("Both"), id="alike.both"),
        Binding("b", "answer('base')", _("Base"), id="alike.base"),
        Binding("escape", "answer('')", _("Leave it"), id="alike.leave"),
    ]

    def action_answer(self, side: str) -> None:
        """Ends it."""
        self.dismiss(Choice(side) if side else None)
