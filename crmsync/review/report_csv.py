"""The difference report as a table for spreadsheets: one row for each changed field. No cell is run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from crmsync.connectors.csv_table import neutral
from crmsync.review.report import Report, in_words, rows

HEADER = (
    "section", "action", "side", "account", "collection", "record", "name", "href", "field", "before",
    "after", "reason",
)  # fmt: skip

_VISIBLE = {code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\t\n\r"}
"""Control characters as their pictures: the file may be shown on a terminal. Lines within a cell are CSV."""


def render(report: Report) -> Iterator[str]:
    """The file, row by row."""
    yield _row(HEADER)
    for title, line, change in rows(report):
        field, before, after = ("", "", "") if change is None else (change.field, change.before, change.after)
        where = (line.action, line.side, line.account, line.collection, line.record, line.name, line.href)
        yield _row((title, *where, field, in_words(before), in_words(after), line.reason))


def _row(cells: tuple[str, ...]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([neutral(cell.translate(_VISIBLE)) for cell in cells])
    return out.getvalue()
