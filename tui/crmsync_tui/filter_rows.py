"""What the filter screens show: saved filters, their lines, and what would be different."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from crmsync.desk import Desk
from crmsync.errors import Usage
from crmsync.review.filter_preview import FilterPreview, preview
from crmsync.store.record_columns import record_columns
from crmsync.store.record_list import Selection
from crmsync.typed.filter_lines import Line, expression, lines_of
from crmsync_tui.marks import marks
from crmsync_tui.pages import Row
from crmsync_tui.shown import line, shown
from crmsync_tui.words import _, count, number_text

COLUMNS = tuple(record_columns(0).sql)
"""What a line can be about, and `custom.<name>`."""
_NAMED = 8


@dataclass(frozen=True, slots=True)
class Counted:
    """How many records each line has by itself, and what the whole would change; `fault` where it cannot be used."""

    lines: tuple[int | None, ...] = ()
    change: FilterPreview | None = None
    fault: str = ""


def saved(desk: Desk) -> list[Row]:
    """Every saved filter, and who uses it."""
    with desk.seeing() as view:
        filters = [(one, view.filters.accounts(one.name)) for one in view.filters.all()]
    return [Row(one.name, (line(one.name), line(", ".join(names)), line(one.expression))) for one, names in filters]


def counted(desk: Desk, name: str, text: str, lines: Sequence[Line]) -> Counted:
    """Counts; compares with what the saved filter selects now, for a new one with the flags. Raises `Interrupted`."""
    user = desk.user.id
    with desk.seeing() as view:
        try:
            numbers = tuple(view.records.count(Selection(where=expression([one]), user=user)) for one in lines)
            if not text:
                return Counted(numbers)
            known = view.filters.find(name) is not None
            return Counted(numbers, preview(view, user, name, text) if known else preview(view, user, text))
        except Usage as error:
            return Counted(fault=str(error))


def line_rows(text: str, lines: Sequence[Line] | None, found: Counted) -> list[Row]:
    """One row per line; one for all of an expression that lines cannot say."""
    if lines is None:
        total = number_text(found.change.matches) if found.change else ""
        return [Row("sql", (_("SQL"), line(text), total))]
    rows = []
    for n, one in enumerate(lines):
        join = "" if n == 0 else _("or") if one.either else _("and")
        number = found.lines[n] if n < len(found.lines) else None
        rows.append(Row(str(n), (join, line(one), "" if number is None else number_text(number))))
    return rows


def lines_in(text: str) -> list[Line] | None:
    """The lines of an expression, if it has any that say the same."""
    return lines_of(text, COLUMNS)


def told(text: str, found: Counted) -> list[Content]:
    """The expression and what it would change, with the first names of those who leave."""
    if found.fault:
        return [shown(f"{marks().failed} {found.fault}", "bold")]
    if found.change is None:
        return [shown(_("a adds a line, m types SQL"))]
    change = found.change
    rows = [
        shown(count("{n} record matches", "{n} records match", change.matches), "bold"),
        shown(_("compared with {what}:").format(what=change.compared_with)),
        shown(count("{n} enters", "{n} enter", change.enters) + _names(change.entering)),
        shown(count("{n} leaves", "{n} leave", change.leaves) + _names(change.leaving)),
    ]
    return [*rows, shown(text, "dim")]


def _names(people: Sequence[object]) -> str:
    names = [str(one["name"]) for one in people[:_NAMED] if isinstance(one, dict)]
    return f": {', '.join(names)}{', ...' if len(people) > _NAMED else ''}" if names else ""
