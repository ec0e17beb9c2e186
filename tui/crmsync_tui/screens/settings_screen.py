"""Settings: the config file, value by value. Comments and order stay, and a bad value never reaches the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from crmsync import config_text
from crmsync.desk import Desk
from crmsync.errors import BadConfig, CrmsyncError, Usage
from crmsync_tui import setting_rows
from crmsync_tui.pages import Known
from crmsync_tui.screens.main_screen import MainScreen
from crmsync_tui.screens.typing_in import TypingIn
from crmsync_tui.setting_rows import Settings
from crmsync_tui.shown import shown, typable
from crmsync_tui.widgets.detail import Detail
from crmsync_tui.widgets.record_table import Column, RecordTable
from crmsync_tui.words import _

LOOK_SECONDS = 1.0
"""How often the file is looked at, as somebody may edit it meanwhile."""


class SettingsScreen(MainScreen):
    """Every setting, those of the file and those that hold by default."""

    NAME: ClassVar[str] = "home"
    HELP_TEXT: ClassVar[str] = _(
        "The config file, whose path stands above. enter types a value in, c takes the next choice, x takes the value "
        "out of the file, so that the default holds; a adds what the file does not say yet, like policy.fields.phones. "
        "Comments and the order of the file stay. What cannot be used is refused and says why. The file can be edited "
        "by hand meanwhile: the screen follows."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "next_choice", _("Next choice"), id="settings.next"),
        Binding("a", "add", _("Add"), id="settings.add"),
        Binding("x", "unset", _("Default"), id="settings.unset"),
        Binding("tab", "app.focus_next", _("Pane"), show=False, id="settings.pane"),
        Binding("escape", "leave", _("Back"), id="settings.leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._shown = Settings(Path())

    def body(self) -> Iterable[Widget]:
        """The path, the settings, what one means."""
        yield Static(id="path")
        yield RecordTable(
            [
                Column(_("setting"), 16, 3),
                Column(_("value"), 12, 2),
                Column(_("from"), 7),
                Column(_("seen"), 13),
            ],
            empty=_("The file cannot be read."),
            id="list",
        )
        yield Detail()

    @property
    def list(self) -> RecordTable:
        """The settings."""
        return self.query_one("#list", RecordTable)

    def on_mount(self) -> None:
        """Follows the file from now on."""
        self.list.focus()
        self.set_interval(LOOK_SECONDS, self.reload)

    def reload(self) -> None:
        """Reads the file, and shows it when it is another one."""
        self._reload()

    @work(exclusive=True, group="reload")
    async def _reload(self) -> None:
        found = await self.crm.asking.at_desk(lambda desk: setting_rows.read(desk.home.config))
        if found == self._shown:
            return
        self._shown = found
        self.query_one("#path", Static).update(shown(f"{found.path}  {found.fault}"))
        self.list.show(Known(found.rows))

    def on_record_table_moved(self, event: RecordTable.Moved) -> None:
        """The pane follows the list."""
        self.query_one(Detail).show(setting_rows.told(event.key, self._choices(event.key)) if event.key else [])

    def _choices(self, key: str) -> tuple[str, ...]:
        if key == "tui.theme":
            return ("", *sorted(self.app.available_themes))
        return config_text.of_key(key).choices

    @property
    def _key(self) -> str:
        row = self.list.current
        return "" if row is None else row.key

    def _value(self, key: str) -> str:
        found = config_text.value_of(self._shown.text, self._shown.path, key)
        value = config_text.of_key(key).default if found is None else found
        text = "" if value is None else setting_rows.word(value)
        return typable(text)

    # Changing

    def action_next_choice(self) -> None:
        """The choice after the present one."""
        key = self._key
        choices = self._choices(key) if key else ()
        if not choices:
            self.crm.say(_("it has no choices: enter types a value"))
            return
        now = self._value(key)
        at = choices.index(now) if now in choices else -1
        self._save(key, choices[(at + 1) % len(choices)])

    @work(group="decide")
    async def on_record_table_chosen(self, event: RecordTable.Chosen) -> None:
        """Asks for a value."""
        await self._type(event.key)

    @work(group="decide")
    async def action_add(self) -> None:
        """Asks for a key, then for its value."""
        lines = [
            shown(_("policy.fields.phones: what happens to conflicts in one field")),
            shown(_("accounts.work.policy.on_conflict: the same for one account")),
            shown(_('tui.keys."queue.lead": another key for a command')),
        ]
        key = await self.app.push_screen_wait(TypingIn(_("Which setting?"), lines, config_text.of_key))
        if key is not None:
            await self._type(key)

    async def _type(self, key: str) -> None:
        def check(value: str) -> None:
            self._refuse(key, value)

        lines = setting_rows.told(key, self._choices(key))
        value = await self.app.push_screen_wait(TypingIn(key, lines, check, self._value(key)))
        if value is not None:
            self._save(key, value)

    def _refuse(self, key: str, value: str) -> None:
        if key == "tui.theme" and value not in self._choices(key):
            raise Usage("there is no such theme", thing=value, next_step=", ".join(self._choices(key)[1:]))
        try:
            config_text.with_value(self._shown.text, self._shown.path, key, value)
        except BadConfig as error:
            raise Usage(error.what, thing=key, next_step=error.next_step) from error

    def action_unset(self) -> None:
        """The default holds again."""
        if key := self._key:
            self._write(key, lambda desk: config_text.unset(desk.home.config, key))

    def _save(self, key: str, value: str) -> None:
        self._write(key, lambda desk: config_text.set_value(desk.home.config, key, value))

    @work(group="write")
    async def _write(self, key: str, work: Callable[[Desk], None]) -> None:
        try:
            await self.crm.deciding.at_desk(work)
        except CrmsyncError as error:
            self.crm.complain(error)
            return
        self.crm.say(f"{key}: " + _("saved; a change is seen: {when}").format(when=setting_rows.effect(key)))
        if key.startswith(setting_rows.AT_ONCE):
            self.crm.look_like(*await self.crm.asking.at_desk(setting_rows.looks))
        self.reload()
