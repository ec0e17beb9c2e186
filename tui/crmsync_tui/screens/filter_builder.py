"""One filter, line by line or as SQL, with what it would change while it is typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from crmsync.errors import Interrupted
from crmsync.review import saved_filters
from crmsync.store.filters import Filter
from crmsync.typed.filter_lines import Line, expression, typed
from crmsync_tui import filter_rows
from crmsync_tui.filter_rows import COLUMNS, Counted
from crmsync_tui.pages import Known
from crmsync_tui.screens.live_typing import LiveTyping
from crmsync_tui.screens.main_screen import MainScreen
from crmsync_tui.screens.preview import Preview
from crmsync_tui.screens.typing_in import TypingIn, something
from crmsync_tui.shown import shown, typable
from crmsync_tui.widgets.detail import Detail
from crmsync_tui.widgets.record_table import Column, RecordTable
from crmsync_tui.words import _, count


class FilterBuilder(MainScreen):
    """Changes nothing before it is saved."""

    NAME: ClassVar[str] = "records"
    HELP_TEXT: ClassVar[str] = _(
        "Each line is a column, a comparison (= <> < <= > >= contains begins empty filled) and a value, with the "
        "number of records that it has by itself. Lines joined by and belong together, an or begins another group; "
        "not turns a line around. m shows the same as SQL, which can say more. Below: who enters and who leaves "
        "against now. w saves; when more than a tenth leaves, it asks first."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", _("Add line"), id="builder.add"),
        Binding("d", "drop", _("Drop"), id="builder.drop"),
        Binding("o", "either", _("And/or"), show=False, id="builder.either"),
        Binding("x", "negate", _("Not"), id="builder.negate"),
        Binding("m", "sql", _("SQL"), id="builder.sql"),
        Binding("w", "save", _("Save"), id="builder.save"),
        Binding("escape", "leave", _("Back"), id="builder.leave"),
    ]

    def __init__(self, name: str = "", text: str = "") -> None:
        super().__init__()
        self._filter = name
        self._saved = text
        self._text = text
        self._lines = filter_rows.lines_in(text)
        self._found = Counted()

    def body(self) -> Iterable[Widget]:
        """The name, the lines, what they come to."""
        yield Static(id="filter")
        yield RecordTable(
            [Column(_("join"), 4), Column(_("line"), 20, 1), Column(_("records"), 9, right=True)],
            empty=_("No line yet: a adds one, m types SQL."),
            id="list",
        )
        yield Detail()

    @property
    def table(self) -> RecordTable:
        """The lines."""
        return self.query_one("#list", RecordTable)

    def on_mount(self) -> None:
        """Keys act on the lines."""
        self.table.focus()

    def reload(self) -> None:
        """Counts anew."""
        self._draw()
        self._count()

    def _draw(self) -> None:
        name = self._filter or _("new filter")
        changed = "" if self._text == self._saved else f" ({_('not saved')})"
        self.query_one("#filter", Static).update(shown(f" {name}{changed}", "bold"))
        rows = filter_rows.line_rows(self._text, self._lines, self._found)
        self.table.show(Known(rows))
        self.query_one(Detail).show(filter_rows.told(self._text, self._found))

    @work(exclusive=True, group="count")
    async def _count(self) -> None:
        found = await self._counted(self._text, self._lines or ())
        if found is not None:
            self._found = found
            self._draw()

    async def _counted(self, text: str, lines: Sequence[Line]) -> Counted | None:
        name = self._filter
        self.crm.lists.interrupt()
        try:
            return await self.crm.lists.at_desk(lambda desk: filter_rows.counted(desk, name, text, lines))
        except Interrupted:
            return None

    # Changing lines

    def _place(self) -> int | None:
        """The line under the cursor; says why there is none."""
        if self._lines is None:
            self.crm.say(_("lines cannot say this: m changes the SQL"))
            return None
        row = self.table.current
        if row is None or not row.key.isdecimal():
            self.crm.say(_("there is no line: a adds one"))
            return None
        return min(int(row.key), len(self._lines) - 1)

    def _take(self, lines: list[Line] | None, text: str) -> None:
        self._lines, self._text = lines, text
        self._found = Counted()
        self.reload()

    def _turn(self, place: int, line: Line | None) -> None:
        """Another line at a place, or none."""
        lines = list(self._lines or ())
        lines[place : place + 1] = [] if line is None else [line]
        if lines:
            lines[0] = replace(lines[0], either=False)
        self._take(lines, expression(lines))

    def action_drop(self) -> None:
        """Takes the line out."""
        if (place := self._place()) is not None:
            self._turn(place, None)

    def action_either(self) -> None:
        """And becomes or, or the other way round."""
        place = self._place()
        if place == 0:
            self.crm.say(_("the first line is joined to nothing"))
        elif place is not None and self._lines:
            self._turn(place, replace(self._lines[place], either=not self._lines[place].either))

    def action_negate(self) -> None:
        """The line holds for all the others."""
        if (place := self._place()) is not None and self._lines:
            self._turn(place, replace(self._lines[place], negated=not self._lines[place].negated))

    @work(group="decide")
    async def action_add(self) -> None:
        """One more line, at the end."""
        if self._lines is None:
            self.crm.say(_("lines cannot say this: m changes the SQL"))
            return
        if (line := await self._type("")) is not None:
            self._turn(len(self._lines), line)

    @work(group="decide")
    async def on_record_table_chosen(self, event: RecordTable.Chosen) -> None:
        """Changes the line, or the SQL."""
        if self._lines is None:
            await self._type_sql()
            return
        place = int(event.key)
        before = self._lines[place]
        if (line := await self._type(str(before))) is not None:
            self._turn(place, replace(line, either=before.either))

    async def _type(self, start: str) -> Line | None:
        async def come_to(text: str) -> Sequence[Content]:
            line = typed(text, COLUMNS)
            found = await self._counted("", [line])
            if found is None or found.fault:
                return [shown(found.fault if found else "")]
            return [shown(count("{n} record", "{n} records", found.lines[0] or 0)), shown(expression([line]), "dim")]

        title = _("column, comparison, value")
        text = await self.app.push_screen_wait(
            LiveTyping(title, come_to, typable(start), check=lambda one: typed(one, COLUMNS), words=COLUMNS)
        )
        return None if text is None else typed(text, COLUMNS)

    @work(group="decide")
    async def action_sql(self) -> None:
        """The same as one expression, to read or to change."""
        await self._type_sql()

    async def _type_sql(self) -> None:
        async def come_to(text: str) -> Sequence[Content]:
            found = await self._counted(text.strip(), ())
            return [] if found is None else filter_rows.told(text, found)

        title = _("SQL over the columns of records")
        text = await self.app.push_screen_wait(
            LiveTyping(title, come_to, typable(self._text), check=something, words=COLUMNS)
        )
        if text is not None and text.strip() != self._text:
            self._take(filter_rows.lines_in(text), text.strip())

    # Saving

    @work(group="decide")
    async def action_save(self) -> None:
        """Saves it; asks first when many leave."""
        if not self._text:
            self.crm.say(_("there is nothing to save: a adds a line"))
            return
        name = self._filter
        if not name:
            lines = [shown(_("Letters, digits, '.', '_' or '-'."))]
            called = await self.app.push_screen_wait(TypingIn(_("What do you call it?"), lines, something))
            name = called or ""
            if not name:
                return
        text = self._text
        found = await self.crm.asking.at_desk(lambda desk: filter_rows.counted(desk, name, text, ()))
        known = await self.crm.asking.look(lambda view: view.filters.find(name) is not None)
        if known and found.change is not None and found.change.takes_many:
            title = _("{name}: more than a tenth leaves").format(name=name)
            if not await self.app.push_screen_wait(Preview(title, filter_rows.told(text, found))):
                return
        user = await self.crm.asking.at_desk(lambda desk: desk.user.id)
        kept = await self.crm.decide("filter set", lambda tx: saved_filters.save(tx, user, name, text), _said)
        if kept is not None:
            self._filter, self._saved = name, text
            self.reload()

    def action_leave(self) -> None:
        """Back to the filters; what was not saved is told."""
        if self._text != self._saved:
            self.crm.say(_("the filter was not saved: {text}").format(text=self._text))
        self.app.pop_screen()


def _said(kept: tuple[Filter, int]) -> str:
    return f"{kept[0].name}: " + count("saved; {n} record matches", "saved; {n} records match", kept[1])
