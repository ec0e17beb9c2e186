"""The app on a home of its own, driven by keys as a person does, and what then stands on the screen."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from crmsync.cli import main
from crmsync.desk import Desk
from crmsync.home import Home, find
from crmsync.store.store import Store
from crmsync_tui.app import CrmsyncApp
from crmsync_tui.screens import live_typing, main_screen
from crmsync_tui.start import make_app
from crmsync_tui.widgets import filter_line

MOMENT = 0.02
"""Seconds that a cursor has to stand still, or a key to be the last, in a test: nobody is typing here."""
for _module, _name in (
    (main_screen, "STILL_SECONDS"),
    (filter_line, "DEBOUNCE_SECONDS"),
    (live_typing, "DEBOUNCE_SECONDS"),
):
    assert getattr(_module, _name) > MOMENT
    setattr(_module, _name, MOMENT)

SIZES = [(80, 24), (140, 40)]
"""Columns and lines: the least we promise, and a usual window."""


class Stage:
    """A running app with its home. `press` waits until everything a key has set off is done."""

    def __init__(self, home: Home, app: CrmsyncApp, pilot: Pilot[None]) -> None:
        self.home, self.app, self._pilot = home, app, pilot
        self.presses = 0
        self.messages: list[str] = [one.message for one in app._notifications]
        """All that the app has told for a few seconds, also what is gone again."""
        self._notify = app.notify
        app.notify = self._note  # type: ignore[method-assign]

    async def press(self, *keys: str) -> str:
        """Presses keys one after the other; returns what is on the screen then."""
        for key in keys:
            await self._pilot.press(key)
            self.presses += 1
            await self.settle()
        return self.text

    async def type(self, text: str) -> str:
        """Types a text."""
        return await self.press(*("space" if char == " " else char for char in text))

    async def fill(self, text: str) -> str:
        """Puts a text into the line that is asked for, as pasting it would, and takes it."""
        self.app.screen.query_one(Input).value = text
        return await self.press("enter")

    async def settle(self) -> None:
        """Until no worker is busy, twice: what one has found may set off another."""
        for _ in range(2):
            await self._pilot.pause(1.5 * MOMENT)
            busy = [one for one in self.app.workers if one.group not in _WAITS_FOR_THE_USER]
            if busy:
                await self.app.workers.wait_for_complete(busy)
        await self._pilot.pause(1.5 * MOMENT)

    async def until(self, holds: Callable[[], bool]) -> str:
        """Settles until something holds that a child process or a decision has to bring; fails when it never does."""
        for _ in range(100):
            if holds():
                return self.text
            await self.settle()
        raise AssertionError(self.text)

    async def resize(self, columns: int, lines: int) -> None:
        """Another size of the terminal."""
        await self._pilot.resize_terminal(columns, lines)
        await self.settle()

    @property
    def text(self) -> str:
        """What is on the screen, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    def _note(self, message: str, **how: Any) -> None:
        self.messages.append(message)
        self._notify(message, **how)

    def store(self) -> Store:
        """The store, to look whether a key did what it should; close it."""
        return Store.open(self.home.store)


_WAITS_FOR_THE_USER = ("decide",)
"""Workers that may stand before a question; they are done when the next key has answered it."""


class Crm:
    """Our own command line on a home, for what has to be there before the screen comes up, or changes behind it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = find(str(folder / "home"), {})

    def __call__(self, *argv: str) -> dict[str, Any]:
        """Runs a command and returns the object it printed. Fails the test on an error."""
        out = StringIO()
        with redirect_stdout(out), redirect_stderr(StringIO()) as err:
            code = main(["--home", str(self.folder / "home"), *argv, *([] if argv[0] == "init" else ["--json"])])
        assert code in (0, 5), err.getvalue()
        if argv[0] == "init":
            return {}
        found: dict[str, Any] = json.loads(out.getvalue())
        return found

    def add(self, type: str, **fields: str) -> str:
        """Adds a record and returns its id."""
        return str(self("records", "add", "--type", type, *(f"{k}={v}" for k, v in fields.items()))["id"])

    def meet(self, people: Iterable[tuple[str, str]], *options: str) -> None:
        """Imports people with a name and a mail address."""
        file = self.folder / f"people-{len(list(self.folder.iterdir()))}.vcf"
        file.write_bytes(cards(people))
        self("import", str(file), *options)


@asynccontextmanager
async def staged(
    folder: Path, fill: Callable[[Crm], None], size: tuple[int, int] = SIZES[0], *, config: str = ""
) -> AsyncIterator[Stage]:
    """The app on a new home, after `fill` has put something into it."""
    crm = Crm(folder)
    crm("init", "--yes")
    home = crm.home
    if config:
        home.config.write_text(config, "utf-8")
        home.config.chmod(0o600)
    fill(crm)
    desk = Desk(home, "")
    app = make_app(desk, desk.another)
    desk.close()
    async with app.run_test(size=size, notifications=True) as pilot:
        stage = Stage(home, app, pilot)
        await stage.settle()
        yield stage


def cards(people: Iterable[tuple[str, str]]) -> bytes:
    """vCards of people with a name and a mail address."""
    texts = [
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{n}@stage\r\nFN:{name}\r\nN:{name};;;;\r\nEMAIL:{mail}\r\nEND:VCARD\r\n"
        for n, (name, mail) in enumerate(people)
    ]
    return "".join(texts).encode()
