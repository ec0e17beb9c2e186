"""Calendar texts for the tests of the iCalendar format."""

from __future__ import annotations

from collections.abc import Sequence

ZONE = (
    *("BEGIN:VTIMEZONE", "TZID:Plant time", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0130"),
    *("TZOFFSETTO:+0130", "END:STANDARD", "END:VTIMEZONE"),
)
ALARM = "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:Go\nTRIGGER:-PT15M\nEND:VALARM"
MEETING = (
    *("DTSTART;TZID=Europe/Rome:20260302T090000", "DTEND;TZID=Europe/Rome:20260302T100000", "SUMMARY:Offer"),
    *(
        "ORGANIZER;CN=Anna:mailto:anna@nordwind.example",
        "ATTENDEE;CN=Marco;PARTSTAT=ACCEPTED:mailto:Marco@acme.example",
    ),
    *("X-OWN;X-P=1:kept", "ATTACH:https://files.example/plan.pdf", "RRULE:FREQ=DAILY"),
)
MOVED = (
    *("BEGIN:VEVENT", "UID:u1", "DTSTAMP:20260101T000000Z", "RECURRENCE-ID;TZID=Europe/Rome:20260304T090000"),
    *("DTSTART;TZID=Europe/Rome:20260304T150000", "SUMMARY:Offer (moved)", "SEQUENCE:3"),
    *("ATTACH;ENCODING=BASE64;VALUE=BINARY:AAAA", "TRANSP:OPAQUE", *ALARM.split("\n"), "END:VEVENT"),
)


def text(*lines: str, end: str = "\r\n") -> bytes:
    """Lines as they are sent."""
    return "".join(f"{line}{end}" for line in lines).encode()


def calendar(*lines: str, end: str = "\r\n") -> bytes:
    """A calendar that holds some components."""
    return text("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t//EN", *lines, "END:VCALENDAR", end=end)


def event(*lines: str, beside: Sequence[str] = (), uid: str = "u1", end: str = "\r\n") -> bytes:
    """A calendar with one event, and other components beside it."""
    return calendar("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT", *beside, end=end)


def task(*lines: str) -> bytes:
    """A calendar with one task."""
    return calendar("BEGIN:VTODO", "UID:t1", "DTSTAMP:20260101T000000Z", *lines, "END:VTODO")


def moved(**changes: str) -> str:
    """The exception of `MOVED` as a field value, with some of its texts replaced."""
    value = (
        "BEGIN:VEVENT\nDTSTART;TZID=Europe/Rome:20260304T150000\nRECURRENCE-ID;TZID=Europe/Rome:20260304T090000\n"
        f"SUMMARY:Offer (moved)\n{ALARM}\nEND:VEVENT"
    )
    for old, new in changes.items():
        value = value.replace(old, new)
    return value
