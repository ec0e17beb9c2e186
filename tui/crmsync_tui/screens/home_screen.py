"""Home: every source, what is going on now, what needs the user, and the last day."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from crmsync import under_way
from crmsync.daemon_lock import Running, running
from crmsync.desk import Desk
from crmsync.errors import Interrupted
from crmsync.review.pausing import pause
from crmsync.under_way import UnderWay
from crmsync_tui import account_told, home_rows
from crmsync_tui.home_view import Overview, Source, overview, places
from crmsync_tui.pages import Known
from crmsync_tui.screens.main_screen import MainScreen
from crmsync_tui.screens.password import Password
from crmsync_tui.screens.reading import Reading
from crmsync_tui.widgets.record_table import RecordTable
from crmsync_tui.words import _

_LIVE_SECONDS = 0.5
"""How often the progress of a sync is looked at, while there is one."""
_LATER_SECONDS = 30
"""How often it is drawn anew, without asking anything: "2 min ago" grows old."""
_REST = 10
"""The counts of all items are taken again after this many times the time it took to take them."""
_WIDE = 100


class HomeScreen(MainScreen):
    """One line per source. Nothing is asked more often than the store changes, unless a sync is under way."""

    NAME: ClassVar[str] = "home"
    HELP_TEXT: ClassVar[str] = _(
        "Each line is an account: how it is, when it was synced last, what that brought in and sent out, and the key "
        "that helps where it needs you. s syncs the account below the cursor and S all of them; p leaves an account "
        "alone until p is pressed again; enter tells all about it."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sync_one", _("Sync"), id="home.sync_one"),
        Binding("S", "app.sync", _("Sync all"), id="home.sync"),
        Binding("a", "sign_in", _("Sign in"), id="home.sign_in"),
        Binding("p", "pause", _("Pause"), id="home.pause"),
        Binding("A", "app.open_screen('wizard')", _("Add"), id="home.add_account"),
        Binding("D", "doctor", _("Doctor"), id="home.doctor"),
    ]
    DEFAULT_CSS = """
    HomeScreen > Static { height: auto; }
    HomeScreen > RecordTable { height: auto; min-height: 3; max-height: 1fr; }
    HomeScreen .nothing { display: none; }
    HomeScreen #needs { height: 1fr; padding-top: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._view = Overview()
        self._going_on: dict[str, UnderWay] = {}
        self._places: home_rows.Places = {}
        self._daemon: Running | None = None
        self._counted_at = self._counting_took = 0.0
        self._live: Timer | None = None
        self._recount: Timer | None = None

    def body(self) -> Iterable[Widget]:
        """State, sources, what is under way, what needs the user, the last day."""
        yield Static(id="state")
        yield RecordTable(
            home_rows.columns(wide=False),
            empty=_("No source yet. Press A and type your e-mail address."),
        )
        yield Static(id="progress")
        yield Static(id="needs")
        yield Static(id="day")

    @property
    def table(self) -> RecordTable:
        """The sources."""
        return self.query_one(RecordTable)

    def on_mount(self) -> None:
        """Keys act at once."""
        self._live = self.set_interval(_LIVE_SECONDS, self._look_live, pause=True)
        self.set_interval(_LATER_SECONDS, self._draw)
        self.table.focus()

    def on_resize(self) -> None:
        """More columns fit, or fewer."""
        self._draw()

    # Following

    def reload(self) -> None:
        """Asks the store, and whether something is under way."""
        self._ask()

    @work(exclusive=True, group="home")
    async def _ask(self) -> None:
        def look(desk: Desk) -> tuple[Overview, dict[str, UnderWay], Running | None]:
            with desk.seeing() as view:
                return overview(view), under_way.read(desk.home), running(desk.home)

        self._view, self._going_on, self._daemon = await self.crm.asking.at_desk(look)
        self._follow()
        if not self._going_on:
            self._count_soon()

    @work(exclusive=True, group="live")
    async def _look_live(self) -> None:
        going_on = await asyncio.to_thread(under_way.read, self.crm.home)
        if self._going_on and not going_on:
            self.reload()
        self._going_on = going_on
        self._follow()

    def _follow(self) -> None:
        """Draws, and looks again in a moment for as long as something is under way and can be seen."""
        if self._live is not None:
            if self._going_on and self.is_current:
                self._live.resume()
            else:
                self._live.pause()
        self._draw()

    def _count_soon(self) -> None:
        wait = self._counted_at + _REST * self._counting_took - time.monotonic()
        if self._recount is not None:
            self._recount.stop()
        if wait > 0:
            self._recount = self.set_timer(wait, self._count)
        else:
            self._count()

    @work(exclusive=True, group="count")
    async def _count(self) -> None:
        began = time.monotonic()
        try:
            self._places = await self.crm.lists.look(places)
        except Interrupted:  # another screen wants to show its list first
            return
        self._counted_at = time.monotonic()
        self._counting_took = self._counted_at - began
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        wide = self.size.width >= _WIDE
        seen = {source.name for source in self._view.sources}
        going_on = {name: one for name, one in self._going_on.items() if name in seen}
        rows = Known(home_rows.rows(self._view, going_on, self._places, wide=wide))
        self.table.show(rows, columns=home_rows.columns(wide=wide))
        self.table.styles.height = 1 + max(1, len(self._view.sources))
        self._put("#state", [home_rows.first_line(self._places, self._daemon)])
        self._put("#progress", [*home_rows.under_way(going_on)])
        self._put("#needs", [*home_rows.needs_you(self._view)])
        self._put("#day", [*home_rows.last_day(self._view.day, wide=wide)])

    def _put(self, where: str, lines: list[Content]) -> None:
        static = self.query_one(where, Static)
        static.update(Content("\n").join(lines))
        static.set_class(not lines, "nothing")

    # Acting

    def _source(self) -> Source | None:
        """The one below the cursor; a reason is shown when there is none, or when nothing can be done with it."""
        row = self.table.current
        source = next((one for one in self._view.sources if row is not None and one.name == row.key), None)
        if source is None:
            self.crm.say(_("no source yet: press A to add one"))
        elif source.is_files:
            self.crm.say(_("these are the files that were imported: there is no account behind them"))
            return None
        return source

    def action_sync_one(self) -> None:
        """One cycle of the account below the cursor."""
        source = self._source()
        if source is None:
            return
        if source.paused:
            self.crm.say(_("{name} is paused: press p first").format(name=source.name))
        elif source.name in self._going_on:
            self.crm.say(_("{name} is being synced already").format(name=source.name))
        else:
            self.crm.action_sync(source.name)

    @work(group="decide")
    async def action_pause(self) -> None:
        """Leaves the account alone, or goes on with it."""
        source = self._source()
        if source is None:
            return
        paused = not source.paused
        said = _("{name}: paused; what is going on now is still finished") if paused else _("{name}: goes on")
        doing = f"account set --{'pause' if paused else 'resume'}"
        await self.crm.decide(
            doing, lambda tx: pause(tx, source.name, paused=paused), lambda one: said.format(name=one.name)
        )

    @work(group="decide")
    async def action_sign_in(self) -> None:
        """A new password, which replaces the old one when the remote has taken it."""
        source = self._source()
        if source is None:
            return
        secret = await self.app.push_screen_wait(Password(_("Sign in again: {name}").format(name=source.name)))
        if secret is None:
            return
        self._sign_in(source.name, secret)

    @work(group="errand")
    async def _sign_in(self, name: str, secret: str) -> None:
        answer = await self.crm.errand.run("account", "sign-in", name, "--password-stdin", secret=secret)
        if answer.well:
            self.crm.say(_("{name}: signed in; press s to sync").format(name=name))
        else:
            self.crm.fail(answer.text)
        self.crm.look_whether_changed()

    @work(group="errand")
    async def on_record_table_chosen(self, event: RecordTable.Chosen) -> None:
        """Tells all about the account."""
        known = await self.crm.asking.look(lambda view: account_told.find(view, event.key))
        if known is not None:
            self.app.push_screen(Reading(event.key, [*account_told.told(known)]))

    @work(group="errand")
    async def action_doctor(self) -> None:
        """Checks the installation and every account."""
        self.crm.say(_("Checking the installation and every account"))
        answer = await self.crm.errand.run("doctor")
        if checks := answer.data.get("checks"):
            self.app.push_screen(Reading(_("Doctor"), [*account_told.findings(checks)]))
        else:
            self.crm.fail(answer.text)
