from __future__ import annotations

from collections import Counter

import icalendar
import pytest

from crmsync.formats.ical import ICalendar
from crmsync.formats.ical_patch import NO_TIME
from crmsync.values import Changes, Fields, Labelled, Participant, Value
from tests.formats.calendars import ALARM, MEETING, MOVED, ZONE, calendar, event, moved, task, text

ICAL = ICalendar()
ROME = "TZID=Europe/Rome"


def patched(raw: bytes, changes: Changes) -> list[str]:
    """The lines that went (`- `) and came (`+ `), unfolded; one that only moved is none."""
    before, after = (
        Counter(text.decode().replace("\r\n ", "").split("\r\n")) for text in (raw, ICAL.patch(raw, changes, {}))
    )
    return [*(f"- {line}" for line in before - after), *(f"+ {line}" for line in after - before)]


def fields(raw: bytes) -> Fields:
    return ICAL.parse(raw).fields


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_changed_text_is_one_changed_line(end: str) -> None:
    raw = event(*MEETING, end=end)
    assert ICAL.patch(raw, {"summary": "One; two,\nthree"}, {}) == raw.replace(
        b"SUMMARY:Offer", b"SUMMARY:One\\; two\\,\\nthree"
    )


@pytest.mark.parametrize(
    ("lines", "changes", "expected"),
    [
        (["SUMMARY;LANGUAGE=it:a\\,\r\n b"], {"summary": "a,b"}, []),
        (["STATUS:confirmed", "PRIORITY;X-A=1:5"], {"status": "CONFIRMED", "priority": 5}, []),
        (["COMPLETED;TZID=Europe/Rome:20260302T090000"], {"completed": "2026-03-02T08:00:00Z"}, []),
        (["SUMMARY:a", "SUMMARY:b"], {"summary": None}, ["- SUMMARY:a", "- SUMMARY:b"]),
        (["SUMMARY:", "SUMMARY:b"], {"summary": "c"}, ["- SUMMARY:b", "+ SUMMARY:c"]),
        (["SUMMARY:"], {"summary": "c"}, ["- SUMMARY:", "+ SUMMARY:c"]),
        (["LOCATION:a"], {"location": " "}, ["- LOCATION:a"]),
        (
            ['DESCRIPTION;LANGUAGE=it;ALTREP="data:text/html,x":a'],
            {"description": "b"},
            ['- DESCRIPTION;LANGUAGE=it;ALTREP="data:text/html,x":a', "+ DESCRIPTION;LANGUAGE=it:b"],
        ),
        (["PRIORITY:5"], {"priority": 0}, ["- PRIORITY:5", "+ PRIORITY:0"]),
        (["PRIORITY:5"], {"priority": 10}, []),
        (["PRIORITY:5"], {"priority": None}, ["- PRIORITY:5"]),
        (["STATUS:CONFIRMED"], {"status": "cancelled"}, ["- STATUS:CONFIRMED", "+ STATUS:CANCELLED"]),
        (["STATUS:CONFIRMED"], {"status": "inactive"}, []),
        (["STATUS:X-HELD"], {"status": None}, ["- STATUS:X-HELD"]),
        (["COMPLETED:20260302T090000Z"], {"completed": None}, ["- COMPLETED:20260302T090000Z"]),
        (["COMPLETED:20260302T090000Z"], {"completed": "later"}, []),
        ([], {"completed": "2026-03-02T09:00:00Z"}, ["+ COMPLETED:20260302T090000Z"]),
        ([], {"organization": "no place for it", "priority": "high"}, []),
        (["CATEGORIES:A,B", "CATEGORIES:C"], {"categories": ("A", "B", "C")}, []),
        (
            ["CATEGORIES:A,B", "CATEGORIES:C"],
            {"categories": ("A",)},
            ["- CATEGORIES:A,B", "+ CATEGORIES:A", "- CATEGORIES:C"],
        ),
        (["CATEGORIES:A"], {"categories": None}, ["- CATEGORIES:A"]),
        ([], {"categories": ("x,y", "z")}, ["+ CATEGORIES:x\\,y,z"]),
        (
            ["URL:https://a.example"],
            {"urls": (Labelled("https://b.example"),)},
            ["- URL:https://a.example", "+ URL:https://b.example"],
        ),
        (["URL:https://a.example"], {"urls": (Labelled("https://b.example"), Labelled("https://a.example"))}, []),
        (["ATTACH:cid:1", "ATTACH;ENCODING=BASE64:AAAA"], {"attachments": None}, ["- ATTACH:cid:1"]),
        (["ATTACH:cid:1"], {"attachments": ("cid:1", "https://a.example/\n1")}, ["+ ATTACH:https://a.example/ 1"]),
    ],
)
def test_only_the_lines_of_a_field_change(
    lines: list[str], changes: dict[str, Value | None], expected: list[str]
) -> None:
    assert sorted(patched(event(*lines), changes)) == sorted(expected)


