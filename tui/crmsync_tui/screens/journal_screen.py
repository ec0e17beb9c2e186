"""The journal: what was done, by whom, where it went and how that ended; live, searched, and taken back run by run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content

from crmsync.model import FILES
from crmsync.review import parked, run_search
from crmsync.store.log import Mark
from crmsync.store.runs import Run
from crmsync.store.store import Tables
from crmsync_tui import journal_rows
from crmsync_tui.pages import Pages, Slice
from crmsync_tui.screens import about_runs
from crmsync_tui.screens.list_screen import FilteredScreen
from crmsync_tui.screens.parked_screen import ParkedScreen
from crmsync_tui.screens.run_screen import RunScreen
from crmsync_tui.widgets.record_table import Column
from crmsync_tui.words import _, number_text


class JournalScreen(FilteredScreen):
    """Runs, the newest first; or, as a tail, every single change, write and decision as it happens."""

    NAME: ClassVar[str] = "journal"
    HELP_TEXT: ClassVar[str] = _(
        "Everything that was done in one go is a run: a sync, an import, a decision. Enter shows all of it, z takes "
        "exactly this one back, after a preview. t turns to the single changes, writes at remotes and decisions, and "
        "follows them as they happen. Press / and type words of a run or of the names it changed; short words filter: "
        "by:eva account:work kind:sync state:failed. K shows what could not be read or was refused, by kind."
    )
    COLUMNS = (
        Column(_("when"), 12),
        Column(_("who"), 6, 1),
        Column(_("what"), 14, 2),
        Column(_("where"), 8, 2),
        Column(_("result"), 14, 4),
    )
    EMPTY = _("Nothing was done yet, or nothing matches.")
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

    def reload(self) -> None:
        """Who stands on the newest line of the tail stays on the newest line."""
        self.show(top=self._tail and self.table.cursor == 0)
        self.explain()

    def pages(self) -> Pages[Any]:
        """Runs, or single lines."""
        if self._tail:
            lines = run_search.for_log(self.typed)

            def tail(view: Tables, before: Mark | None, skip: int, limit: int) -> Slice[Mark]:
                return journal_rows.tail(view, lines, before, skip, limit)

            return Pages(self.crm.lists, tail, lambda view: view.journal.log.count(lines))
        meant = run_search.read(self.typed)

        def runs(view: Tables, before: int | None, skip: int, limit: int) -> Slice[int]:
            return journal_rows.runs(view, meant, before, skip, limit)

        return Pages(self.crm.lists, runs, lambda view: view.runs.count(meant))

    def status(self) -> str:
        """What is listed, and how much of it."""
        what, total = _("TAIL") if self._tail else _("runs"), self.table.total
        return what if total is None else f"{what} {number_text(total)}"

    async def told(self, key: str) -> Iterable[Content]:
        """The run, or the line, in full."""
        return await self.crm.asking.look(lambda view: journal_rows.told(view, key))

    @work(group="decide")
    async def on_record_table_chosen(self) -> None:
        """All of a run."""
        if (run := await self._meant()) is not None:
            await self.app.push_screen(RunScreen(run.id))

    def action_tail(self) -> None:
        """Runs or single lines."""
        self._tail = not self._tail
        self.show(top=True)

    # Doing

    async def _meant(self) -> Run | None:
        """The run of the row under the cursor; a reason is told when there is none."""
        if (key := self.here()) is None:
            return None
        run = await self.crm.asking.look(lambda view: journal_rows.run_of(view, key))
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
            self.crm.fail(answer.text)
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
        about_runs.copy(self, self.pane.lines)
