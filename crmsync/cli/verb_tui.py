"""`crmsync tui`: the terminal UI, which is a package of its own and is found by its name."""

from __future__ import annotations

import os
import sys
from importlib import import_module

from crmsync.cli.arguments import Arguments
from crmsync.desk import Desk
from crmsync.errors import Usage

_SCREENS = ("home", "queue", "conflicts", "records", "journal")


def run(desk: Desk, argv: list[str]) -> int:
    """Until the user leaves it; a terminal is needed."""
    parser = Arguments("crmsync tui", description="Look, decide and take back, on the whole screen.")
    parser.add_argument("--ascii", action="store_true", help="draw with letters of ASCII only")
    parser.add_argument(
        "--leave-after", type=int, default=0, metavar="SECONDS", help="leave after so long without a key"
    )
    parser.add_argument("screen", nargs="?", choices=_SCREENS, help="the screen to begin with (default: home)")
    options = parser.parse_args(argv)
    if "TEXTUAL_DRIVER" not in os.environ and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Usage("this needs a terminal", next_step="Every command has plain output too: see `crmsync --help`")
    code: int = import_module("crmsync_tui.start").start(
        desk, desk.another, ascii_only=options.ascii, screen=options.screen or "", leave_after=options.leave_after
    )
    return code