@pytest.mark.parametrize(
    ("lines", "changes", "expected"),
    [
        (
            [f"DTSTART;{ROME};X-A=1:20260302T090000", f"DTEND;{ROME}:20260302T100000"],
            {"start": "2026-03-02T09:30:00"},
            [f"- DTSTART;{ROME};X-A=1:20260302T090000", f"+ DTSTART;{ROME};X-A=1:20260302T093000"],
        ),
        (
            [f"DTSTART;{ROME}:20260302T090000", "DURATION:PT60M"],
            {"start": "2026-03-02T10:00:00", "end": "2026-03-02T11:00:00"},
            [f"- DTSTART;{ROME}:20260302T090000", f"+ DTSTART;{ROME}:20260302T100000"],
        ),
        (
            [f"DTSTART;{ROME}:20260302T090000", "DURATION:PT1H"],
            {"end": "2026-03-02T10:30:00"},
            ["- DURATION:PT1H", "+ DURATION:PT1H30M"],
        ),
        (
            [f"DTSTART;{ROME}:20260302T090000", "DURATION:PT1H"],
            {"end": "2026-03-02T08:00:00"},
            ["- DURATION:PT1H", f"+ DTEND;{ROME}:20260302T080000"],
        ),
        (["DTSTART:20260302T090000Z", "DURATION:PT1H"], {"end": None}, ["- DURATION:PT1H"]),
        (["DURATION:PT1H"], {"end": None}, []),
        (["DURATION:PT1H"], {"end": "2026-03-02"}, ["- DURATION:PT1H", "+ DTEND;VALUE=DATE:20260302"]),
        (["DURATION:soon", "DTSTART:20260302"], {"end": "2026-03-03"}, ["+ DTEND;VALUE=DATE:20260303"]),
        (
            ["DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260303"],
            {"all_day": None},
            [
                *("- DTSTART;VALUE=DATE:20260302", "+ DTSTART:20260302T000000"),
                *("- DTEND;VALUE=DATE:20260303", "+ DTEND:20260303T000000"),
            ],
        ),
        (
            ["DTSTART:20260302T090000Z", "DTEND:20260302T100000Z"],
            {"all_day": True},
            [
                *("- DTSTART:20260302T090000Z", "+ DTSTART;VALUE=DATE:20260302"),
                *("- DTEND:20260302T100000Z", "+ DTEND;VALUE=DATE:20260303"),
            ],
        ),
        (
            ["DTSTART:99991231T000000", "DTEND:99991231T235959"],
            {"all_day": True},
            [
                *("- DTSTART:99991231T000000", "+ DTSTART;VALUE=DATE:99991231"),
                *("- DTEND:99991231T235959", "+ DTEND;VALUE=DATE:99991231"),
            ],
        ),
        (["DTSTART:20260302T000000", "DTEND:20260303T000000"], {"start": "someday", "end": "x"}, []),
        (["DTSTART:20260302", "DTSTART:20260303"], {"start": None}, ["- DTSTART:20260302", "- DTSTART:20260303"]),
        (["DTSTART:20260231"], {"start": None}, []),
        (
            [f"DTSTART;{ROME}:20260302T090000"],
            {"timezone": None},
            [f"- DTSTART;{ROME}:20260302T090000", "+ DTSTART:20260302T090000"],
        ),
        (["DTSTART:20260302T090000Z"], {"timezone": "Europe/Rome"}, []),
        (
            ["DTSTART;TZID=Plant:20260302T090000", "DTEND:20260302T100000Z"],
            {"timezone": "Plant 2"},
            ["- DTSTART;TZID=Plant:20260302T090000", "+ DTSTART;TZID=Plant 2:20260302T090000"],
        ),
    ],
)
def test_times_are_written_as_they_are_meant(
    lines: list[str], changes: dict[str, Value | None], expected: list[str]
) -> None:
    zone = ("BEGIN:VTIMEZONE", "TZID:Europe/Rome", "END:VTIMEZONE")
    assert sorted(patched(event(*lines, beside=zone), changes)) == sorted(expected)


