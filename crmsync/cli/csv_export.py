"""Records as a CSV file that spreadsheets read, and that `crmsync import` reads back."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from crmsync.connectors.csv_columns import Columns
from crmsync.connectors.csv_table import neutral
from crmsync.model import Record
from crmsync.values import SHAPES, Address, Labelled, Participant, Shape, Value, shape, to_json

_LABELS: Mapping[tuple[str, str], str] = {
    ("emails", "work"): "work email",
    ("emails", "home"): "home email",
    ("phones", "work"): "work phone",
    ("phones", "home"): "home phone",
    ("phones", "cell"): "mobile phone",
    ("phones", "fax"): "fax",
}
"""Entries that have columns of their own; all others share those with the name of the field."""

_PARTS = ("street", "extended address", "po box", "postcode", "city", "region", "country")
_ATTENDEES = "attendees"
_ELSEWHERE = ("photo", "timezone_definition", "participants")  # a picture is no text, nor is a definition of a zone


def table(records: Callable[[], Iterable[Record]]) -> Iterator[bytes]:
    """The file, piece by piece. `records` is asked twice, and must give the same both times: which columns are needed
    is known only after the last record."""
    header = _header(records())
    columns = Columns(header, {})
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["id", "type", *header])
    for record in records():
        cells = columns.write(None, {name: to_json(value) for name, value in record.fields.items()})
        if _ATTENDEES in header:
            cells[header.index(_ATTENDEES)] = neutral(_attendees(record))
        writer.writerow([record.id, record.type.value, *cells])
        yield _taken(out)
    yield _taken(out)


def _header(records: Iterable[Record]) -> list[str]:
    needed: Counter[str] = Counter()
    for record in records:
        here: Counter[str] = Counter()
        for field, value in record.fields.items():
            here.update(_columns(field, value))
        needed |= here  # the most that any one record needs
    order = {name: place for place, name in enumerate(_order())}
    names = sorted(needed, key=lambda name: (order.get(name, len(order)), name))
    return [column for name in names for column in _numbered(name, needed[name])]


def _columns(field: str, value: Value) -> Iterator[str]:
    """The name of a column for each entry of a value."""
    if field == "participants":
        yield _ATTENDEES
    elif field in _ELSEWHERE:
        return
    elif isinstance(value, tuple) and shape(field) in (Shape.LABELLED, Shape.ADDRESSES):
        for entry in value:
            if isinstance(entry, Labelled):
                yield _LABELS.get((field, entry.label.casefold()), field)
            elif isinstance(entry, Address):
                yield "addresses"
    else:
        yield field


def _numbered(name: str, count: int) -> Iterator[str]:
    for number in range(1, count + 1):
        suffix = "" if number == 1 else f" {number}"
        if name == "addresses":
            yield from (f"{part}{suffix}" for part in _PARTS)
        else:
            yield f"{name}{suffix}"


def _order() -> Iterator[str]:
    for field in SHAPES:
        yield field
        yield from (column for (of, _), column in _LABELS.items() if of == field)


def _attendees(record: Record) -> str:
    value = record.fields.get("participants", ())
    entries = value if isinstance(value, tuple) else ()
    return "; ".join(entry.email for entry in entries if isinstance(entry, Participant))


def _taken(out: io.StringIO) -> bytes:
    piece = out.getvalue().encode("utf-8", "replace")
    out.seek(0)
    out.truncate()
    return piece
