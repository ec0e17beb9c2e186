"""What is to hold from now on, how far, and how many open conflicts that answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content

from crmsync.review.conflict_policies import Reach
from crmsync.review.conflicts import DELETED, Choice
from crmsync_tui.conflict_rows import About
from crmsync_tui.marks import marks
from crmsync_tui.screens.question import Question
from crmsync_tui.shown import shown
from crmsync_tui.words import _, count


@dataclass(frozen=True, slots=True)
class Said:
    """What the user wants: a side, `None` for the newer value, or a word about deletions; and how far it goes."""

    choice: Choice | None
    word: str | None
    reach: Reach


class PolicyQuestion(Question[Said | None]):
    """`how_many` counts the open conflicts that a reach covers."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "widen('fields')", _("Field"), id="policy.fields"),
        Binding("a", "widen('accounts')", _("Account"), id="policy.accounts"),
        Binding("y", "widen('types')", _("Type"), id="policy.types"),
        Binding("c", "answer('crm')", _("CRM"), id="policy.crm"),
        Binding("r", "answer('remote')", _("Remote"), id="policy.remote"),
        Binding("t", "answer('both')", _("Both"), id="policy.both"),
        Binding("w", "answer('newest')", _("Newer"), id="policy.newest"),
        Binding("x", "answer('unflag')", _("Unflag"), show=False, id="policy.unflag"),
        Binding("z", "answer('archive')", _("Archive"), show=False, id="policy.archive"),
        Binding("escape", "leave", _("Leave it"), id="policy.leave"),
    ]

    def __init__(self, about: About, how_many: Callable[[Reach], Awaitable[int]]) -> None:
        super().__init__(_("From now on, without asking"), [])
        self._about = about
        self._how_many = how_many
        self._reach = Reach()

    def on_mount(self) -> None:
        """Says what it would answer."""
        self._count()

    def action_widen(self, what: str) -> None:
        """One more, or one less, of field, account and type alone."""
        self._reach = replace(self._reach, **{what: not getattr(self._reach, what)})
        self._count()

    @work(exclusive=True, group="count")
    async def _count(self) -> None:
        number = await self._how_many(self._reach)
        about, reach = self._about, self._reach
        rows = [
            ("f", _("field"), about.field, _("all fields without a policy of their own"), reach.fields),
            ("a", _("account"), about.account, _("all accounts there are now"), reach.accounts),
            ("y", _("type"), about.type, _("all types"), reach.types),
        ]
        lines = [shown(f"{key}  {title}: {every if wide else one}") for key, title, one, every, wide in rows]
        lines.append(shown(count("It answers {n} open conflict now.", "It answers {n} open conflicts now.", number)))
        if about.field == DELETED:
            keys = _("r deletes the record too, x keeps it in the CRM only, z archives it.")
        else:
            keys = _("c the CRM wins, r the remote wins, t both (lists), w the newer value, decided by the next sync.")
        self.tell([*lines, Content(""), shown(f"{marks().needs_you} {keys}")])

    def action_answer(self, word: str) -> None:
        """Ends it with what is to hold."""
        if word in ("unflag", "archive"):
            if self._about.field == DELETED:
                self.dismiss(Said(Choice.VALUE, word, self._reach))
            return
        self.dismiss(Said(None if word == "newest" else Choice(word), None, self._reach))

    def action_leave(self) -> None:
        """Ends it without one."""
        self.dismiss(None)