def test_the_due_of_a_task_is_written_and_an_events_end_is_not() -> None:
    raw = ICAL.patch(task("DTSTART;VALUE=DATE:20260302"), {"due": "2026-03-05", "end": "2026-03-06"}, {})
    assert fields(raw) == {"start": "2026-03-02", "due": "2026-03-05", "all_day": True}
    assert b"DUE;VALUE=DATE:20260305" in raw


def test_a_new_zone_brings_its_definition_and_a_known_one_is_not_doubled() -> None:
    raw = ICAL.patch(event("DTSTART:20260302T090000"), {"timezone": "Europe/Rome"}, {})
    assert fields(raw)["timezone"] == "Europe/Rome"
    assert len(icalendar.Calendar.from_ical(raw).timezones) == 1
    assert ICAL.patch(raw, {"start": "2026-03-03T09:00:00"}, {}).count(b"BEGIN:VTIMEZONE") == 1
    bare = text("BEGIN:VEVENT", "DTSTART:20260302T090000", "END:VEVENT")
    assert b"VTIMEZONE" not in ICAL.patch(bare, {"timezone": "Europe/Rome"}, {})
    far = ICAL.build("u", "event", {"rrule": "RDATE;TZID=Europe/Rome:20260302T090000"}, {})
    assert b"DTSTART:19690101T000000" in far


def test_a_home_made_zone_travels_to_another_server() -> None:
    there = calendar(*ZONE, "BEGIN:VEVENT", "UID:u1", "DTSTART;TZID=Plant time:20260302T090000", "END:VEVENT")
    here = ICAL.build("u2", "event", fields(there), {})
    assert fields(here) == fields(there)
    assert text(*ZONE) in here
    changed = str(fields(there)["timezone_definition"]).replace("0130", "0200")
    assert fields(ICAL.patch(here, {"timezone_definition": changed}, {}))["timezone_definition"] == changed
    assert ICAL.patch(here, {"timezone_definition": fields(there)["timezone_definition"]}, {}) == here
    for nothing in (None, "BEGIN:VTIMEZONE", "BEGIN:VEVENT\nEND:VEVENT"):
        assert ICAL.patch(here, {"timezone_definition": nothing}, {}) == here


@pytest.mark.parametrize(
    ("lines", "value", "expected"),
    [
        (["RRULE:FREQ=DAILY"], "RRULE:FREQ=DAILY;INTERVAL=1", []),
        (["RRULE:FREQ=DAILY"], "RRULE:FREQ=WEEKLY", ["- RRULE:FREQ=DAILY", "+ RRULE:FREQ=WEEKLY"]),
        (["RRULE:FREQ=DAILY"], "", ["- RRULE:FREQ=DAILY"]),
        (["RRULE:what"], "nonsense", []),
        (["EXDATE:20260302,20260303"], "EXDATE;VALUE=DATE:20260302\nEXDATE;VALUE=DATE:20260303", []),
        (
            ["EXDATE:20260302,20260303"],
            "EXDATE:20260303",
            ["- EXDATE:20260302,20260303", "+ EXDATE;VALUE=DATE:20260303"],
        ),
        ([], "EXDATE:20260303\nEXRULE:never", ["+ EXDATE;VALUE=DATE:20260303"]),
    ],
)
def test_recurrence_lines_that_say_the_same_stay(lines: list[str], value: str, expected: list[str]) -> None:
    assert sorted(patched(event(*lines), {"rrule": value})) == sorted(expected)


