from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import icalendar
import pytest

from crmsync.errors import Unreadable
from crmsync.formats.ical import ICalendar
from crmsync.values import Labelled, Participant, Value, fields_to_json
from tests.formats.calendars import ALARM, MEETING, MOVED, ZONE, calendar, event, task, text

ICAL = ICalendar()
SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*.ics"))


def fields(*lines: str) -> dict[str, Value]:
    return dict(ICAL.parse(event(*lines)).fields)


def shown(raw: bytes) -> dict[str, Any]:
    try:
        parsed = ICAL.parse(raw)
    except Unreadable as error:
        return {"unreadable": str(error)}
    return {"uid": parsed.uid, "kind": parsed.kind, "fields": fields_to_json(parsed.fields)}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_a_sample_is_read_as_written_beside_it(sample: Path) -> None:
    assert [shown(raw) for raw in ICAL.split(sample.read_bytes())] == json.loads(
        sample.with_suffix(".expected.json").read_text("utf-8")
    )


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_a_sample_built_anew_says_the_same_to_us_and_to_icalendar(sample: Path) -> None:
    for raw in ICAL.split(sample.read_bytes()):
        if "unreadable" in shown(raw):
            continue
        parsed = ICAL.parse(raw)
        built = ICAL.build("new", parsed.kind, parsed.fields, {})
        assert ICAL.parse(built).fields == parsed.fields
        before, after = (icalendar.Calendar.from_ical(text).walk() for text in (raw, built))
        for name in ("summary", "description", "location", "dtstart", "due"):
            assert [part[name] for part in after if part.name in ("VEVENT", "VTODO") and name in part] == [
                part[name] for part in before if part.name in ("VEVENT", "VTODO") and name in part
            ]


def test_reading_needs_no_library_that_takes_long_to_import() -> None:
    code = "import sys, crmsync.formats.ical; print(sorted({'icalendar', 'dateutil'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"<html>log in</html>", "no appointment"),
        (calendar(), "no appointment"),
        (calendar(*ZONE), "no appointment"),
        (calendar("BEGIN:VJOURNAL", "END:VJOURNAL"), "journal"),
        (calendar("BEGIN:VFREEBUSY", "END:VFREEBUSY"), "free/busy"),
        (text("BEGIN:VCARD", "END:VCARD"), "contact"),
        (event().removesuffix(text("END:VCALENDAR")), "cut short"),
        (calendar("BEGIN:VEVENT", "END:VTODO", "END:VEVENT"), "closes nothing"),
        (text("END:VEVENT"), "closes nothing"),
        (event(beside=("BEGIN:VEVENT", "UID:u2", "END:VEVENT")), "2 different entries"),
        (event(beside=("BEGIN:VTODO", "UID:u1", "END:VTODO")), "2 different entries"),
        (event(beside=("BEGIN:VEVENT", "UID:u1", "END:VEVENT")), "same entry 2 times"),
        (text(*["BEGIN:VEVENT"] * 100_000), "deeper than 8"),
        (b"\xff\xfeB", "UTF-16"),
    ],
)
def test_what_is_no_entry_is_unreadable_with_the_reason(raw: bytes, reason: str) -> None:
    for read in (ICAL.parse, ICAL.summary, ICAL.digest, lambda raw: ICAL.patch(raw, {"summary": "x"}, {})):
        with pytest.raises(Unreadable, match=reason):
            read(raw)  # type: ignore[operator]


def test_an_entry_without_a_calendar_around_it_is_read() -> None:
    parsed = ICAL.parse(text("BEGIN:VTODO", "UID:a\\,b", "SUMMARY:Call", "END:VTODO"))
    assert (parsed.uid, parsed.kind, parsed.fields) == ("a,b", "todo", {"summary": "Call"})


def test_an_entry_may_have_no_uid() -> None:
    assert ICAL.parse(calendar("BEGIN:VEVENT", "END:VEVENT")).uid == ""


def test_of_two_versions_of_an_entry_the_later_one_counts() -> None:
    earlier = ("BEGIN:VEVENT", "UID:u1", "SUMMARY:old", "SEQUENCE:1", "END:VEVENT")
    raw = event("SUMMARY:new", "SEQUENCE:2", beside=earlier)
    assert ICAL.parse(raw).fields == {"summary": "new"}
    assert ICAL.patch(raw, {"summary": "newer"}, {}) == raw.replace(b"SUMMARY:new", b"SUMMARY:newer")
    with pytest.raises(Unreadable, match="same entry 2 times"):
        ICAL.parse(event("SEQUENCE:" + "9" * 100_000, beside=("BEGIN:VEVENT", "UID:u1", "END:VEVENT")))


