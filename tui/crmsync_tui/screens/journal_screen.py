"""The journal: what was done, by whom, where it went and how that ended; live, searched, and taken back run by run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widget import Widget

from crmsync.model import FILES
from crmsync.review import parked, run_search
from crmsync.store.log import Mark
from crmsync.store.runs import Run
from crmsync.store.store import Tables
from crmsync_tui import journal_rows
from crmsync_tui.pages import Pages, Slice
from crmsync_tui.screens import about_runs
from crmsync_tui.screens.main_screen import MainScreen
from crmsync_tui.screens.parked_screen import ParkedScreen
from crmsync_tui.screens.run_screen import RunScreen
from crmsync_tui.shown import line
from crmsync_tui.widgets.detail import Detail
from crmsync_tui.widgets.filter_line import FilterLine
from crmsync_tui.widgets.record_table import Column, RecordTable
from crmsync_tui.words import _, number_text


class JournalScreen(MainScreen):
    """Runs, the newest first; or, as a tail, every single change, write and decision as it happens."""

    NAME: ClassVar[str] = "journal"
    HELP_TEXT: ClassVar[str] = _(
        "Everything that was done in one go is a run: a sync, an import, a decision. Enter shows all of it, z takes "
        "exactly this one back, after a preview. t turns to the single changes, writes at remotes and decisions, and "
        "follows them as they happen. Press / and type words of a run or of the names it changed; short words filter: "
        "by:eva account:work kind:sync state:failed. K shows what could not be read or was refused, by kind."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "tail", _("Tail"), id="journal.tail"),
        Binding("z", "take_back", _("Undo this"), id="journal.take_back"),
        Binding("x", "retry", _("Retry"), id="journal.retry"),
        Binding("K", "kinds", _("Errors"), id="journal.kinds"),
        Binding("e", "export", _("Export"), id="journal.export"),
        Binding("y", "copy", _("Copy"), show=False, id="journal.copy"),
        Binding("slash", "filter", _("Filter"), id="journal.filter"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._tail = False
        self._told: Sequence[Content] = ()

    def body(self) -> Iterable[Widget]:
        """Filter, list, and all about the row under the cursor."""
        yield FilterLine()
        with Container(classes="split"):
            yield RecordTable(
                [
                    Column(_("when"), 12),
                    Column(_("who"), 6, 1),
                    Column(_("what"), 14, 2),
                    Column(_("where"), 8, 2),
                    Column(_("result"), 14, 4),
                ],
                empty=_("Nothing was done yet, or nothing matches."),
            )
            yield Detail()

    @property
    def table(self) -> RecordTable:
        """The list."""
        return self.query_one(RecordTable)

    def on_mount(self) -> None:
        """Keys act at once, and the count shows as soon as it is known."""
        self.table.focus()
        self.watch(self.table, "total", self._tell, init=False)

    def reload(self) -> None:
        """Asks for the list again. Who stands on the newest line stays on the newest line."""
        self._show(top=self._tail and self.table.cursor == 0)

    def _show(self, *, top: bool = False) -> None:
        typed = self.query_one(FilterLine).text
        self.crm.lists.interrupt()
        if self._tail:
            lines = run_search.for_log(typed)

            def tail(view: Tables, before: Mark | None, skip: int, limit: int) -> Slice[Mark]:
                return journal_rows.tail(view, lines, before, skip, limit)

            self.table.show(Pages(self.crm.lists, tail, lambda view: view.journal.log.count(lines)), top=top)
        else:
            meant = run_search.read(typed)

            def runs(view: Tables, before: int | None, skip: int, limit: int) -> Slice[int]:
                return journal_rows.runs(view, meant, before, skip, limit)

            self.table.show(Pages(self.crm.lists, runs, lambda view: view.runs.count(meant)), top=top)
        self._tell()
        self._explain()

    def _tell(self) -> None:
        what = _("TAIL") if self._tail else _("runs")
        total = self.table.total
        self.query_one(FilterLine).tell(what if total is None else f"{what} {number_text(total)}")

    # Moving

    def on_record_table_moved(self) -> None:
        """The pane follows the cursor."""
        self.when_still(self._explain)

    @work(exclusive=True, group="explain")
    async def _explain(self) -> None:
        row = self.table.current
        self._told = ()
        if row is not None:
            self._told = await self.crm.asking.look(lambda view: journal_rows.told(view, row.key))
        self.query_one(Detail).show(self._told)

    @work(group="decide")
    async def on_record_table_chosen(self) -> None:
        """All of a run."""
        if (run := await self._meant()) is not None:
            await self.app.push_screen(RunScreen(run.id))

    def action_tail(self) -> None:
        """Runs or single lines."""
        self._tail = not self._tail
        self._show(top=True)

    def action_filter(self) -> None:
        """Lets the user type."""
        self.query_one(FilterLine).start()

    def on_filter_line_changed(self) -> None:
        """Other rows match."""
        self._show(top=True)

    def on_filter_line_left(self) -> None:
        """Back to the list."""
        self.table.focus()

    # Doing

    async def _meant(self) -> Run | None:
        """The run of the row under the cursor; a reason is told when there is none."""
        row = self.table.current
        if row is None:
            self.crm.say(_("there is no row to do this with"))
            return None
        run = await self.crm.asking.look(lambda view: journal_rows.run_of(view, row.key))
        if run is None:
            self.crm.say(_("this belongs to no run"))
        return run

    @work(group="decide")
    async def action_take_back(self) -> None:
        """Takes exactly this run back, after a preview."""
        if (run := await self._meant()) is not None:
            await about_runs.take_back(self, run.id)

    @work(group="decide")
    async def action_retry(self) -> None:
        """Asks again for what is set aside of the account of this run, and syncs it."""
        run = await self._meant()
        if run is None:
            return
        if not run.account or run.account == FILES:
            self.crm.say(_("only what has to do with an account can be tried again; K shows what failed"))
            return
        ids = await self.crm.asking.look(lambda view: parked.of_account(view, run.account))
        if ids:
            await self.crm.decide("parked retry", lambda tx: parked.retry(tx, ids))
        self.crm.say(_("trying again: {account}").format(account=run.account))
        answer = await self.crm.errand.run("sync", run.account)
        if not answer.well:
            self.notify(line(answer.text), severity="error", markup=False)
        self.crm.look_whether_changed()

    def action_kinds(self) -> None:
        """What could not be read or was refused."""
        self.app.push_screen(ParkedScreen())

    @work(group="decide")
    async def action_export(self) -> None:
        """The report of this run into a file."""
        if (run := await self._meant()) is not None:
            await about_runs.export(self, run.id)

    def action_copy(self) -> None:
        """What the pane shows."""
        about_runs.copy(self, self._told)
