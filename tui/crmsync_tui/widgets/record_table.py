"""The one list of all screens: lines drawn over pages of rows, so 100,000 of them cost what 100 do.

It draws what has been read and asks for the rest; whatever is not there yet is an empty line for a moment. The row
under the cursor and the marked rows are known by their keys, so they stay what they are when the list changes below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events, work
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from crmsync.errors import CrmsyncError, Interrupted
from crmsync_tui.marks import marks
from crmsync_tui.pages import PAGE, Pages, Row
from crmsync_tui.shown import fit, line
from crmsync_tui.words import _

_SIGNS = 2
"""Columns before the text: a mark, and the row's own sign."""


_LEAST = 6
"""What a column that grows keeps as long as others can give way."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, its least width, and its share of what is left (0: it does not grow)."""

    title: str
    width: int
    share: int = 0
    right: bool = False


class RecordTable(ScrollView, can_focus=True):
    """Rows with a cursor and marks. `show` gives it something to show; it never changes anything itself."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "record-table--head",
        "record-table--cursor",
        "record-table--marked",
        "record-table--dim",
    }
    DEFAULT_CSS = """
    RecordTable { height: 1fr; scrollbar-size: 0 1; overflow-x: hidden; }
    RecordTable .record-table--head { color: $text-muted; text-style: bold; }
    RecordTable .record-table--cursor { text-style: reverse; }
    RecordTable .record-table--marked { text-style: bold; }
    RecordTable .record-table--dim { color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor(1)", _("down"), show=False, id="list.down"),
        Binding("up,k", "cursor(-1)", _("up"), show=False, id="list.up"),
        Binding("pagedown,ctrl+d", "turn(1)", _("page down"), show=False, id="list.page_down"),
        Binding("pageup,ctrl+u", "turn(-1)", _("page up"), show=False, id="list.page_up"),
        Binding("home,g", "edge(False)", _("first"), show=False, id="list.first"),
        Binding("end,G", "edge(True)", _("last"), show=False, id="list.last"),
        Binding("enter", "choose", _("open"), show=False, id="list.choose"),
        Binding("space", "mark", _("mark"), show=False, id="list.mark"),
        Binding("v", "mark_range", _("mark up to here"), show=False, id="list.range"),
        Binding("asterisk", "mark_all", _("mark all that match"), show=False, id="list.all"),
    ]

    cursor: var[int] = var(0)
    total: var[int | None] = var(None)

    class Moved(Message):
        """The cursor stands on another row, or on none (`key` is empty)."""

        def __init__(self, table: RecordTable, key: str) -> None:
            self.table, self.key = table, key
            super().__init__()

        @property
        def control(self) -> RecordTable:
            """The list."""
            return self.table

    class Chosen(Message):
        """`enter`, or a second click, on a row."""

        def __init__(self, table: RecordTable, key: str) -> None:
            self.table, self.key = table, key
            super().__init__()

        @property
        def control(self) -> RecordTable:
            """The list."""
            return self.table

    class MarksChanged(Message):
        """Other rows are marked than before."""

    def __init__(self, columns: Sequence[Column], *, empty: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.empty = empty
        self.marked: set[str] = set()
        self.all_marked = False
        self._pages: Pages[Any] | None = None
        self._least = 0
        self._wanted: set[int] = set()
        self._key = ""
        self._range_from = 0
        self._styles: dict[tuple[str, ...], Style] = {}
        self._measured: tuple[int, tuple[Column, ...], Sequence[int]] = (0, (), ())

    # What is shown

    @work(exclusive=True, group="show")
    async def show(self, pages: Pages[Any], *, top: bool = False, columns: Sequence[Column] = ()) -> None:
        """Shows other rows, or the same anew. The cursor stays on its row; with `top` it goes to the first.

        Rows of other `columns` come with them, so that nothing is drawn of the one below the other meanwhile.
        """
        try:
            at = 0 if top else self.cursor
            rows = await pages.load(at // PAGE)
            if not rows and at:
                at, rows = 0, await pages.load(0)
            self._pages, self._wanted = pages, set()
            self.columns = tuple(columns) or self.columns
            if top:
                self.clear_marks()
            place = next((n for n, row in enumerate(rows) if row.key == self._key), None)
            at = at if top or place is None else at // PAGE * PAGE + place
            self._least = at // PAGE * PAGE + len(rows)
            self.total = self._least if len(rows) < PAGE else None
            self._resize()
            self._go(at)
            self.refresh()
            known, self.total = self.total, await pages.total()
            if self.total != known:
                self._resize()
                self._go(self.cursor)
        except Interrupted:
            return
        except CrmsyncError as error:  # a filter that takes too long; what was there before stays
            self.app.notify(line(str(error)), severity="error", markup=False)

    @property
    def pages(self) -> Pages[Any] | None:
        """What is shown."""
        return self._pages

    def _resize(self) -> None:
        self.virtual_size = Size(self.size.width, 1 + max(self.rows_known, 1))

    @property
    def rows_known(self) -> int:
        """How many rows there are, or, before they are counted, how many at least."""
        return self._least if self.total is None else self.total

    def row_at(self, index: int) -> Row | None:
        """A row, when it was read already."""
        if self._pages is None or index < 0:
            return None
        rows = self._pages.kept(index // PAGE)
        return rows[index % PAGE] if rows is not None and index % PAGE < len(rows) else None

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self.row_at(self.cursor)

    @work(group="load")
    async def _read(self, page: int) -> None:
        pages = self._pages
        if pages is None:
            return
        try:
            await pages.load(page)
        except Interrupted:
            self._wanted.discard(page)
            return
        if pages is self._pages:
            self._tell()
            self.refresh()

    # The cursor

    def action_cursor(self, by: int) -> None:
        """Goes up or down by rows."""
        self._go(self.cursor + by)

    def action_turn(self, by: int) -> None:
        """Goes up or down by screens."""
        self._go(self.cursor + by * max(1, self.size.height - 2))

    def action_edge(self, last: bool) -> None:
        """Goes to the first or the last row."""
        self._go(self.rows_known - 1 if last else 0)

    def action_choose(self) -> None:
        """Says that this row is meant."""
        if self.current is not None:
            self.post_message(self.Chosen(self, self.current.key))

    def _go(self, index: int) -> None:
        self.cursor = max(0, min(index, self.rows_known - 1))
        height = max(1, self.size.height - 1)
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, immediate=True)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, immediate=True)
        self._tell()

    def _tell(self) -> None:
        row = self.current
        key = "" if row is None else row.key
        if key != self._key:
            self._key = key
            self.post_message(self.Moved(self, key))
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A click goes to a row, a second one chooses it."""
        index = event.y - 1 + self.scroll_offset.y
        if event.y < 1 or index >= self.rows_known:
            return
        if index == self.cursor and event.chain > 1:
            self.action_choose()
        self._go(index)

    # Marks

    def action_mark(self) -> None:
        """Marks this row, or takes its mark away, and goes to the next one."""
        row = self.current
        if row is None:
            return
        self.all_marked = False
        self.marked ^= {row.key}
        self._range_from = self.cursor
        self._go(self.cursor + 1)
        self.post_message(self.MarksChanged())

    def action_mark_range(self) -> None:
        """Marks all from the last marked row to this one, as far as they were read."""
        first, last = sorted((self._range_from, self.cursor))
        rows = (self.row_at(index) for index in range(first, last + 1))
        self.marked |= {row.key for row in rows if row is not None}
        self.refresh()
        self.post_message(self.MarksChanged())

    def action_mark_all(self) -> None:
        """Marks every row that matches, also those that were never read; or takes all marks away."""
        every = not self.all_marked
        self.clear_marks()
        self.all_marked = every
        self.post_message(self.MarksChanged())

    def clear_marks(self) -> None:
        """Takes all marks away."""
        self.marked.clear()
        self.all_marked = False
        self.refresh()

    # Drawing

    def on_resize(self) -> None:
        """The cursor stays in sight."""
        self._resize()
        self._go(self.cursor)

    def notify_style_update(self) -> None:
        """Another theme: what was drawn and looked up before no longer counts."""
        super().notify_style_update()
        self._styles.clear()

    def render_line(self, y: int) -> Strip:
        """The head, and below it the rows that are in sight."""
        index = y - 1 + self.scroll_offset.y
        if y == 0:
            return self._strip(" " * _SIGNS + self._join([column.title for column in self.columns]), "head")
        if self.total == 0 and y == 1:
            return self._strip(" " * _SIGNS + self.empty, "dim")
        row = self.row_at(index) if index < self.rows_known else None
        if row is None:
            self._want(index)
            return self._strip("")
        marked = self.all_marked or row.key in self.marked
        here = index == self.cursor
        sign = marks().marked if marked else (">" if here else " ")
        parts = ("dim" * row.dim, "marked" * marked, "cursor" * (here and self.has_focus))
        return self._strip(f"{sign}{row.sign or ' '}{self._join(row.cells)}", *filter(None, parts))

    def _strip(self, text: str, *parts: str) -> Strip:
        width = self.size.width
        return Strip([Segment(fit(text, width), self._style(parts))], width)

    def _want(self, index: int) -> None:
        page = index // PAGE
        if self._pages is not None and 0 <= index < self.rows_known and page not in self._wanted:
            self._wanted.add(page)
            self._read(page)

    def _style(self, parts: tuple[str, ...]) -> Style:
        """How text looks of which all these hold; looking it up costs more than drawing a line."""
        if (known := self._styles.get(parts)) is None:
            known = self.rich_style
            for part in parts:
                known += self.get_component_rich_style(f"record-table--{part}", partial=True)
            self._styles[parts] = known
        return known

    def _join(self, cells: Sequence[str]) -> str:
        """The cells in their columns, two spaces between them."""
        parts = []
        for column, width, cell in zip(self.columns, self._widths(), cells, strict=True):
            parts.append(cell.rjust(width) if column.right and len(cell) < width else fit(cell, width))
        return "  ".join(parts)

    def _widths(self) -> Sequence[int]:
        """How wide each column is now."""
        total = self.size.width
        if self._measured[:2] != (total, self.columns):
            self._measured = total, self.columns, _fitted(self.columns, total - _SIGNS)
        return self._measured[2]


def _fitted(columns: Sequence[Column], room: int) -> Sequence[int]:
    """How wide each column is in so much room: what is left over goes by their shares, to the first whatever is odd.

    Where there is too little, those that grow give way, the widest first; then the others do too.
    """
    spare = room - sum(column.width for column in columns) - 2 * (len(columns) - 1)
    shares = sum(column.share for column in columns)
    if spare >= 0 and shares:
        widths = [column.width + spare * column.share // shares for column in columns]
        first = next(n for n, column in enumerate(columns) if column.share)
        widths[first] += room - sum(widths) - 2 * (len(columns) - 1)
        return widths
    widths = [column.width for column in columns]
    for _column in range(-spare):
        able = [n for n, column in enumerate(columns) if widths[n] > (_LEAST if column.share else column.width)]
        able = able or [n for n in range(len(columns)) if widths[n] > 1]
        if not able:
            break
        widths[max(able, key=lambda n: (widths[n], n))] -= 1
    return widths
