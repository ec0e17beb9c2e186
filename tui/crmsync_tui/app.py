"""The app: screens behind their keys, what waits where, undo and redo. It polls the store and needs no daemon."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any, ClassVar, TypeVar

from textual import events, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen
from textual.theme import Theme
from textual.worker import WorkerFailed

from crmsync.config import TuiConfig
from crmsync.desk import Desk
from crmsync.errors import Bug, CrmsyncError, Interrupted
from crmsync.home import Home
from crmsync.store.store import Tables
from crmsync_tui.ascii_only import AsciiOnly
from crmsync_tui.clerk import Clerk
from crmsync_tui.errand import Errand
from crmsync_tui.home_rows import sync_said
from crmsync_tui.keys import groups, ids, in_ascii
from crmsync_tui.marks import ASCII, marks
from crmsync_tui.screens import about_runs
from crmsync_tui.screens.account_wizard import AccountWizard
from crmsync_tui.screens.conflicts_screen import ConflictsScreen
from crmsync_tui.screens.filters_screen import FiltersScreen
from crmsync_tui.screens.help import Help, keys_told, purpose
from crmsync_tui.screens.home_screen import HomeScreen
from crmsync_tui.screens.journal_screen import JournalScreen
from crmsync_tui.screens.main_screen import MainScreen
from crmsync_tui.screens.queue_screen import QueueScreen
from crmsync_tui.screens.records_screen import RecordsScreen
from crmsync_tui.screens.settings_screen import SettingsScreen
from crmsync_tui.shown import line
from crmsync_tui.taking_back import newest, redo_last, undo_last
from crmsync_tui.words import _

T = TypeVar("T")
ASIDE: Mapping[str, tuple[str, str, type[MainScreen]]] = {
    "wizard": (_("Add an account"), _("f2: by an e-mail address, a server or a folder"), AccountWizard),
    "filters": (_("Filters"), _("f3: expressions with a name, and what they select"), FiltersScreen),
    "settings": (_("Settings"), _("f4: the config file"), SettingsScreen),
}
"""Screens without a number: reached from Home and by the palette, left with escape."""

DEFAULT_THEME = "textual-dark"
"""Textual's own; it holds where the config names none."""
PATIENCE_SECONDS = 1.0
"""After so long somebody is told what a decision waits for: others may write to the store for half a minute."""
POLL_SECONDS = 1.0
"""How often the store is asked whether somebody else has written; that costs microseconds."""

_LOOK_SECONDS = 0.1
_NEVER = -1
"""No version of a store."""


