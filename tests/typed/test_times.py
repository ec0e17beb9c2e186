"""Moments, zones and rules at the door: what a remote could not be given is refused."""

from __future__ import annotations

import pytest

from crmsync.errors import Usage
from crmsync.typed.field_values import parse
from crmsync.typed.times import in_order


@pytest.mark.parametrize(
    ("field", "text", "kept"),
    [
        ("start", "2026-03-31", "2026-03-31"),
        ("end", "2026-03-31T10:00", "2026-03-31T10:00:00"),
        ("due", "2026-03-31T10:00:30Z", "2026-03-31T10:00:30Z"),
        ("birthday", "1975-03-31", "1975-03-31"),
        ("birthday", "--02-29", "--02-29"),
        ("timezone", "Europe/Rome", "Europe/Rome"),
        ("rrule", "FREQ=WEEKLY;COUNT=6", "RRULE:FREQ=WEEKLY;COUNT=6"),
        ("rrule", "RRULE:FREQ=DAILY\\nEXDATE:20260401T100000", "RRULE:FREQ=DAILY\nEXDATE:20260401T100000"),
        ("percent", "100", 100),
        ("note", "whenever", "whenever"),
    ],
)
def test_what_means_something_is_taken(field: str, text: str, kept: object) -> None:
    assert parse(field, text) == kept


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *(("start", text) for text in ("yesterday", "2026-02-30", "2026-03-31T25:00:00", "2026-03-31T10:00:00+02:00")),
        *(("birthday", text) for text in ("4 May", "--13-01", "1975-02-30")),
        *(("rrule", text) for text in ("BAD", "FREQ=SOMETIMES", "FREQ=DAILY;INTERVAL=0")),
        ("timezone", "Mars/X"),
        ("percent", "101"),
        ("priority", "-1"),
    ],
)
def test_what_means_nothing_is_refused_by_name(field: str, text: str) -> None:
    with pytest.raises(Usage):
        parse(field, text)


def test_nothing_ends_before_it_starts() -> None:
    in_order({"start": "2026-03-31T10:00:00", "end": "2026-03-31T11:00:00"})
    in_order({"start": "2026-03-31T10:00:00"})
    with pytest.raises(Usage):
        in_order({"start": "2026-03-31T10:00:00", "end": "2026-03-31T09:00:00"})
