"""One run of the program in a terminal: language, signs and keys are chosen, then the app is made."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from crmsync_tui import marks, words

if TYPE_CHECKING:
    from crmsync.desk import Desk
    from crmsync_tui.app import CrmsyncApp


def make_app(desk: Desk, another: Callable[[], Desk], *, ascii_only: bool = False, screen: str = "") -> CrmsyncApp:
    """The app for whoever sits at `desk`; `another` makes further desks for the same person, one per thread.

    `screen` is the one to begin with.

    Raises `BadConfig`, `Usage`, `StoreBroken` like whatever is asked of the desk first.
    """
    settings = desk.config.tui
    words.choose(settings.language, os.environ)
    marks.use(marks.ASCII if ascii_only or settings.marks == "ascii" else marks.UNICODE)
    from crmsync_tui.app import CrmsyncApp  # only now: its keys and titles are translated as it is read

    return CrmsyncApp(desk.home, desk.user.name, settings, another, screen or "home")


def stay() -> None:
    """All that is loaded by now stays to the end: collecting garbage among it stopped every seventh key for 70 ms."""
    gc.collect()
    gc.freeze()


def start(
    desk: Desk, another: Callable[[], Desk], *, ascii_only: bool = False, screen: str = "", leave_after: int = 0
) -> int:
    """Runs it until the user leaves, or gives no sign of being there for `leave_after` seconds (0: never).

    Returns the exit code.
    """
    app = make_app(desk, another, ascii_only=ascii_only, screen=screen)
    app.leave_after = leave_after
    desk.close()
    stay()
    app.run()
    return app.return_code or 0
