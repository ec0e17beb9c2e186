"""What a new rule does with items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from crmsync.model import RecordType
from crmsync.store.queue_rules import RuleAction
from crmsync_tui.screens.question import Question
from crmsync_tui.shown import shown
from crmsync_tui.words import _


@dataclass(frozen=True, slots=True)
class Fate:
    """What a rule does with items."""

    action: RuleAction
    type: RecordType | None = None


class FateQuestion(Question[Fate | None]):
    """Gives what is to become of items, or `None`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "become('company')", _("Company"), id="fate.company"),
        Binding("p", "become('contact')", _("Contact"), id="fate.contact"),
        Binding("l", "become('lead')", _("Lead"), id="fate.lead"),
        Binding("s", "become('supplier')", _("Supplier"), id="fate.supplier"),
        Binding("t", "become('task')", _("Task"), show=False, id="fate.task"),
        Binding("m", "become('appointment')", _("Meeting"), show=False, id="fate.appointment"),
        Binding("i", "leave_out('ignore')", _("Ignore"), id="fate.ignore"),
        Binding("d", "leave_out('private')", _("Private"), id="fate.private"),
        Binding("a", "at_once", _("Add at once"), id="fate.at_once"),
        Binding("escape", "leave", _("Leave it"), id="fate.leave"),
    ]

    def __init__(self) -> None:
        super().__init__(_("What becomes of such items, from now on?"), self._lines_now(at_once=False))
        self._at_once = False

    @staticmethod
    def _lines_now(*, at_once: bool) -> list[Content]:
        adds = (
            _("a type also adds the record at once") if at_once else _("a type is given; the records are added later")
        )
        return [
            shown(_("c company, p contact, l lead, s supplier, t task, m meeting")),
            shown(_("i ignore until it changes, d private: never asked about")),
            shown(f"a  {adds}"),
        ]

    def action_at_once(self) -> None:
        """Whether records are made by the rule itself."""
        self._at_once = not self._at_once
        self.tell(self._lines_now(at_once=self._at_once))

    def action_become(self, type: str) -> None:
        """Ends it with a type."""
        self.dismiss(Fate(RuleAction.IMPORT if self._at_once else RuleAction.ASSIGN, RecordType(type)))

    def action_leave_out(self, action: str) -> None:
        """Ends it with setting aside."""
        self.dismiss(Fate(RuleAction(action)))

    def action_leave(self) -> None:
        """Ends it."""
        self.dismiss(None)