def test_the_first_of_some_instances_stands_for_a_master_that_is_not_there() -> None:
    other = [line.replace("20260304", "20260305") for line in MOVED]
    parsed = ICAL.parse(calendar(*MOVED, *other))
    assert parsed.fields["start"] == "2026-03-04T15:00:00"
    assert len(parsed.fields["exceptions"]) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("SUMMARY: ", {}),
        ("SUMMARY:a\x00b\x1bc\td", {"summary": "a\ufffdb\ufffdc\td"}),
        ("DESCRIPTION;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Caff=C3=A8=0D=0Anoir", {"description": "Caffè\nnoir"}),
        ("X-APP.SUMMARY:not ours", {}),
        ("PRIORITY:9", {"priority": 9}),
        ("PRIORITY:0", {"priority": 0}),
        ("PRIORITY:10", {}),
        ("PRIORITY:-1", {}),
        ("PRIORITY:" + "9" * 1_000_000, {}),
        ("PRIORITY:²", {}),
        ("PERCENT-COMPLETE:101", {}),
        ("STATUS:cancelled", {"status": "CANCELLED"}),
        ("STATUS:COMPLETED", {}),  # a task's
        ("DTSTART:20260231T000000", {}),
        ("DURATION:PT1H", {}),
        ("COMPLETED;TZID=Europe/Rome:20260302T090000", {"completed": "2026-03-02T08:00:00Z"}),
        ("COMPLETED:20260302T090000", {"completed": "2026-03-02T09:00:00"}),
        ("COMPLETED;TZID=Plant time:20260302T090000", {}),
        ("URL:https://a.example/?x=1,2", {"urls": (Labelled("https://a.example/?x=1,2"),)}),
        ("ATTACH;VALUE=BINARY;ENCODING=BASE64:AAAA", {}),
        ("ATTACH;VALUE=BINARY:AAAA", {}),
        ("CATEGORIES:A, B\\,C,A,", {"categories": ("A", "B,C")}),
        ("RRULE:FREQ=NEVER", {}),
        ("ORGANIZER:urn:uuid:1", {}),
        ('ATTENDEE;EMAIL="mailto:a@b.example":/principals/1', {"participants": (Participant("a@b.example"),)}),
        ("ATTENDEE:A@b.example", {"participants": (Participant("A@b.example"),)}),
        ("this is no property", {}),
    ],
)
def test_a_value_that_makes_no_sense_is_left_out_and_no_more(line: str, expected: dict[str, Value]) -> None:
    assert fields(line, "LOCATION:Modena") == {"location": "Modena", **expected}


def test_an_alarm_that_repeats_beyond_reason_travels_without_that() -> None:
    alarm = ALARM.split("\n")
    assert fields(*alarm[:-1], "REPEAT:2000000000", alarm[-1]) == {"alarms": (ALARM,)}
    assert "REPEAT:3" in fields(*alarm[:-1], "REPEAT:3", alarm[-1])["alarms"][0]  # type: ignore[index,operator]


@pytest.mark.parametrize("trigger", ["TRIGGER:a20021028120000", "TRIGGER;VALUE=TIME:230000", "TRIGGER:", "X-NONE:1"])
def test_an_alarm_that_does_not_say_when_is_left_out(trigger: str) -> None:
    assert fields("BEGIN:VALARM", "ACTION:DISPLAY", trigger, "END:VALARM") == {}


def test_an_alarm_may_go_off_at_a_time() -> None:
    assert "alarms" in fields("BEGIN:VALARM", "TRIGGER;VALUE=DATE-TIME:20241003T130000Z", "END:VALARM")


def test_the_end_comes_from_a_duration_too() -> None:
    assert fields("DTSTART:20260302T090000Z", "DURATION:PT1H")["end"] == "2026-03-02T10:00:00Z"
    assert "end" not in fields("DTSTART:20260302T090000Z", "DURATION:soon")
    due = ICAL.parse(task("DTSTART;VALUE=DATE:20260302", "DURATION:P2D")).fields
    assert due == {"start": "2026-03-02", "due": "2026-03-04", "all_day": True}


