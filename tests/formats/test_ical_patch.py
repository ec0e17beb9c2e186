from __future__ import annotations

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from crmsync.formats.contentline import lines
from crmsync.formats.ical import ICalendar
from crmsync.values import Changes, Fields, Labelled, Participant, Value
from tests.formats.calendars import ALARM, MOVED, event, moved

ICAL = ICalendar()
ROME = "TZID=Europe/Rome"


def fields(raw: bytes) -> Fields:
    return ICAL.parse(raw).fields


TEXTS = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters=[chr(code) for code in (*range(32), 127)]))
    .map(lambda value: value.replace("\ufeff", ""))
    .filter(lambda value: bool(value.strip()))
)
LONG = st.lists(TEXTS, min_size=1, max_size=3).map("\n".join)
URIS = TEXTS.map(lambda value: "https://a.example/" + value.strip())
WALL = st.sampled_from(["2026-03-02T09:00:00", "2026-03-29T02:30:00", "2026-10-25T02:30:00", "2026-12-31T23:59:59"])
PEOPLE = st.builds(
    Participant,
    st.sampled_from(["a@a.example", "b@b.example", "C@c.example"]),
    st.one_of(st.just(""), TEXTS.map(str.strip)),
    st.sampled_from(["", "CHAIR", "OPT-PARTICIPANT"]),
    st.sampled_from(["", "ACCEPTED", "DECLINED"]),
)


def emptied(values: st.SearchStrategy[Value]) -> st.SearchStrategy[Value | None]:
    return st.one_of(st.none(), values)


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "summary": emptied(LONG),
        "description": emptied(LONG),
        "location": emptied(LONG),
        "start": WALL,
        "end": emptied(WALL),
        "timezone": st.sampled_from(["Europe/Rome", "America/New_York", "Asia/Tokyo"]),
        "priority": emptied(st.integers(0, 9)),
        "percent": emptied(st.integers(0, 100)),
        "status": emptied(st.sampled_from(["TENTATIVE", "CONFIRMED", "CANCELLED"])),
        "completed": emptied(WALL),
        "categories": emptied(st.lists(TEXTS.map(str.strip), min_size=1, max_size=4, unique=True).map(tuple)),
        "urls": emptied(URIS.map(lambda uri: (Labelled(uri),))),
        "attachments": emptied(st.lists(URIS, min_size=1, max_size=3, unique=True).map(tuple)),
        "participants": emptied(st.lists(PEOPLE, min_size=1, max_size=3, unique_by=lambda one: one.email).map(tuple)),
        "rrule": emptied(st.sampled_from(["RRULE:FREQ=WEEKLY;BYDAY=MO", "EXDATE:20260309T090000Z"])),
        "alarms": emptied(st.sampled_from([(ALARM,), (ALARM, ALARM.replace("15", "30"))])),
        "exceptions": emptied(
            st.sampled_from([(moved(),), (moved(moved="later"),), (moved(**{"20260304": "20260305"}),)])
        ),
    },
)
OWNERS = {
    "summary": "SUMMARY",
    "description": "DESCRIPTION",
    "location": "LOCATION",
    "priority": "PRIORITY",
    "percent": "PERCENT-COMPLETE",
    "status": "STATUS",
    "completed": "COMPLETED",
    "categories": "CATEGORIES",
    "urls": "URL",
    "attachments": "ATTACH",
    "alarms": "VALARM",
    "exceptions": "VEVENT",
}
PIECES = st.lists(
    st.sampled_from(
        [
            *("X-OWN;X-P=1:kept", "COMMENT:kept", "GEO:1;2", "no property", "X-FOLDED:a\r\n b\r\n\tc", "CLASS:PRIVATE"),
            *("SUMMARY:old", "SUMMARY;LANGUAGE=it:vecchio", "DESCRIPTION:old\\, old", "PRIORITY:5", "STATUS:X-ODD"),
            *(
                "CATEGORIES:A,B",
                "CATEGORIES:C",
                "URL:https://old.example",
                "ATTACH:cid:1",
                "ATTACH;ENCODING=BASE64:AAAA",
            ),
            *("ORGANIZER;CN=Anna:mailto:anna@a.example", "ATTENDEE;PARTSTAT=DECLINED:mailto:b@b.example"),
            *("RRULE:FREQ=DAILY", "EXDATE:20260309T090000Z,20260310T090000Z", "ATTENDEE:urn:uuid:1"),
        ]
    ),
    unique=True,
)
WHEN = st.sampled_from(
    [
        [f"DTSTART;{ROME}:20260302T090000", f"DTEND;{ROME}:20260302T100000"],
        [f"DTSTART;{ROME}:20260302T090000", "DURATION:PT1H"],
        ["DTSTART;TZID=Asia/Tokyo:20260302T090000", f"DTEND;{ROME}:20260302T100000"],
    ]
)


def comparable(found: Changes) -> dict[str, object]:
    """Fields without those that are empty, and without the order of lists."""
    values = {name: value for name, value in found.items() if value is not None}
    return {name: set(value) if isinstance(value, tuple) else value for name, value in values.items()}


@given(PIECES, WHEN, st.booleans(), CHANGES, st.sampled_from(["\r\n", "\n"]))
def test_a_patched_entry_shows_the_changes_and_all_else_as_it_was(
    pieces: list[str], when: list[str], has_exception: bool, changes: dict[str, Value | None], end: str
) -> None:
    raw = event(*when, *pieces, *ALARM.split("\n"), beside=MOVED if has_exception else ()).replace(
        b"\r\n", end.encode()
    )
    after = ICAL.patch(raw, changes, {})
    assert comparable(fields(after)) == comparable({**fields(raw), **changes})
    if changes.keys() <= OWNERS.keys() - {"alarms", "exceptions"}:
        names = tuple(OWNERS[field] for field in changes)
        assert unowned(after, names) == unowned(raw, names)
    assert ICAL.patch(after, changes, {}) == after


def unowned(raw: bytes, names: tuple[str, ...]) -> list[bytes]:
    return [raw[line.start : line.end] for line in lines(raw) if line.head.name not in names]


@given(CHANGES)
def test_what_is_built_reads_back(changes: dict[str, Value | None]) -> None:
    wanted = {name: value for name, value in changes.items() if value is not None}
    if not wanted.keys() & {"start", "end"}:
        wanted.pop("timezone", None)
    built = ICAL.build("u", "event", wanted, {})
    assert comparable(fields(built)) == comparable(wanted)
    assert max(map(len, built.split(b"\r\n"))) <= 75
    assert icalendar.Calendar.from_ical(built).events
