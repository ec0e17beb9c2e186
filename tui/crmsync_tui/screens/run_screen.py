"""One run in full: every change with both values, every write, every decision."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from crmsync.store.log import LogSelection, Mark
from crmsync.store.store import Tables
from crmsync_tui import journal_rows
from crmsync_tui.pages import Pages, Slice
from crmsync_tui.screens import about_runs
from crmsync_tui.screens.list_screen import ListScreen
from crmsync_tui.widgets.detail import Detail
from crmsync_tui.widgets.record_table import Column
from crmsync_tui.words import _


class RunScreen(ListScreen):
    """What a run did, in its order. Stands above the journal."""

    NAME: ClassVar[str] = "journal"
    HELP_TEXT: ClassVar[str] = _(
        "What this run did, in its order: changes of records in the CRM, writes at remotes, and what was decided "
        "beside them. The pane has both values in full. z takes the run back, after a preview; e writes its report."
    )
    COLUMNS = (
        Column(_("when"), 11),
        Column(_("who"), 6, 1),
        Column(_("what"), 12, 1),
        Column(_("name"), 12, 3),
        Column(_("change"), 16, 5),
    )
    EMPTY = _("It changed nothing.")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("z", "take_back", _("Undo this"), id="run.take_back"),
        Binding("e", "export", _("Export"), id="run.export"),
        Binding("y", "copy", _("Copy"), id="run.copy"),
        Binding("escape", "leave", _("Journal"), id="run.leave"),
    ]

    def __init__(self, run: int) -> None:
        super().__init__()
        self._run = run

    def body(self) -> Iterable[Widget]:
        """What it is, its lines, and a line in full."""
        yield Detail(id="head")
        yield from super().body()

    DEFAULT_CSS = """
    RunScreen #head { height: 6; width: 1fr; border: none; }
    """

    def new_pane(self) -> Detail:
        """A line in full."""
        return Detail(id="line")

    @property
    def pane(self) -> Detail:
        """The same."""
        return self.query_one("#line", Detail)

    def reload(self) -> None:
        """Asks for the lines again."""
        run = self._run

        def fetch(view: Tables, after: Mark | None, skip: int, limit: int) -> Slice[Mark]:
            return journal_rows.of_run(view, run, after, skip, limit)

        self.crm.lists.interrupt()
        self.table.show(Pages(self.crm.lists, fetch, lambda view: view.journal.log.count(LogSelection(run=run))))
        self._head()

    @work(exclusive=True, group="head")
    async def _head(self) -> None:
        found = await self.crm.asking.look(lambda view: journal_rows.head_of_run(view, self._run))
        self.query_one("#head", Detail).show(found)

    async def told(self, key: str) -> Iterable[Content]:
        """Both values in full."""
        return await self.crm.asking.look(lambda view: journal_rows.told(view, key))

    @work(group="decide")
    async def action_take_back(self) -> None:
        """Takes it back, after a preview."""
        if await about_runs.take_back(self, self._run):
            self.reload()

    @work(group="decide")
    async def action_export(self) -> None:
        """Its report into a file."""
        await about_runs.export(self, self._run)

    def action_copy(self) -> None:
        """What the pane shows."""
        about_runs.copy(self, self.pane.lines)
