from __future__ import annotations

import time
from datetime import date

import pytest

from crmsync.errors import Unreadable
from crmsync.formats.ical_occurrences import Occurrence, occurrences
from tests.formats.calendars import MEETING, MOVED, event, task

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def starts(raw: bytes, since: date = MARCH, until: date = APRIL) -> list[str]:
    found = occurrences(raw, since, until)
    assert not found.reason
    return [one.start for one in found.occurrences]


def test_a_meeting_takes_place_as_its_rule_says_and_an_exception_where_it_was_moved() -> None:
    raw = event(*MEETING[:-1], "RRULE:FREQ=DAILY;COUNT=4", "EXDATE;TZID=Europe/Rome:20260303T090000", beside=MOVED)
    assert starts(raw) == ["2026-03-02T08:00:00Z", "2026-03-04T14:00:00Z", "2026-03-05T08:00:00Z"]


def test_days_and_floating_times_stay_what_they_are() -> None:
    assert occurrences(event("DTSTART:20260302", "DTEND:20260303", "SUMMARY:Fair"), MARCH, APRIL).occurrences == (
        Occurrence("2026-03-02", "2026-03-03", "Fair"),
    )
    assert starts(event("DTSTART:20260302T090000")) == ["2026-03-02T09:00:00"]


def test_tasks_repeat_too() -> None:
    assert len(starts(task("DTSTART:20260302T090000Z", "DUE:20260302T100000Z", "RRULE:FREQ=WEEKLY"))) == 5


def test_dates_alone_make_a_series() -> None:
    assert len(starts(event("DTSTART:20260302T090000Z", "RDATE:20260303T090000Z,20260304T090000Z"))) == 3


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("RRULE:FREQ=SECONDLY", "too often"),
        ("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never happens"),
        ("EXRULE:FREQ=DAILY", "EXRULE"),
    ],
)
def test_a_rule_that_is_not_safe_gives_the_first_occurrence_and_the_reason(rule: str, reason: str) -> None:
    begun = time.process_time()
    found = occurrences(event("DTSTART:20260302T090000Z", rule), MARCH, APRIL)
    assert [one.start for one in found.occurrences] == ["2026-03-02T09:00:00Z"]
    assert reason in found.reason
    assert time.process_time() - begun < 15


@pytest.mark.parametrize("rule", ["whenever", "FREQ=DAILY;INTERVAL=0"])
def test_a_rule_that_makes_no_sense_is_as_if_it_were_not_there(rule: str) -> None:
    assert starts(event("DTSTART:20260302T090000Z", f"RRULE:{rule}")) == ["2026-03-02T09:00:00Z"]


def test_too_long_a_way_or_too_wide_a_window_is_refused() -> None:
    hourly = event("DTSTART:20000101T000000Z", "RRULE:FREQ=HOURLY")
    assert "too long ago" in occurrences(hourly, MARCH, APRIL).reason
    hourly = event("DTSTART:20260101T000000Z", "RRULE:FREQ=HOURLY")
    assert "more than 10,000" in occurrences(hourly, MARCH, date(2028, 1, 1)).reason


def test_what_has_no_start_does_not_take_place() -> None:
    assert occurrences(event("SUMMARY:x"), MARCH, APRIL).reason == "it does not say when it starts"


def test_what_the_library_cannot_do_is_told_and_not_raised() -> None:
    raw = event("DTSTART:20260302T090000Z", "RRULE:FREQ=DAILY;UNTIL=20260305T090000Z;BYHOUR=9;BYMINUTE=0;BYSECOND=60")
    assert "cannot be expanded" in occurrences(raw, MARCH, APRIL).reason


def test_what_is_no_entry_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        occurrences(b"x", MARCH, APRIL)


@pytest.mark.parametrize("tzid", ["W. Europe Standard Time", "/mozilla.org/20050126_1/Europe/Berlin"])
def test_a_series_in_a_zone_that_exchange_names_takes_place_by_its_clock_in_winter_and_summer(tzid: str) -> None:
    weekly = event(f"DTSTART;TZID={tzid}:20260319T090000", "RRULE:FREQ=WEEKLY;COUNT=3", "SUMMARY:Call")
    assert starts(weekly, MARCH, date(2026, 5, 1)) == [
        "2026-03-19T08:00:00Z",
        "2026-03-26T08:00:00Z",
        "2026-04-02T07:00:00Z",
    ]
