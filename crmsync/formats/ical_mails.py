"""How many people a server that schedules could mail because an item changes (RFC 6638).

Such a server sends invitations, updates and cancellations for the organizer of a meeting, and answers for an attendee;
for whom a line says SCHEDULE-AGENT=CLIENT or NONE it does not (section 7.1). Without an ORGANIZER nothing is scheduled
(section 3.1). Which changes are worth a mail is up to the server, so any change counts: this is what could be sent at
the most, never less than what is.
"""

from __future__ import annotations

from crmsync.formats.contentline import Line
from crmsync.formats.ical_read import ORGANIZER, read_email
from crmsync.formats.ical_tree import Component, read_entry


def mails(before: bytes | None, after: bytes | None) -> int:
    """The people who could get a mail when an item turns from `before` into `after`; `None`: it is not there.

    Raises `Unreadable`.
    """
    if before == after:
        return 0
    attendees: set[str] = set()
    organizers: set[str] = set()
    for raw in (before, after):
        entry = None if raw is None else read_entry(raw)
        for component in () if entry is None else (entry.master, *entry.overrides):
            mailed, answered = _served(component)
            attendees |= mailed
            organizers |= answered
    # The calendar is the organizer's, and the attendees are mailed; or it is an attendee's, and the organizer is.
    return max(len(attendees), len(organizers))


def _served(component: Component) -> tuple[set[str], set[str]]:
    """The attendees and the organizer that the server takes care of."""
    organizers = component.all(ORGANIZER)
    if not organizers:
        return set(), set()
    own = {_address(line) for line in organizers}
    attendees = {_address(line) for line in component.all("ATTENDEE") if _by_server(line)} - own
    return attendees, {_address(line) for line in organizers if _by_server(line) and component.all("ATTENDEE")}


def _by_server(line: Line) -> bool:
    """Whether nobody but the server is to send; what it does not know counts as NONE (RFC 6638 section 7.1)."""
    return line.head.get("SCHEDULE-AGENT").strip().upper() in ("", "SERVER")


def _address(line: Line) -> str:
    return (read_email(line) or line.text().strip()).casefold()
