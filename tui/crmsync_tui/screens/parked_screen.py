"""What could not be read or was refused, by the kind of fault; tried again one by one or all of a kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from crmsync.review import parked
from crmsync.store.store import Tables
from crmsync_tui import parked_rows
from crmsync_tui.pages import Pages, Slice
from crmsync_tui.screens import about_runs
from crmsync_tui.screens.list_screen import ListScreen
from crmsync_tui.screens.preview import Preview
from crmsync_tui.shown import shown
from crmsync_tui.widgets.detail import Detail
from crmsync_tui.widgets.record_table import Column, RecordTable
from crmsync_tui.words import _, count


class ParkedScreen(ListScreen):
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
    def table(self) -> RecordTable:
        """The items with a fault of the kind under the cursor."""
        return self.query_one("#items", RecordTable)

    @property
    def first(self) -> RecordTable:
        """The kinds."""
        return self.kinds

    def reload(self) -> None:
        """Asks for both lists again."""
        self.kinds.show(Pages(self.crm.lists, parked_rows.kinds, lambda view: len(parked.faults(view))))
        if self.kinds.current is not None:
            self._show_items(self.kinds.current.key, top=False)

    @on(RecordTable.Moved, "#kinds")
    def on_kind_moved(self, event: RecordTable.Moved) -> None:
        """The items follow the kind."""
        self._show_items(event.key, top=True)

    def on_record_table_chosen(self, event: RecordTable.Chosen) -> None:
        """From a kind to its items."""
        if event.table is self.kinds:
            self.table.focus()

    def _show_items(self, kind: str, *, top: bool) -> None:
        def fetch(view: Tables, after: int | None, skip: int, limit: int) -> Slice[int]:
            return parked_rows.items(view, kind, after, skip, limit)

        self.table.show(Pages(self.crm.lists, fetch, lambda view: len(parked_rows.ids_of(view, kind))), top=top)

    async def told(self, key: str) -> Iterable[Content]:
        """The item with its text."""
        return await self.crm.asking.look(lambda view: parked_rows.told(view, int(key)))

    def action_copy(self) -> None:
        """What the pane shows."""
        about_runs.copy(self, self.pane.lines)

    # Deciding

    async def _of_kind(self) -> Sequence[int]:
        row = self.kinds.current
        return [] if row is None else await self.crm.asking.look(lambda view: parked_rows.ids_of(view, row.key))

    async def _meant(self) -> Sequence[int]:
        """The marked items, else the one under the cursor; a reason is told when there is none."""
        if self.table.all_marked:
            return await self._of_kind()
        return sorted(map(int, self.picked()))

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
            self.table.clear_marks()
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
            self.table.clear_marks()
            self.reload()
