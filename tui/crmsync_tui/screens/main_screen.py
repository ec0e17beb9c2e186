"""What all main screens share: the tab bar, the keys below, help, and that they follow the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import ComposeResult
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Footer

from crmsync_tui.widgets.tab_bar import TabBar

if TYPE_CHECKING:
    from crmsync_tui.app import CrmsyncApp

STILL_SECONDS = 0.05
"""Somewhat more than a key that is held down takes to come again."""


class MainScreen(Screen[Any]):
    """A screen behind a number key. It is told when the store has changed, and asks anew what it shows.

    A subclass gives `NAME` (as in `TABS`), `HELP_TEXT`, `body` and `reload`.
    """

    NAME: ClassVar[str]
    HELP_TEXT: ClassVar[str] = ""
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  Textual declares it so
        (0, "-narrow"),
        (100, "-wide"),
    ]

    _still: Timer | None = None

    @property
    def crm(self) -> CrmsyncApp:
        """The app, which knows the clerks."""
        return cast("CrmsyncApp", self.app)

    def body(self) -> Iterable[Widget]:
        """What stands between the tabs and the keys."""
        raise NotImplementedError

    def reload(self) -> None:
        """Asks the store for what is shown. Called when the screen comes up and whenever the store has changed."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Tabs, body, keys."""
        yield TabBar(self.NAME)
        yield from self.body()
        yield Footer(show_command_palette=False, compact=True)

    def on_screen_resume(self) -> None:
        """What is shown may be old by now."""
        self.reload()
        self.set_waiting(self.crm.waiting)

    def action_leave(self) -> None:
        """Back to the screen below, for those that stand above another."""
        self.app.pop_screen()

    def when_still(self, act: Callable[[], object]) -> None:
        """Does it once the cursor has stood still for a moment, so that scrolling by does not ask about each row."""
        if self._still is not None:
            self._still.stop()
        self._still = self.set_timer(STILL_SECONDS, act)

    def set_waiting(self, waiting: dict[str, int]) -> None:
        """How much waits where."""
        self.query_one(TabBar).waiting = waiting