ANNA, MARCO = Participant("anna@a.example", "Anna", "ORGANIZER"), Participant("marco@b.example", "Marco")
ORGANIZER, ATTENDEE = "ORGANIZER;CN=Anna:mailto:anna@a.example", "ATTENDEE;CN=Marco;RSVP=TRUE:mailto:Marco@b.example"


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ((ANNA, MARCO), []),
        ((MARCO,), [f"- {ORGANIZER}"]),
        (None, [f"- {ORGANIZER}", f"- {ATTENDEE}"]),
        (
            (ANNA, Participant("MARCO@b.example", "Marco C.", "chair", "DECLINED")),
            [f"- {ATTENDEE}", "+ ATTENDEE;CN=Marco C.;RSVP=TRUE;ROLE=CHAIR;PARTSTAT=DECLINED:mailto:Marco@b.example"],
        ),
        (
            (ANNA, MARCO, Participant("lee@c.example", 'Lee "L"; x', "", "TENTATIVE"), Participant("", "Nobody")),
            ["+ ATTENDEE;CN=\"Lee ^'L^'; x\";PARTSTAT=TENTATIVE;SCHEDULE-AGENT=CLIENT:mailto:lee@c.example"],
        ),
        (
            (Participant("anna@a.example", "", "ORGANIZER"), MARCO),
            [f"- {ORGANIZER}", "+ ORGANIZER:mailto:anna@a.example"],
        ),
        (
            (Participant("anna@a.example", "Anna", "ORGANIZER", "ACCEPTED"), MARCO),
            ["+ ATTENDEE;CN=Anna;PARTSTAT=ACCEPTED;SCHEDULE-AGENT=CLIENT:mailto:anna@a.example"],
        ),
        (
            (Participant("anna@a.example", "Anna"), Participant("marco@b.example", "Marco", "ORGANIZER")),
            [
                f"- {ORGANIZER}",
                "+ ATTENDEE;CN=Anna;SCHEDULE-AGENT=CLIENT:mailto:anna@a.example",
                "+ ORGANIZER;CN=Marco;SCHEDULE-AGENT=CLIENT:mailto:marco@b.example",
            ],
        ),
    ],
)
def test_participants_change_line_by_line_and_nobody_is_mailed(
    people: tuple[Participant, ...] | None, expected: list[str]
) -> None:
    raw = event(ORGANIZER, ATTENDEE, "ATTENDEE;CN=Room 1:urn:uuid:1")
    assert sorted(patched(raw, {"participants": people})) == sorted(expected)


def test_of_two_organizers_the_first_is_one() -> None:
    built = ICAL.build(
        "u", "event", {"participants": (ANNA, Participant("b@b.example", "B", "ORGANIZER", "ACCEPTED"))}, {}
    )
    assert built.count(b"ORGANIZER") == 1
    assert b"ATTENDEE;CN=B;PARTSTAT=ACCEPTED" in built


def test_alarms_are_added_and_removed_and_equal_ones_stay() -> None:
    raw = event(*ALARM.replace("TRIGGER", "UID:9\nX-WR-ALARMUID:9\nTRIGGER").split("\n"))
    other = ALARM.replace("15M", "30M")
    both = ICAL.patch(raw, {"alarms": (ALARM, other)}, {})
    assert fields(both)["alarms"] == (ALARM, other)
    assert b"UID:9" in both
    assert fields(ICAL.patch(both, {"alarms": (other,)}, {}))["alarms"] == (other,)
    assert "alarms" not in fields(ICAL.patch(both, {"alarms": None}, {}))


@pytest.mark.parametrize(
    "alarm",
    [
        *("no component", "BEGIN:VALARM", "BEGIN:VALARM\nEND:VALARM", "BEGIN:VEVENT\nEND:VEVENT", f"{ALARM}\n{ALARM}"),
        "BEGIN:VALARM\n" * 4 + "END:VALARM\n" * 4,
    ],
)
def test_what_is_no_alarm_is_not_written(alarm: str) -> None:
    assert ICAL.patch(event(), {"alarms": (alarm,)}, {}) == event()


