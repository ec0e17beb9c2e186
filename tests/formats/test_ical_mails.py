"""How many people a scheduling server could mail: never fewer than it does."""

from __future__ import annotations

import pytest

from crmsync.errors import Unreadable
from crmsync.formats.ical_mails import mails
from crmsync.formats.registry import get
from crmsync.values import Participant

ME = "ORGANIZER:mailto:me@x.example"
ANNA = "ATTENDEE;CN=Anna:mailto:anna@x.example"
BERT = "ATTENDEE;SCHEDULE-AGENT=SERVER:MAILTO:bert@x.example"


def meeting(*lines: str, more: str = "") -> bytes:
    text = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:u", "DTSTART:20260301T100000Z", *lines, "END:VEVENT"]
    return "\r\n".join([*text, *([more] if more else []), "END:VCALENDAR", ""]).encode()


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ((ME, ANNA, BERT), 2),
        ((ME, ANNA, ANNA.upper()), 1),
        ((ME, ANNA, "ATTENDEE:mailto:me@x.example"), 1),
        ((ANNA, BERT), 0),
        ((ME,), 0),
        ((), 0),
        ((ME, "ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:c@x.example"), 1),
        (("ORGANIZER;SCHEDULE-AGENT=CLIENT:mailto:me@x.example", "ATTENDEE;SCHEDULE-AGENT=none:mailto:c@x.example"), 0),
        (("ORGANIZER;SCHEDULE-AGENT=CLIENT:mailto:me@x.example", "ATTENDEE;SCHEDULE-AGENT=X-MINE:mailto:c@x"), 0),
        ((ME, "ATTENDEE:urn:uuid:1", "ATTENDEE:urn:uuid:2"), 2),
    ],
)
def test_who_is_served_by_the_server_counts_when_a_meeting_comes_changes_or_goes(
    lines: tuple[str, ...], count: int
) -> None:
    raw = meeting(*lines)
    assert mails(None, raw) == mails(raw, None) == mails(raw, meeting(*lines, "SUMMARY:x")) == count
    assert mails(raw, raw) == 0


def test_whoever_is_added_and_whoever_leaves_counts_once() -> None:
    assert mails(meeting(ME, ANNA), meeting(ME, BERT)) == 2
    assert mails(meeting(ME, ANNA), meeting(ME, ANNA, BERT)) == 2


def test_people_of_a_single_occurrence_count() -> None:
    more = "\r\n".join(["BEGIN:VEVENT", "UID:u", "RECURRENCE-ID:20260308T100000Z", ME, ANNA, "END:VEVENT"])
    assert mails(None, meeting("RRULE:FREQ=WEEKLY", more=more)) == 1


def test_a_meeting_that_we_make_mails_nobody() -> None:
    people = (Participant("me@x.example", role="ORGANIZER"), Participant("anna@x.example"), Participant("b@x.example"))
    fields = {"summary": "Meeting", "start": "2026-03-01T10:00:00Z", "participants": people}
    raw = get("ical").build("u", "event", fields, {})
    assert b"anna@x.example" in raw
    assert mails(None, raw) == 0
    changed = get("ical").patch(raw, {"participants": people[:2], "summary": "x"}, {})
    assert mails(raw, changed) == 0


def test_what_cannot_be_read_is_told() -> None:
    with pytest.raises(Unreadable):
        mails(b"no calendar", None)
