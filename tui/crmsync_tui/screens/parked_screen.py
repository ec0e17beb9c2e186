"""What could not be read or was refused, by the kind of fault; tried again one by one or all of a kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from crmsync.review import parked
from crmsync.store.store import Tables
from crmsync_tui import parked_rows
from crmsync_tui.pages import Pages, Slice
from crmsync_tui.screens import about_runs
from crmsync_tui.screens.main_screen import MainScreen
from crmsync_tui.screens.preview import Preview
from crmsync_tui.shown import shown
from crmsync_tui.widgets.detail import Detail
from crmsync_tui.widgets.record_table import Column, RecordTable
from crmsync_tui.words import _, count


class ParkedScreen(MainScreen):
    """Faults of one kind together, the items of the kind under the cursor, and one of them with its text."""

    NAME: ClassVar[str] = "journal"
    HELP_TEXT: ClassVar[str] = _(
        "What could not be read, and what a remote refused. Above are the kinds of faults, below the items of the one "
        "under the cursor; tab goes from one to the other. x tries the marked items again, or the one under the "
        "cursor, X all of this kind; both with the next sync (S). d leaves them: an item without a record is "
        "forgotten, one with a record stays out of step until either side changes."
    )
    DEFAULT_CSS = """
    ParkedScreen #kinds { height: 6; }
    ParkedScreen Detail { height: 10; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "retry", _("Retry"), id="parked.retry"),
        Binding("X", "retry_kind", _("Retry all of this kind"), id="parked.retry_kind"),
        Binding("d", "drop", _("Leave so"), id="parked.drop"),
        Binding("y", "copy", _("Copy"), show=False, id="parked.copy"),
        Binding("tab", "app.focus_next", _("Items"), id="parked.items"),
        Binding("escape", "leave", _("Journal"), id="parked.leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._told: Sequence[Content] = ()

    def body(self) -> Iterable[Widget]:
        """Kinds, items, and an item in full."""
        yield RecordTable(
            [Column(_("items"), 6, right=True), Column(_("fault"), 30, 1)],
            empty=_("Nothing is set aside."),
            id="kinds",
        )
        yield RecordTable(
            [Column(_("account"), 8, 1), Column(_("item"), 14, 3), Column(_("why"), 20, 5), Column(_("state"), 14)],
            id="items",
        )
        yield Detail()

    @property
    def kinds(self) -> RecordTable:
        """The kinds of faults."""
        return self.query_one("#kinds", RecordTable)

    @property
    def items(self) -> RecordTable:
        """The items with a fault of the kind under the cursor."""
        return self.query_one("#items", RecordTable)

    def on_mount(self) -> None:
        """Keys act on the kinds first."""
        self.kinds.focus()

    def reload(self) -> None:
        """Asks for both lists again."""
        self.kinds.show(Pages(self.crm.lists, parked_rows.kinds, lambda view: len(parked.faults(view))))
        if self.kinds.current is not None:
            self._show_items(self.kinds.current.key, top=False)

    def on_record_table_moved(self, event: RecordTable.Moved) -> None:
        """The items follow the kind, the pane follows the item."""
        if event.table is self.kinds:
            self._show_items(event.key, top=True)
        self.when_still(self._explain)

    def on_record_table_chosen(self, event: RecordTable.Chosen) -> None:
        """From a kind to its items."""
        if event.table is self.kinds:
            self.items.focus()

    def _show_items(self, kind: str, *, top: bool) -> None:
        def fetch(view: Tables, after: int | None, skip: int, limit: int) -> Slice[int]:
            return parked_rows.items(view, kind, after, skip, limit)

        self.items.show(Pages(self.crm.lists, fetch, lambda view: len(parked_rows.ids_of(view, kind))), top=top)

    @work(exclusive=True, group="explain")
    async def _explain(self) -> None:
        row = self.items.current
        self._told = ()
        if row is not None:
            self._told = await self.crm.asking.look(lambda view: parked_rows.told(view, int(row.key)))
        self.query_one(Detail).show(self._told)

    def action_leave(self) -> None:
        """Back to the journal."""
        self.app.pop_screen()

    def action_copy(self) -> None:
        """What the pane shows."""
        about_runs.copy(self, self._told)

    # Deciding

    async def _of_kind(self) -> Sequence[int]:
        row = self.kinds.current
        return [] if row is None else await self.crm.asking.look(lambda view: parked_rows.ids_of(view, row.key))

    async def _meant(self) -> Sequence[int]:
        """The marked items, else the one under the cursor; a reason is told when there is none."""
        if self.items.all_marked:
            return await self._of_kind()
        if self.items.marked:
            return sorted(map(int, self.items.marked))
        row = self.items.current
        if row is None:
            self.crm.say(_("there is no row to do this with"))
        return [] if row is None else [int(row.key)]

    @work(group="decide")
    async def action_retry(self) -> None:
        """Tries these again with the next sync."""
        await self._retry(await self._meant())

    @work(group="decide")
    async def action_retry_kind(self) -> None:
        """Tries all of this kind again."""
        await self._retry(await self._of_kind())

    async def _retry(self, ids: Sequence[int]) -> None:
        if not ids:
            return
        done = await self.crm.decide(
            "parked retry",
            lambda tx: parked.retry(tx, ids),
            lambda n: count(
                "{n} item is tried again with the next sync: S", "{n} items are tried again with the next sync: S", n
            ),
        )
        if done is not None:
            self.items.clear_marks()
            self.reload()

    @work(group="decide")
    async def action_drop(self) -> None:
        """Leaves these, after a look at what that means."""
        ids = await self._meant()
        if not ids:
            return
        lines = [
            shown(_("What has no record is forgotten until it changes at the remote.")),
            shown(_("What has one stays out of step, and is not tried again until either side changes.")),
        ]
        if await self.app.push_screen_wait(Preview(count("leave {n} item", "leave {n} items", len(ids)), lines)):
            await self.crm.decide("parked drop", lambda tx: parked.drop(tx, ids))
            self.items.clear_marks()
            self.reload()
