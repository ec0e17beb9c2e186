"""When an item says it was changed."""

from __future__ import annotations

import pytest

from crmsync.formats.modified import modified


@pytest.mark.parametrize(
    ("format", "text", "expected"),
    [
        ("vcard", "BEGIN:VCARD\r\nREV:20260102T030405Z\r\nEND:VCARD\r\n", "2026-01-02T03:04:05Z"),
        ("vcard", "REV;VALUE=date-time:2026-01-02T03:04:05.123+02:00\r\n", "2026-01-02T01:04:05Z"),
        ("vcard", "item1.rev:2026-01-02T03:04:05Z\n", "2026-01-02T03:04:05Z"),
        ("vcard", "REV:20260102T030405\r\n", ""),
        ("vcard", "REV:2026-13-02T03:04:05Z\r\n", ""),
        ("vcard", "NOTE:REV:20260102T030405Z\r\n", ""),
        ("vcard", "LAST-MODIFIED:20260102T030405Z\r\n", ""),
        ("ical", "LAST-MODIFIED:20260102T030405Z\r\nLAST-MODIFIED:20260103T030405Z\r\n", "2026-01-03T03:04:05Z"),
        ("ical", "REV:20260102T030405Z\r\n", ""),
        ("row", '{"REV": "20260102T030405Z"}', ""),
    ],
)
def test_the_time_is_read_only_where_it_means_one_moment(format: str, text: str, expected: str) -> None:
    assert modified(format, text.encode()) == expected