def test_the_zone_is_that_of_the_start_or_else_of_the_end() -> None:
    assert ICAL.parse(task("DUE;TZID=Europe/Rome:20260302T090000")).fields["timezone"] == "Europe/Rome"
    start = "DTSTART;TZID=Plant time:20260302T090000"
    assert "end" not in fields(start, "DTEND;TZID=Europe/Rome:20260302T090000")
    assert fields(start, "DTEND:20260302T090000Z")["end"] == "2026-03-02T09:00:00Z"


def test_an_organizer_who_attends_is_one_participant() -> None:
    anna = "mailto:anna@a.example"
    assert fields(f"ATTENDEE;CN=Anna;PARTSTAT=accepted:{anna}", f"ORGANIZER:{anna.upper()}") == {
        "participants": (Participant("ANNA@A.EXAMPLE", "Anna", "ORGANIZER", "ACCEPTED"),)
    }
    assert fields(f"ATTENDEE;CN=Anna:{anna}", f"ATTENDEE;CN=Twice:{anna}") == {
        "participants": (Participant("anna@a.example", "Anna"),)
    }


def test_an_exception_travels_without_what_belongs_to_one_copy() -> None:
    (moved,) = ICAL.parse(event(*MEETING, beside=MOVED)).fields["exceptions"]  # type: ignore[misc]
    assert moved == "\n".join(
        (
            *("BEGIN:VEVENT", "DTSTART;TZID=Europe/Rome:20260304T150000"),
            *("RECURRENCE-ID;TZID=Europe/Rome:20260304T090000", "SUMMARY:Offer (moved)", ALARM, "END:VEVENT"),
        )
    )


def test_only_zones_that_are_used_and_not_known_travel() -> None:
    start = "DTSTART;TZID=Plant time:20260302T090000"
    used = calendar(*ZONE, "BEGIN:VEVENT", "UID:u1", start, "END:VEVENT")
    assert ICAL.parse(used).fields["timezone_definition"] == "\n".join(ZONE)
    unused = calendar(*ZONE, "BEGIN:VEVENT", "UID:u1", "SUMMARY:x", "END:VEVENT")
    assert ICAL.parse(unused).fields == {"summary": "x"}


def test_a_summary_tells_what_the_queue_shows() -> None:
    summary = ICAL.summary(event(*MEETING))
    assert (summary.uid, summary.kind, summary.name, summary.start) == ("u1", "event", "Offer", "2026-03-02T09:00:00")
    assert ICAL.summary(task("DUE:20260302T090000Z")).start == "2026-03-02T09:00:00Z"
    assert ICAL.summary(task()).start == ""


@pytest.mark.parametrize(
    "same",
    [
        event(*reversed(MEETING)),
        event(*MEETING, end="\n"),
        event(*MEETING, "LAST-MODIFIED:20300101T000000Z", "SEQUENCE:9", "TRANSP:OPAQUE", "X-MOZ-GENERATION:3"),
        event(*(line.replace("DTSTART;", "DTSTART;VALUE=DATE-TIME;") for line in MEETING)),
        event(*(line.replace("CN=Marco;PARTSTAT=ACCEPTED", 'PARTSTAT=accepted;CN="Marco"') for line in MEETING)),
        event(*(line.replace("ATTENDEE;", "ATTENDEE;SCHEDULE-STATUS=1.2;") for line in MEETING)),
        event(*(line.replace("mailto:", "MAILTO:") for line in MEETING)),
        event(*(line.replace("SUMMARY:Of", "SUMMARY:O\r\n f") for line in MEETING)),
        event(*MEETING).replace(b"PRODID:-//t", b"X-WR-CALNAME:B\r\nPRODID:-//other"),
        event(*MEETING, beside=("BEGIN:VTIMEZONE", "TZID:Europe/Rome", "END:VTIMEZONE")),
    ],
)
def test_texts_that_mean_the_same_have_one_digest(same: bytes) -> None:
    assert ICAL.digest(same) == ICAL.digest(event(*MEETING))


@pytest.mark.parametrize(
    "other",
    [
        event(*MEETING[:-1]),
        event(*MEETING, "X-NEW:1"),
        event(*MEETING, "X-APP.NEW:1"),
        event(*MEETING, *ALARM.split("\n")),
        event(*MEETING, beside=MOVED),
        event(*MEETING, beside=ZONE),
        event(*(line.replace("0900", "0930") for line in MEETING)),
        event(*(line.replace("ACCEPTED", "DECLINED") for line in MEETING)),
        event(*MEETING, "ATTACH;ENCODING=BASE64;VALUE=BINARY:AAAA"),
        event(*MEETING, "DTSTAMP:20260101T000000Z", uid="u2"),
    ],
)
def test_texts_that_mean_something_else_have_another_digest(other: bytes) -> None:
    assert ICAL.digest(other) != ICAL.digest(event(*MEETING))


