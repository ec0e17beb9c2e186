"""What the screens with a list share: the pane beside it that follows the cursor, and which rows a key means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from textual import work
from textual.containers import Container
from textual.content import Content
from textual.widget import Widget

from crmsync_tui.pages import Pages
from crmsync_tui.screens.main_screen import MainScreen
from crmsync_tui.widgets.detail import Detail
from crmsync_tui.widgets.filter_line import FilterLine
from crmsync_tui.widgets.record_table import Column, RecordTable
from crmsync_tui.words import _, number_text


class ListScreen(MainScreen):
    """A list, and all about the row under the cursor.

    A subclass gives `COLUMNS`, `EMPTY`, `reload` and `told`; where it has a `body` of its own, `table` and `pane` say
    which list and which pane are meant. Textual calls `on_...` of a subclass and then ours too.
    """

    COLUMNS: ClassVar[Sequence[Column]] = ()
    EMPTY: ClassVar[str] = ""
    NO_ROW: ClassVar[str] = _("there is no row to do this with")
    """What a key says that needs a row."""

    def body(self) -> Iterable[Widget]:
        """The list, and the pane: beside it where there is room, else below it."""
        with Container(classes="split"):
            yield RecordTable(self.COLUMNS, empty=self.EMPTY)
            yield self.new_pane()

    def new_pane(self) -> Detail:
        """The pane."""
        return Detail()

    @property
    def table(self) -> RecordTable:
        """The list."""
        return self.query_one(RecordTable)

    @property
    def pane(self) -> Detail:
        """The pane."""
        return self.query_one(Detail)

    @property
    def first(self) -> Widget:
        """Where keys go at first."""
        return self.table

    def on_mount(self) -> None:
        """Keys act at once."""
        self.first.focus()

    def on_record_table_moved(self) -> None:
        """The pane follows the cursor."""
        self.when_still(self.explain)

    async def told(self, key: str) -> Iterable[Content]:
        """All about the row of this key."""
        raise NotImplementedError

    @work(exclusive=True, group="explain")
    async def explain(self) -> None:
        """Tells about the row under the cursor."""
        row = self.table.current
        self.pane.show([] if row is None else await self.told(row.key))

    def here(self) -> str | None:
        """The key of the row under the cursor; the user is told when there is none."""
        row = self.table.current
        if row is None:
            self.crm.say(self.NO_ROW)
        return None if row is None else row.key

    def picked(self) -> Sequence[str]:
        """The keys of the marked rows, else of the one under the cursor; the user is told when there are none.

        Where all rows are marked, the store has to be asked which they are.
        """
        if self.table.marked:
            return sorted(self.table.marked)
        key = self.here()
        return [] if key is None else [key]


class FilteredScreen(ListScreen):
    """A long list below a line that filters it. A subclass gives `pages` and `status` instead of `reload`."""

    def body(self) -> Iterable[Widget]:
        """Filter, list, pane."""
        yield FilterLine()
        yield from super().body()

    @property
    def typed(self) -> str:
        """What the list is filtered by."""
        return self.query_one(FilterLine).text

    def pages(self) -> Pages[Any]:
        """What the list shows, as it is filtered now."""
        raise NotImplementedError

    def status(self) -> str:
        """What stands beside the filter: a count, an order."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """The count shows as soon as it is known."""
        self.watch(self.table, "total", self.tell, init=False)

    def reload(self) -> None:
        """Asks for the list again; cursor and marks stay."""
        self.show()
        self.explain()

    def show(self, *, top: bool = False) -> None:
        """Asks for the list. With `top` the cursor goes to the first row, and the pane follows when it is another."""
        self.crm.lists.interrupt()
        self.table.show(self.pages(), top=top)
        self.tell()

    def tell(self) -> None:
        """Says it anew beside the filter."""
        self.query_one(FilterLine).tell(self.status())

    def marked_said(self) -> str:
        """How many rows are marked, in words; empty for none."""
        marked = self.table.total if self.table.all_marked else len(self.table.marked)
        return f"{_('marked')} {number_text(marked)}" if marked else ""

    def done(self) -> None:
        """What was marked has been dealt with."""
        self.table.clear_marks()
        self.tell()

    def on_record_table_marks_changed(self) -> None:
        """Says how many are marked."""
        self.tell()

    def action_filter(self) -> None:
        """Lets the user type."""
        self.query_one(FilterLine).start()

    def on_filter_line_changed(self) -> None:
        """Other rows match."""
        self.show(top=True)

    def on_filter_line_left(self) -> None:
        """Back to the list."""
        self.table.focus()