def test_an_exception_changes_line_by_line() -> None:
    raw = event(*MEETING, beside=MOVED)
    assert patched(raw, {"exceptions": (moved(moved="later"),)}) == [
        "- SUMMARY:Offer (moved)",
        "+ SUMMARY:Offer (later)",
    ]
    longer = moved(**{"\nBEGIN:VALARM": "\nX-APP.NEW:1\nBEGIN:VALARM", "-PT15M": "-PT5M"})
    assert patched(raw, {"exceptions": (longer,)}) == ["- TRIGGER:-PT15M", "+ X-APP.NEW:1", "+ TRIGGER:-PT5M"]
    assert fields(ICAL.patch(raw, {"exceptions": (longer,)}, {}))["exceptions"] == (longer,)


def test_what_is_no_property_of_an_exception_stays() -> None:
    raw = event(*MEETING, beside=(*MOVED[:-1], "no property", MOVED[-1]))
    assert patched(raw, {"exceptions": (moved(moved="later"),)}) == [
        "- SUMMARY:Offer (moved)",
        "+ SUMMARY:Offer (later)",
    ]


def test_exceptions_come_and_go() -> None:
    raw = event(*MEETING, beside=MOVED)
    other = moved(**{"20260304": "20260305", "BEGIN:VEVENT": "BEGIN:VEVENT\nATTENDEE:mailto:a@a.example"})
    both = ICAL.patch(raw, {"exceptions": (moved(), other)}, {})
    assert fields(both)["exceptions"] == (other, moved())
    assert b"ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:a@a.example" in both
    assert both.count(b"UID:u1\r\nDTSTAMP") == 3
    assert ICAL.patch(raw, {"exceptions": None}, {}) == event(*MEETING)
    none_left = ICAL.patch(both, {"exceptions": ("no component", "BEGIN:VEVENT\nEND:VEVENT")}, {})
    assert none_left == event(*MEETING)


def test_of_two_exceptions_for_one_time_one_is_written() -> None:
    raw = event(*MEETING, beside=MOVED)
    changed = moved(moved="later")
    assert ICAL.patch(raw, {"exceptions": (changed, moved())}, {}) == raw
    doubled = event(*MEETING, beside=(*MOVED, *(line.replace("moved", "doubled") for line in MOVED)))
    after = fields(ICAL.patch(doubled, {"exceptions": (changed,)}, {}))
    assert after["exceptions"] == (changed,)


def test_an_exception_of_an_entry_without_line_end_gets_lines_of_its_own() -> None:
    bare = b"BEGIN:VEVENT\nSUMMARY:a\nEND:VEVENT"
    after = ICAL.patch(bare, {"exceptions": ("BEGIN:VEVENT\nRECURRENCE-ID;VALUE=DATE:20260302\nEND:VEVENT",)}, {})
    assert (
        after == bare + f"\nBEGIN:VEVENT\nDTSTAMP:{NO_TIME}\nRECURRENCE-ID;VALUE=DATE:20260302\nEND:VEVENT\n".encode()
    )


def test_a_soft_line_break_at_the_end_swallows_nothing() -> None:
    raw = event("X-NOTE;ENCODING=QUOTED-PRINTABLE:abc=")
    assert fields(ICAL.patch(raw, {"summary": "seen"}, {})) == {"summary": "seen"}


def test_utf_16_stays_utf_16() -> None:
    raw = event("SUMMARY:è").decode().encode("utf-16")
    assert ICAL.patch(raw, {"summary": "é"}, {}) == event("SUMMARY:é").decode().encode("utf-16")


def test_a_new_entry_is_the_same_bytes_each_time() -> None:
    built = ICAL.build("u;1", "todo", {"summary": "Call"}, {})
    assert built == text(
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//crmsync//crmsync//EN", "BEGIN:VTODO", "UID:u\\;1"),
        *("DTSTAMP:19700101T000000Z", "SUMMARY:Call", "END:VTODO", "END:VCALENDAR"),
    )
    assert ICAL.parse(built).uid == "u;1"
    assert ICAL.parse(ICAL.build("u", "whatever", {}, {})).kind == "event"
