"""Something to type: checked before it is taken, so that nothing wrong leaves the line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from crmsync.errors import Usage
from crmsync_tui.screens.question import Question
from crmsync_tui.shown import shown
from crmsync_tui.words import _


class TypingIn(Question[str | None]):
    """Gives the text, or `None`. `check` raises `Usage` for what cannot be taken; `start` stands there already.

    With `several` it is a text of several lines; enter then begins another one, and ctrl+s saves.
    """

    DEFAULT_CSS = """
    TypingIn VerticalScroll { max-height: 9; }
    TypingIn TextArea { height: 6; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take", _("Save"), id="typing.save"),
        Binding("escape", "leave", _("Leave it"), id="typing.leave"),
    ]

    def __init__(
        self,
        title: str,
        told: Sequence[Content],
        check: Callable[[str], object],
        start: str = "",
        *,
        several: bool = False,
    ) -> None:
        super().__init__(title, told)
        self._check = check
        self._typed = TextArea(start) if several else Input(value=start, select_on_focus=False)
        self._fault = Static()

    @property
    def text(self) -> str:
        """What is typed."""
        return self._typed.text if isinstance(self._typed, TextArea) else self._typed.value

    def below(self) -> Iterable[Widget]:
        """Where one types, and what is wrong with it."""
        yield self._typed
        yield self._fault

    def on_mount(self) -> None:
        """The keys go there."""
        self._typed.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter saves."""
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        """Takes it, if it can be."""
        try:
            self._check(self.text)
        except Usage as error:
            self._fault.update(shown(str(error), "bold"))
            return
        self.dismiss(self.text)

    def action_leave(self) -> None:
        """Takes nothing."""
        self.dismiss(None)


def something(text: str) -> None:
    """A check: raises `Usage` where nothing is typed."""
    if not text.strip():
        raise Usage(_("type something, or escape to go back"))
