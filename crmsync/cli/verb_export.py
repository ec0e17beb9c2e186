"""`crmsync export`: records as files that other programs read."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from crmsync import translate
from crmsync.cli.arguments import Arguments
from crmsync.cli.desk import Desk, say
from crmsync.cycle import uid_of
from crmsync.model import PEOPLE, Record, RecordType
from crmsync.store.record_list import Selection
from crmsync.store.store import Tables
from crmsync.values import SHAPES, Address, Labelled, Participant, Value, fields_to_json

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")


def run(desk: Desk, argv: list[str]) -> int:
    """To a file, or to standard output."""
    parser = Arguments("crmsync export", description="Write records as a file.")
    parser.add_argument("--format", required=True, choices=["vcard", "ics", "csv", "json"])
    parser.add_argument("--type", action="append", choices=[kind.value for kind in RecordType], default=[])
    parser.add_argument("--where", default="", metavar="EXPR")
    parser.add_argument("-o", "--output", metavar="FILE")
    options = parser.parse_args(argv)
    wanted = tuple(RecordType(kind) for kind in options.type) or tuple(RecordType)
    types = tuple(kind for kind in wanted if kind in _HOLDS.get(options.format, tuple(RecordType)))
    chosen = Selection(types, options.where, user=desk.user.id)
    with desk.store.view() as view:
        records = view.records.each(chosen)
        parts = _parts(view, options.format, records)
        if options.output is None:
            for part in parts:
                sys.stdout.buffer.write(part)
            return 0
        with Path(options.output).open("wb") as out:
            for part in parts:
                out.write(part)
    say(f"{options.output}: written")
    return 0


_HOLDS = {"vcard": PEOPLE, "ics": (RecordType.APPOINTMENT, RecordType.TASK)}
"""The types that a format has a place for; the others hold all."""


def _parts(view: Tables, name: str, records: Iterable[Record]) -> Iterator[bytes]:
    match name:
        case "vcard" | "ics":
            for record in records:
                photo = record.fields.get("photo")
                blobs = view.blobs.many([photo] if isinstance(photo, str) else [])
                kind = "vcard" if name == "vcard" else "ical"
                yield translate.build(kind, uid_of(record.id), record.type, record.fields, blobs)
        case "csv":
            yield from _csv(records)
        case _:
            lines = [
                {"id": record.id, "type": record.type.value, "fields": fields_to_json(record.fields)}
                for record in records
            ]
            yield (json.dumps({"schema": 1, "records": lines}, ensure_ascii=False, indent=1) + "\n").encode()


def _csv(records: Iterable[Record]) -> Iterator[bytes]:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", "type", *SHAPES])
    for record in records:
        writer.writerow([record.id, record.type.value, *(_cell(record.fields.get(name)) for name in SHAPES)])
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
    yield out.getvalue().encode()


def _cell(value: Value | None) -> str:
    """A spreadsheet must never take a value for a formula (OWASP ASVS 1.2.10)."""
    entries = value if isinstance(value, tuple) else () if value is None else (value,)
    text = "; ".join(_text(entry) for entry in entries)
    return "'" + text if text.startswith(_FORMULA) else text


def _text(entry: object) -> str:
    match entry:
        case Labelled(value):
            return value
        case Address():
            return ", ".join(part for part in entry.lines() if part)
        case Participant(email):
            return email
        case _:
            return str(entry)
