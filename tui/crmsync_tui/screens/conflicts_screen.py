"""Conflicts: which value stands, one by one, for a whole record, or for hundreds that ask the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from crmsync.admission.sorting import Done
from crmsync.desk import Desk
from crmsync.review import conflicts
from crmsync.review.conflicts import Choice
from crmsync.review.side_by_side import SideBySide, compare
from crmsync.store.conflict_log import LoggedConflict
from crmsync.store.conflict_page import ConflictOrder, ConflictPlace, ConflictSelection
from crmsync.store.store import Tables
from crmsync.values import Value
from crmsync_tui import conflict_rows
from crmsync_tui.pages import Pages, Slice
from crmsync_tui.screens.main_screen import MainScreen
from crmsync_tui.screens.preview import Preview
from crmsync_tui.widgets.filter_line import FilterLine
from crmsync_tui.widgets.record_table import Column, RecordTable
from crmsync_tui.widgets.side_pane import SidePane
from crmsync_tui.words import _, count, number_text


class ConflictsScreen(MainScreen):
    """Fields that both sides changed, and deletions that wait for a person."""

    NAME: ClassVar[str] = "conflicts"
    HELP_TEXT: ClassVar[str] = _(
        "Each line is a field that was changed on both sides, each in its own way, or a deletion that waits for your "
        "word. Everything else of these records is in sync. c takes the value of the CRM, r that of the remote, t both "
        "(lists), e lets you type another one. Keys act on the marked rows, or on the one below the cursor; C and R on "
        "all open fields of its record. The value that is not taken stays in the log. Remotes follow with the "
        "next sync."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "take('crm')", _("CRM"), id="conflicts.take_crm"),
        Binding("r", "take('remote')", _("Remote"), id="conflicts.take_remote"),
        Binding("t", "take('both')", _("Both"), id="conflicts.take_both"),
        Binding("b", "take('base')", _("Base"), show=False, id="conflicts.take_base"),
        Binding("C", "take_record('crm')", _("CRM, whole record"), show=False, id="conflicts.record_crm"),
        Binding("R", "take_record('remote')", _("Remote, whole record"), show=False, id="conflicts.record_remote"),
        Binding("o", "turn_order", _("Order"), show=False, id="conflicts.order"),
        Binding("slash", "filter", _("Filter"), show=False, id="conflicts.filter"),
        Binding("plus", "unchanged(True)", _("Show unchanged"), show=False, id="conflicts.more"),
        Binding("minus", "unchanged(False)", _("Hide unchanged"), show=False, id="conflicts.less"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._order = ConflictOrder.RECORD

    def body(self) -> Iterable[Widget]:
        """Filter, list, and the record of the row under the cursor beside its item."""
        yield FilterLine()
        with Container(classes="split"):
            yield RecordTable(
                [
                    Column(_("name"), 14, 3),
                    Column(_("field"), 10, 1),
                    Column(_("CRM"), 13, 3),
                    Column(_("remote"), 13, 3),
                    Column(_("account"), 8, 1),
                ],
                empty=_("No conflict is open."),
            )
            yield SidePane()

    @property
    def table(self) -> RecordTable:
        """The list."""
        return self.query_one(RecordTable)

    @property
    def pane(self) -> SidePane:
        """The record under the cursor beside its item."""
        return self.query_one(SidePane)

    @property
    def selection(self) -> ConflictSelection:
        """What the list shows."""
        return ConflictSelection(text=self.query_one(FilterLine).text)

    def on_mount(self) -> None:
        """Keys act at once."""
        self.table.focus()

    def reload(self) -> None:
        """Asks for the list again; cursor and marks stay."""
        self._show()

    def _show(self, *, top: bool = False) -> None:
        selection, order = self.selection, self._order

        def fetch(view: Tables, after: ConflictPlace | None, skip: int, limit: int) -> Slice[ConflictPlace]:
            return conflict_rows.fetch(view, selection, order, after, skip, limit)

        self.crm.lists.interrupt()
        self.table.show(Pages(self.crm.lists, fetch, lambda view: view.conflicts.count_of(selection)), top=top)
        self._tell()
        self._explain()

    def _tell(self) -> None:
        order = _("by record") if self._order is ConflictOrder.RECORD else _("by field")
        marked = self.table.total if self.table.all_marked else len(self.table.marked)
        self.query_one(FilterLine).tell(f"{order}  {_('marked')} {number_text(marked or 0)}" if marked else order)

    # Moving

    def on_record_table_moved(self) -> None:
        """The pane follows the cursor."""
        self._explain()

    def on_record_table_marks_changed(self) -> None:
        """Says how many are marked."""
        self._tell()

    @work(exclusive=True, group="explain")
    async def _explain(self) -> None:
        row = self.table.current
        self.pane.found = None if row is None else await self.crm.asking.at_desk(_beside(int(row.key)))
        self.pane.draw()

    def action_filter(self) -> None:
        """Lets the user type."""
        self.query_one(FilterLine).start()

    def on_filter_line_changed(self) -> None:
        """Other rows match."""
        self._show(top=True)

    def on_filter_line_left(self) -> None:
        """Back to the list."""
        self.table.focus()

    def action_turn_order(self) -> None:
        """The other order."""
        by_record = self._order is ConflictOrder.RECORD
        self._order = ConflictOrder.FIELD if by_record else ConflictOrder.RECORD
        self._show(top=True)

    def action_unchanged(self, show: bool) -> None:
        """Shows fields that are the same on both sides too, or hides them."""
        self.pane.unchanged = show
        self.pane.draw()

    # Deciding

    async def _meant(self) -> Sequence[int]:
        """The ids of the marked rows, else of the row under the cursor; a reason is shown when there are none."""
        if self.table.all_marked:
            selection = self.selection
            return await self.crm.asking.look(lambda view: view.conflicts.ids(selection))
        if self.table.marked:
            return sorted(map(int, self.table.marked))
        row = self.table.current
        if row is None:
            self.crm.say(_("there is no conflict to decide"))
        return [] if row is None else [int(row.key)]

    @work(group="decide")
    async def action_take(self, side: str) -> None:
        """Takes one side, or both."""
        await self._take(await self._meant(), Choice(side))

    @work(group="decide")
    async def action_take_record(self, side: str) -> None:
        """Takes one side for every open field of the record and item under the cursor."""
        row = self.table.current
        if row is None:
            self.crm.say(_("there is no conflict to decide"))
            return
        id = int(row.key)

        def of_record(view: Tables) -> Sequence[int]:
            return view.conflicts.ids(ConflictSelection(link=view.conflicts.get(id).conflict.link))

        await self._take(await self.crm.asking.look(of_record), Choice(side), ask=False)

    async def _take(self, ids: Sequence[int], choice: Choice, *, ask: bool = True) -> None:
        if len(ids) > 1 and ask:
            found, names = await self.crm.asking.look(lambda view: _named(view, ids))
            title = count("decide {n} conflict", "decide {n} conflicts", len(ids))
            lines = list(conflict_rows.preview(found, names, choice))
            if not await self.app.push_screen_wait(Preview(f"{title}: {_(choice.value)}", lines)):
                return
        await self._decide(ids, choice)

    async def _decide(self, ids: Sequence[int], choice: Choice, value: Value | None = None) -> None:
        if not ids:
            return
        doing = f"conflicts resolve --{choice}"
        done = await self.crm.decide(doing, lambda tx: conflicts.resolve_many(tx, ids, choice, value), _outcome)
        if done is not None:
            self.table.clear_marks()
            self._tell()


def _beside(id: int) -> Callable[[Desk], SideBySide | None]:
    def work(desk: Desk) -> SideBySide | None:
        config = desk.config
        with desk.seeing() as view:
            if not view.conflicts.many([id]):
                return None
            return compare(view, id, lambda account: config.policies(account.name, account.mode))

    return work


def _named(view: Tables, ids: Sequence[int]) -> tuple[Sequence[LoggedConflict], Mapping[str, str]]:
    found = view.conflicts.many(ids)
    return found, conflict_rows.names_of(view, found)


def _outcome(done: Done) -> str:
    said = count("{n} conflict decided", "{n} conflicts decided", len(done.ids))
    if done.skipped:
        said += f", {count('{n} left open', '{n} left open', len(done.skipped))}: {done.skipped[0][1]}"
    return said