class CrmsyncApp(App[None]):
    """One person at one store."""

    TITLE = "crmsync"
    ENABLE_COMMAND_PALETTE = True
    CSS_PATH = "app.tcss"
    MODES: ClassVar[dict[str, Any]] = {
        "home": HomeScreen,
        "queue": QueueScreen,
        "conflicts": ConflictsScreen,
        "records": RecordsScreen,
        "journal": JournalScreen,
    }
    DEFAULT_MODE = "home"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "switch_mode('home')", _("Home"), show=False, id="go.home"),
        Binding("2", "switch_mode('queue')", _("Queue"), show=False, id="go.queue"),
        Binding("3", "switch_mode('conflicts')", _("Conflicts"), show=False, id="go.conflicts"),
        Binding("4", "switch_mode('records')", _("Records"), show=False, id="go.records"),
        Binding("6", "switch_mode('journal')", _("Journal"), show=False, id="go.journal"),
        Binding("u", "undo", _("Undo"), id="undo"),
        Binding("U", "redo", _("Redo"), show=False, id="redo"),
        Binding("S", "sync", _("Sync now"), show=False, id="sync"),
        Binding("f2", "open_screen('wizard')", _("Add an account"), show=False, id="go.wizard"),
        Binding("f3", "open_screen('filters')", _("Filters"), show=False, id="go.filters"),
        Binding("f4", "open_screen('settings')", _("Settings"), show=False, id="go.settings"),
        Binding("question_mark", "show_keys", _("Keys"), id="keys"),
        Binding("f1", "show_help", _("Help"), show=False, id="help"),
        Binding("colon", "command_palette", _("Commands"), show=False, id="palette"),
        Binding("q", "quit", _("Quit"), show=False, id="quit"),
    ]

    def __init__(
        self, home: Home, user: str, settings: TuiConfig, make_desk: Callable[[], Desk], screen: str = "home"
    ) -> None:
        self.DEFAULT_MODE = screen  # type: ignore[misc]  # Textual asks the app, not the class
        super().__init__()
        self.settings = settings
        self.home = home
        self.user = user
        self.errand = Errand(home, user)
        self.lists = Clerk(make_desk, "lists")
        self.asking = Clerk(make_desk, "asking")
        self.deciding = Clerk(make_desk, "deciding")
        self.waiting: dict[str, int] = {}
        self._version = _NEVER
        self.leave_after = 0
        """Seconds without a key or a movement after which nobody is there any more; 0: never."""
        self._sign_of_life = monotonic()

    def on_mount(self) -> None:
        """Looks as the config says, and follows the store from now on."""
        self.look_like(self.settings.theme, self.settings.keys)
        self.theme_changed_signal.subscribe(self, self._tell_theme)
        self.set_interval(POLL_SECONDS, self.look_whether_changed)
        self.look_whether_changed()

    def _tell_theme(self, theme: Theme) -> None:
        """A theme that is chosen from the palette holds until one leaves."""
        if theme.name != (self.settings.theme or DEFAULT_THEME) and theme.name == self.theme:
            self.say(_("until you leave; crmsync config set tui.theme {name} keeps it").format(name=theme.name))

    def on_unmount(self) -> None:
        """Gives the store back."""
        for clerk in (self.lists, self.asking, self.deciding):
            clerk.close()

    # Screens aside

    def action_open_screen(self, name: str) -> None:
        """Opens one above the present screen; once is enough."""
        kind = ASIDE[name][2]
        if not isinstance(self.screen, kind) and isinstance(self.screen, MainScreen):
            self.push_screen(kind())

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the palette offers."""
        yield from super().get_system_commands(screen)
        for name, (title, told, _kind) in ASIDE.items():
            yield SystemCommand(title, told, lambda name=name: self.action_open_screen(name))

    def look_like(self, theme: str, keys: Mapping[str, str]) -> None:
        """Takes another theme and other keys from now on; what is no theme and no key of ours is told."""
        self.settings = replace(self.settings, theme=theme, keys=keys)
        if (theme or DEFAULT_THEME) in self.available_themes:
            self.theme = theme or DEFAULT_THEME
        else:
            known = ", ".join(sorted(self.available_themes))
            self.say(_("there is no theme {name}; there are {known}").format(name=theme, known=known))
        for id in sorted(keys.keys() - ids()):
            self.say(_("the config maps {name}, which is no key of ours: ? shows their names").format(name=id))
        self.set_keymap(keys)

    async def on_event(self, event: events.Event) -> None:
        """Somebody is there."""
        if isinstance(event, events.InputEvent):
            self._sign_of_life = monotonic()
        await super().on_event(event)

    def _handle_exception(self, error: Exception) -> None:
        """A question that the store could not answer is told, and the app goes on; what is our own fault ends it."""
        cause = error.error if isinstance(error, WorkerFailed) else error
        if isinstance(cause, CrmsyncError) and not isinstance(cause, Bug):
            if not isinstance(cause, Interrupted):
                self.complain(cause)
        else:
            super()._handle_exception(error)

    # Following the store

    @work(exclusive=True, group="poll")
    async def look_whether_changed(self) -> None:
        """Tells the screen when somebody has written: we ourselves, the daemon, or a command."""
        if self.leave_after and monotonic() - self._sign_of_life > self.leave_after:
            self.exit()
        version, counts = await self.asking.at_desk(_version_and_counts(self._version))
        if counts is None:
            return
        first, self._version = self._version == _NEVER, version
        self.waiting = {
            "queue": counts["queue"],
            "conflicts": counts["conflicts"] + counts["held"],
            "journal": counts["parked"],
        }
        if isinstance(self.screen, MainScreen):
            self.screen.set_waiting(self.waiting)
            if not first:  # then it is reading already
                self.screen.reload()

    # Deciding

    async def decide(self, doing: str, act: Callable[[Tables], T], said: Callable[[T], str] | None = None) -> T | None:
        """Decides in the user's name and says what became of it; `None` after an error, which is shown.

        `doing` is what the journal and `undo` call it; `said` puts the outcome into words.
        """
        waits = self.set_timer(PATIENCE_SECONDS, self._tell_wait)
        try:
            outcome = await self.deciding.decide(doing, act)
        except CrmsyncError as error:
            self.complain(error)
            return None
        finally:
            waits.stop()
        if said is not None:
            self.say(said(outcome))
        self.look_whether_changed()
        return outcome

    @work(group="decide")
    async def action_undo(self) -> None:
        """Takes the user's last decision back, of this session or another; asks about whatever else was done last."""
        try:
            found = await self.asking.at_desk(newest)
        except CrmsyncError as error:
            self.complain(error)
            return
        if found is None or (found.kind == "decision" and found.actor == self.user):
            await self._take_back(undo_last)
        elif isinstance(self.screen, MainScreen):
            await about_runs.take_back(self.screen, found.id)
            self.look_whether_changed()

    @work(group="decide")
    async def action_redo(self) -> None:
        """Brings back what the last undo took back."""
        await self._take_back(redo_last)

    async def _take_back(self, work: Callable[[Desk], str]) -> None:
        waits = self.set_timer(PATIENCE_SECONDS, self._tell_wait)
        try:
            self.say(await self.deciding.at_desk(work))
        except CrmsyncError as error:
            self.complain(error)
        finally:
            waits.stop()
        self.look_whether_changed()

    def _tell_wait(self) -> None:
        self.say(_("Still waiting for the store: somebody else is writing, or it is much. What you asked is not lost"))

    async def action_quit(self) -> None:
        """Leaves when what was decided is written; until then the screen stays and says why."""
        if self.deciding.busy:
            self.say(_("Leaving as soon as what you decided is written"))
        self._leave_when_written()

    @work(exclusive=True, group="leave")
    async def _leave_when_written(self) -> None:
        while self.deciding.busy:
            await asyncio.sleep(_LOOK_SECONDS)
        self.exit()

    def action_sync(self, *names: str) -> None:
        """One cycle of these accounts, or of every one, as a command of its own; one at a time."""
        if any(one.group == "sync" and not one.is_finished for one in self.workers):
            self.say(_("a sync is going on already"))
            return
        self._sync(names)

    @work(group="sync")
    async def _sync(self, names: Sequence[str]) -> None:
        self.say(_("Syncing {names}").format(names=", ".join(names)) if names else _("Syncing all accounts"))
        answer = await self.errand.run("sync", *names)
        if answer.well:
            self.say(sync_said(answer.data.get("runs", [])))
        else:
            self.fail(answer.text)
        self.look_whether_changed()

    # Help

    def action_show_keys(self) -> None:
        """Every key of the screen one is on."""
        self._leave_help()
        self.push_screen(Help(_("Keys"), list(keys_told(groups(self.screen, self.settings.keys)))))

    def action_show_help(self) -> None:
        """What the screen is for."""
        self._leave_help()
        text = getattr(self.screen, "HELP_TEXT", "")
        self.push_screen(Help(_("Help"), list(purpose(text))))

    def _leave_help(self) -> None:
        if isinstance(self.screen, Help):
            self.pop_screen()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What everything that is drawn goes through last."""
        filters = super().get_line_filters()
        return [*filters, AsciiOnly()] if marks() is ASCII else filters

    def get_key_display(self, binding: Binding) -> str:
        """What a key is called below the screen and in the help."""
        return in_ascii(super().get_key_display(binding))

    # Saying

    def say(self, text: str) -> None:
        """A message for a few seconds; foreign text in it is harmless."""
        self.notify(line(text), markup=False)

    def complain(self, error: CrmsyncError) -> None:
        """What went wrong, with which thing, and what to do next."""
        self.fail(str(error))

    def fail(self, text: str) -> None:
        """The same for what a command of ours said."""
        self.notify(line(text), severity="error", markup=False)


def _version_and_counts(known: int) -> Callable[[Desk], tuple[int, dict[str, int] | None]]:
    def work(desk: Desk) -> tuple[int, dict[str, int] | None]:
        version = desk.store.data_version()
        if version == known:
            return version, None
        with desk.seeing() as view:
            return version, view.counts()

    return work
