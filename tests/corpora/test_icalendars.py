"""Calendar files that other people's programs wrote, and fuzzers; see ../shared/corpora/README.md where it exists."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from crmsync.errors import Unreadable
from crmsync.formats.contentline import lines, open_source
from crmsync.formats.ical import ICalendar

ICAL = ICalendar()
FOLDER = Path(__file__).parents[3] / "shared" / "corpora" / "vcard-ical"
FILES = (
    sorted(path for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".vcf") if FOLDER.exists() else []
)
ABOUT = (
    "VERSION",
    "PRODID",
    "CALSCALE",
    "METHOD",
    "NAME",
    "DESCRIPTION",
    "UID",
    "URL",
    "LAST-MODIFIED",
    "REFRESH-INTERVAL",
    "SOURCE",
    "COLOR",
)
EDITED = {"summary": "edited; by us,\ntoday", "description": "edited \\ too"}

pytestmark = [
    pytest.mark.corpora,
    pytest.mark.skipif(not FILES, reason="../shared/corpora is not here"),
]


def others(raw: bytes, name: str) -> list[bytes]:
    """All lines but those of one property."""
    body = open_source(raw).body
    return [body[line.start : line.end] for line in lines(body) if line.head.name != name]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_entry_of_a_file_is_read_or_refused_with_a_reason_and_edited_line_by_line(file: Path) -> None:
    begun = time.process_time()
    raw = file.read_bytes()
    elements = ICAL.split(raw)
    entries = []
    for element in elements:
        try:
            entries.append((element, ICAL.parse(element)))
        except Unreadable as error:
            assert str(error)
    assert time.process_time() - begun < 5
    nothing_is_lost(raw, elements)
    # of files with thousands of entries every so-and-so-many-th is edited
    for element, parsed in entries[:: 1 + len(entries) // 100]:
        assert ICAL.summary(element).uid == parsed.uid
        assert ICAL.digest(element)
        for field, value in EDITED.items():
            after = ICAL.patch(element, {field: value}, {})
            assert ICAL.parse(after).fields == {**parsed.fields, field: value}
            assert others(after, field.upper()) == others(element, field.upper())
        built = ICAL.build(parsed.uid, parsed.kind, parsed.fields, {})
        # a zone that the file names and does not define is defined in what we build (RFC 5545 section 3.2.19)
        assert ICAL.parse(built).fields.keys() - parsed.fields.keys() <= {"timezone_definition"}
        assert parsed.fields.keys() <= ICAL.parse(built).fields.keys()


def nothing_is_lost(raw: bytes, elements: list[bytes]) -> None:
    """Every line of the file is in one of the elements, but for those that tell about the calendar and unused zones."""
    kept = {line.value for element in elements for line in lines(open_source(element).body)}
    in_zone = False
    for line in lines(open_source(raw, limit=len(raw)).body):
        if line.head.name == "BEGIN":
            in_zone = in_zone or line.value.strip().upper() == b"VTIMEZONE"
        about = line.head.name in ABOUT or line.head.name.startswith("X-") or line.value.upper() == b"VCALENDAR"
        assert in_zone or about or line.value in kept, line
        if line.head.name == "END":
            in_zone = in_zone and line.value.strip().upper() != b"VTIMEZONE"
