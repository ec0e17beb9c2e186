"""`crmsync export`: records as files that other programs read."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from crmsync import translate
from crmsync.cli import whole_file
from crmsync.cli.answers import emit, narrate
from crmsync.cli.arguments import Arguments
from crmsync.cli.csv_export import table
from crmsync.cycle import uid_of
from crmsync.desk import Desk
from crmsync.errors import Usage
from crmsync.model import PEOPLE, Record, RecordType
from crmsync.store.record_list import Selection
from crmsync.store.store import Tables
from crmsync.values import fields_to_json

_ALL = tuple(RecordType)
_HOLDS = {"vcard": PEOPLE, "ics": (RecordType.APPOINTMENT, RecordType.TASK), "csv": _ALL, "json": _ALL}
"""The types that each format has a place for."""


def run(desk: Desk, argv: list[str]) -> int:
    """To a file, or to standard output."""
    parser = Arguments("crmsync export", description="Write records as a file.")
    parser.add_argument("--format", required=True, choices=list(_HOLDS))
    parser.add_argument("--type", action="append", choices=[kind.value for kind in RecordType], default=[])
    parser.add_argument("--where", default="", metavar="EXPR", help="only records for which this SQL expression holds")
    parser.add_argument("--search", default="", metavar="TEXT", help="only records that have these words")
    parser.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    parser.add_argument("--json", action="store_true", help="with -o: say in JSON what was written")
    options = parser.parse_args(argv)
    if options.json and options.output is None:
        raise Usage("--json tells of a file, and none is named", next_step="Say -o FILE, or --format json for records")
    holds = _HOLDS[options.format]
    wanted = [RecordType(kind) for kind in options.type]
    if strange := [kind for kind in wanted if kind not in holds]:
        raise Usage(f"{options.format} has no place for it; it holds {', '.join(holds)}", thing=strange[0])
    chosen = Selection(tuple(wanted) or holds, options.where, options.search, desk.user.id)
    with desk.seeing() as view:
        count = view.records.count(chosen)
        parts = _parts(view, options.format, chosen)
        if options.output is None:
            for part in parts:
                sys.stdout.buffer.write(part)
        else:
            whole_file.write(Path(options.output), parts)
    if options.json:
        emit({"records": count, "file": options.output})
    narrate(f"{count:,} records written{f' to {options.output}' if options.output else ''}")
    return 0


def _parts(view: Tables, name: str, chosen: Selection) -> Iterator[bytes]:
    match name:
        case "vcard":
            return _items(view, "vcard", chosen)
        case "ics":
            return _items(view, "ical", chosen)
        case "csv":
            return table(lambda: view.records.each(chosen))
        case _:
            return _json(view.records.each(chosen))


def _items(view: Tables, format_name: str, chosen: Selection) -> Iterator[bytes]:
    for record in view.records.each(chosen):
        photo = record.fields.get("photo")
        blobs = view.blobs.many([photo] if isinstance(photo, str) else [])
        yield translate.build(format_name, uid_of(record.id), record.type, record.fields, blobs)


def _json(records: Iterable[Record]) -> Iterator[bytes]:
    """One object, as it would be if it were built as a whole."""
    yield b'{"schema": 1, "records": ['
    comma = b""
    for record in records:
        line = {"id": record.id, "type": record.type.value, "fields": fields_to_json(record.fields)}
        yield comma + b"\n " + json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace")
        comma = b","
    yield b"\n]}\n"
