"""Starts the terminal UI without a terminal and walks through its screens; fails when one does not come up."""

import asyncio
import os
import sys
from importlib.metadata import version

from crmsync.desk import Desk
from crmsync.home import find
from crmsync_tui.start import make_app


async def walk() -> None:
    """Each main screen comes up and holds something of its own."""
    desk = Desk(find(None, os.environ), "")
    app = make_app(desk, desk.another)
    desk.close()
    seen = set()
    async with app.run_test(size=(80, 24)) as pilot:
        for key in "23461":
            await pilot.press(key)
            await pilot.pause(0.5)
            seen.add(app.export_screenshot(simplify=True))
    if len(seen) != 5 or app.return_code:
        raise SystemExit(f"only {len(seen)} different screens came up; exit code {app.return_code}")
    sys.stdout.write(f"five screens came up with textual {version('textual')}\n")


asyncio.run(walk())
