from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import Unreadable
from crmsync.formats.ical import ICalendar
from tests.formats.calendars import MEETING, MOVED, ZONE, calendar, event, text

ICAL = ICalendar()
HEADER = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t//EN")


def entry(uid: str, *lines: str, name: str = "VEVENT") -> tuple[str, ...]:
    return (f"BEGIN:{name}", f"UID:{uid}", *lines, f"END:{name}")


def alone(*lines: str) -> bytes:
    return calendar(*lines)


@pytest.mark.parametrize(
    "raw",
    [
        event(*MEETING, beside=MOVED),
        calendar(),
        calendar(*ZONE),
        calendar("BEGIN:VJOURNAL", "END:VJOURNAL"),
        text(*entry("bare")),
        b"\xef\xbb\xbf" + event(),
        event().decode().encode("utf-16"),
        b"just text",
        b"\xff\xfeB",
    ],
)
def test_a_file_that_is_one_thing_comes_back_as_it_is(raw: bytes) -> None:
    assert ICAL.split(raw) == [raw]


def test_nothing_holds_nothing() -> None:
    assert ICAL.split(b"") == []
    assert ICAL.split(b"\r\n\n") == []


def test_each_entry_becomes_a_calendar_with_its_instances_and_zones() -> None:
    local = "DTSTART;TZID=Plant time:20260302T090000"
    one, two, task = entry("1", local), entry("2", "SUMMARY:b"), entry("1", name="VTODO")
    again = entry("1", "RECURRENCE-ID:20260302")
    raw = calendar("X-WR-CALNAME:All", *ZONE, *one, *two, *task, *again)
    assert ICAL.split(raw) == [alone(*ZONE, *one, *again), alone(*two), alone(*task)]


def test_several_calendars_in_one_file_are_taken_apart() -> None:
    first, second = calendar(*entry("1")), calendar(*entry("2"), *entry("3"))
    assert ICAL.split(first + second) == [first, alone(*entry("2")), alone(*entry("3"))]


def test_entries_without_a_uid_are_entries_of_their_own() -> None:
    bare = ("BEGIN:VEVENT", "END:VEVENT")
    titled = ("BEGIN:VEVENT", "SUMMARY:a", "END:VEVENT")
    assert ICAL.split(calendar(*bare, *titled)) == [alone(*bare), alone(*titled)]


def test_the_same_component_twice_is_one() -> None:
    assert ICAL.split(calendar(*entry("1"), *entry("1"))) == [alone(*entry("1"))]


def test_two_versions_of_one_entry_are_shown_as_such() -> None:
    first, _ = ICAL.split(calendar(*entry("1", "SUMMARY:a"), *entry("1", "SUMMARY:b"), *entry("2")))
    with pytest.raises(Unreadable, match="same entry 2 times"):
        ICAL.parse(first)


def test_what_is_broken_or_no_entry_is_an_element_of_its_own() -> None:
    cut_off = ("BEGIN:VEVENT", "UID:2", "BEGIN:VALARM")
    raw = text(
        *("Dear customer,", *HEADER, *entry("1"), "no property", *cut_off),
        *(*entry("3", "BEGIN:VALARM"), "END:VALARM", *entry("4"), "END:VCALENDAR", "END:VCALENDAR", "Regards"),
    )
    assert ICAL.split(raw) == [
        text("Dear customer,", "END:VCALENDAR", "Regards"),
        alone(*entry("1")),
        text("no property", "END:VALARM"),
        text(*cut_off),
        text(*entry("3", "BEGIN:VALARM")),
        alone(*entry("4")),
    ]


def test_the_whole_entries_of_a_file_that_was_cut_short_are_there() -> None:
    assert ICAL.split(text(*HEADER, *entry("1"))) == [alone(*entry("1"))]
    cut = text(*HEADER, *entry("1"), *entry("2"), "BEGIN:VEVENT", "UID:3")
    cut = cut.replace(b"PRODID", b"X-WR-CALNAME:All\r\nUID:c\r\nPRODID")
    about, *rest = ICAL.split(cut)
    assert about == text("UID:c")
    assert rest == [alone(*entry("1")), alone(*entry("2")), text("BEGIN:VEVENT", "UID:3")]
    unclosed = text(*HEADER, *entry("1", "BEGIN:X-A", "END:X-B", "END:X-A")) + calendar(*entry("2"))
    assert ICAL.split(unclosed) == [text(*entry("1", "BEGIN:X-A", "END:X-B", "END:X-A")), calendar(*entry("2"))]


def test_a_header_that_is_missing_or_much_too_long_is_ours() -> None:
    for header in ((), ("VERSION:2.0", "PRODID:" + "x" * 2000)):
        raw = text("BEGIN:VCALENDAR", *header, *entry("1"), *entry("2"), "END:VCALENDAR", end="\n")
        ours = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//crmsync//crmsync//EN")
        assert ICAL.split(raw)[0] == text(*ours, *entry("1"), "END:VCALENDAR", end="\n")


def test_a_huge_zone_is_not_copied_without_end() -> None:
    zone = ("BEGIN:VTIMEZONE", "TZID:Z", "COMMENT:" + "x" * 500_000, "END:VTIMEZONE")
    raw = calendar(
        *zone, *(line for number in range(2000) for line in entry(f"{number}", "DTSTART;TZID=Z:20260302T090000"))
    )
    begun = time.process_time()
    elements = ICAL.split(raw)
    assert len(elements) == 2000
    assert sum(map(len, elements)) < 25 * len(raw)
    assert len(elements[0]) > 500_000 > len(elements[-1])
    assert time.process_time() - begun < 15  # quadratic would be minutes


def test_nesting_without_end_takes_linear_time() -> None:
    begun = time.process_time()
    for line in ("BEGIN:VEVENT", "BEGIN:X", "END:X", "BEGIN:VCALENDAR"):
        ICAL.split(text(*[line] * 100_000))
    assert time.process_time() - begun < 15  # quadratic would be minutes


@given(
    st.lists(
        st.sampled_from([*HEADER, "END:VCALENDAR", *entry("1"), *entry("2"), *ZONE, "END:VALARM", "text"]), max_size=30
    )
)
def test_no_line_of_an_entry_is_lost_whatever_the_order(lines: list[str]) -> None:
    raw = text(*lines)
    found = b"".join(ICAL.split(raw))
    assert found.count(b"BEGIN:VEVENT") >= len({line for line in lines if line == "BEGIN:VEVENT"})
    for line in ("text", "UID:1", "END:VALARM"):
        assert (line in lines) <= (text(line) in found)
    for element in ICAL.split(raw):
        try:
            ICAL.parse(element)
        except Unreadable as error:
            assert str(error)
