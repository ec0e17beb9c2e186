"""The history of one record: who changed what when, by which account or rule; and former values put back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from crmsync.errors import CrmsyncError
from crmsync.review.editing import edit
from crmsync_tui import history_rows
from crmsync_tui.history_rows import History
from crmsync_tui.pages import Known
from crmsync_tui.screens.list_screen import ListScreen
from crmsync_tui.shown import shown
from crmsync_tui.widgets.record_table import Column
from crmsync_tui.words import _


class HistoryScreen(ListScreen):
    """Newest change first."""

    NAME: ClassVar[str] = "records"
    HELP_TEXT: ClassVar[str] = _(
        "Every change of this record, newest first: who made it, through which program or account, and by which rule. "
        "r puts back the value that stood before the change below the cursor; that is a change of its own, and u takes "
        "it back."
    )
    COLUMNS = (
        Column(_("when"), 12),
        Column(_("who"), 6, 1),
        Column(_("from"), 8, 1),
        Column(_("field"), 10, 1),
        Column(_("before"), 12, 2),
        Column(_("after"), 12, 2),
    )
    EMPTY = _("Nothing was journalled.")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "restore", _("Restore what was before"), id="history.restore"),
        Binding("escape", "leave", _("Back"), id="history.leave"),
    ]

    def __init__(self, record: str, name: str) -> None:
        super().__init__()
        self._record, self._name = record, name
        self._history = History((), {})

    def body(self) -> Iterable[Widget]:
        """Title, list, the change below the cursor."""
        yield Static(shown(_("History of {name}").format(name=self._name), "bold"), classes="title")
        yield from super().body()

    def reload(self) -> None:
        """Asks for it, also again after a change."""
        self._read()

    @work(exclusive=True, group="history")
    async def _read(self) -> None:
        id = self._record
        self._history = await self.crm.asking.look(lambda view: history_rows.find(view, id))
        self.table.show(Known(self._history.rows()))
        self.explain()

    async def told(self, key: str) -> Iterable[Content]:
        """The change in full."""
        entry = self._history.entry(key)
        return [] if entry is None else history_rows.told(self._history, entry)

    @work(group="decide")
    async def action_restore(self) -> None:
        """Puts the former value back."""
        row, id = self.table.current, self._record
        entry = None if row is None else self._history.entry(row.key)
        if entry is None:
            self.crm.say(_("there is no change to take a value from"))
            return
        try:
            field, value = history_rows.former(entry)
        except CrmsyncError as error:
            self.crm.say(str(error))
            return
        reason = f"put back as it was before change {entry.seq}"
        done = await self.crm.decide("records set", lambda tx: edit(tx, id, {field: value}, reason))
        if done is not None:
            self.crm.say(_("{field} is as it was").format(field=field) if done else _("it is as it was already"))