def test_the_order_of_lists_does_not_count() -> None:
    lines = ("ATTENDEE:mailto:a@a.example", "ATTENDEE:mailto:b@a.example", "COMMENT:1", "COMMENT:2")
    lists = ("CATEGORIES:A,B", "EXDATE:20260303,20260302", "EXDATE:20260301")
    turned = ("CATEGORIES:B,A", "EXDATE:20260301,20260302", "EXDATE:20260303")
    assert ICAL.digest(event(*lines, *lists)) == ICAL.digest(event(*reversed(lines), *turned))


def test_a_duration_has_one_spelling() -> None:
    def digest(line: str) -> str:
        return ICAL.digest(event("BEGIN:VALARM", line, "END:VALARM"))

    assert digest("TRIGGER:-P1DT00H30M") == digest("TRIGGER:-PT1470M")
    assert digest("TRIGGER:PT15M") != digest("TRIGGER:-PT15M")
    assert digest("DURATION:P1W") == digest("DURATION:P7D")
    assert digest("DURATION:P1D") != digest("DURATION:PT24H")  # a day is not always as long


def test_broken_values_have_digests_too() -> None:
    lines = ("COMPLETED:soon", "EXDATE:never", "DTSTART;ENCODING=8BIT:x", "STATUS:done", "no property")
    assert ICAL.digest(event(*lines)) == ICAL.digest(event(*reversed(lines)))


@pytest.mark.parametrize(
    "hostile",
    [
        event("SUMMARY:a\r\n" + " b\r\n" * 200_000),
        event(*["COMMENT:x"] * 100_000),
        event("SUMMARY;" + ";".join(f"X-{number}=1" for number in range(100_000)) + ":x"),
        event('SUMMARY;X="' + '"' * 500_000 + ":x"),
        event("CATEGORIES:" + "\\," * 300_000),
        event("EXDATE:" + ",".join(["20260101T000000Z"] * 50_000)),
        event("RRULE:FREQ=DAILY;" + "BYMONTHDAY=1;" * 100_000),
        event(*(f"ATTENDEE:mailto:a{number}@a.example" for number in range(20_000))),
        event(*["BEGIN:VALARM", "REPEAT:2000000000", "END:VALARM"] * 20_000),
        event("DTSTART;TZID=/a/" + "1" * 500_000 + ":20260101T000000"),
        event("DURATION:P" + "1" * 500_000 + "D", "DTSTART:20260101T000000Z"),
    ],
    ids=range(11),
)
def test_hostile_texts_take_linear_time(hostile: bytes) -> None:
    begun = time.process_time()
    parsed = ICAL.parse(hostile)
    assert ICAL.parse(ICAL.patch(hostile, {"location": "here"}, {})).fields == {**parsed.fields, "location": "here"}
    assert ICAL.digest(hostile)
    assert time.process_time() - begun < 15  # quadratic would be minutes


def test_times_in_a_zone_of_windows_are_calculated_with_and_its_name_stays() -> None:
    start = 'DTSTART;TZID="W. Europe Standard Time":20260302T090000'
    raw = event(start, "DTEND;TZID=Europe/London:20260302T090000", "SUMMARY:Call")
    read = ICAL.parse(raw).fields
    assert (read["start"], read["end"], read["timezone"]) == (
        "2026-03-02T09:00:00",
        "2026-03-02T10:00:00",
        "W. Europe Standard Time",
    )
    changed = ICAL.patch(raw, {"summary": "Longer call", "location": "Room 2"}, {})
    assert start.encode() in changed
    assert b"VTIMEZONE" not in changed
    there = ICAL.build("u", "event", read, {})
    assert b"DTSTART;TZID=W. Europe Standard Time:20260302T090000" in there
    assert b"\r\nTZID:W. Europe Standard Time\r\n" in there
    assert ICAL.parse(there).fields["start"] == read["start"]
    assert ICAL.parse(task("COMPLETED;TZID=W. Europe Standard Time:20260302T090000")).fields["completed"] == (
        "2026-03-02T08:00:00Z"
    )
