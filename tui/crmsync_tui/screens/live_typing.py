"""A line to type, with what it would come to a moment after the last key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from textual import work
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.timer import Timer
from textual.widgets import Input

from crmsync.errors import CrmsyncError
from crmsync_tui.screens.typing_in import TypingIn
from crmsync_tui.shown import shown
from crmsync_tui.widgets.filter_line import DEBOUNCE_SECONDS


class LiveTyping(TypingIn):
    """`come_to` tells what a text comes to; it may raise why it comes to nothing. `words` complete what is begun."""

    def __init__(
        self,
        title: str,
        come_to: Callable[[str], Awaitable[Sequence[Content]]],
        start: str = "",
        *,
        check: Callable[[str], object] = str,
        words: Iterable[str] = (),
    ) -> None:
        super().__init__(title, [], check, start)
        self._come_to = come_to
        self._timer: Timer | None = None
        if isinstance(self._typed, Input):
            self._typed.suggester = SuggestFromList(words, case_sensitive=False)

    def on_mount(self) -> None:
        """Says what it comes to that stands there already."""
        self._count()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Waits for a pause in the typing."""
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(DEBOUNCE_SECONDS, self._count)

    @work(exclusive=True, group="count")
    async def _count(self) -> None:
        try:
            self.tell(await self._come_to(self.text))
        except CrmsyncError as error:
            self.tell([shown(str(error), "dim")])
