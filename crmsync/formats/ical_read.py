"""What an appointment or task says, as the fields of a record.

Source: RFC 5545 section 3.8. A value that makes no sense (PRIORITY of a million digits, the 31st of February) is left
out of the fields and stays in the raw text. `end` of an all-day appointment is the day after its last one, as in
iCalendar, Google and Microsoft 365 alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from crmsync.formats.contentline import Line
from crmsync.formats.escaping import harmless, one_newline, read_list, unescape
from crmsync.formats.ical_canonical import canonical_text, is_inline, sensible_alarm
from crmsync.formats.ical_times import Moment, after, in_zone, read_moment, read_span
from crmsync.formats.ical_tree import Component, Entry
from crmsync.formats.ical_zones import known
from crmsync.formats.recurrence import PROPERTIES, canonical
from crmsync.values import Labelled, Participant, Value

TEXTS = {"summary": "SUMMARY", "description": "DESCRIPTION", "location": "LOCATION"}
"""Fields that are the text of one property."""

NUMBERS = {"percent": ("PERCENT-COMPLETE", 100), "priority": ("PRIORITY", 9)}
"""Fields that are a number from 0 to a highest one."""

STATUSES = {
    "VEVENT": ("TENTATIVE", "CONFIRMED", "CANCELLED"),
    "VTODO": ("NEEDS-ACTION", "COMPLETED", "IN-PROCESS", "CANCELLED"),
}
"""What STATUS may say (RFC 5545 section 3.8.1.11)."""

END = {"VEVENT": ("end", "DTEND"), "VTODO": ("due", "DUE")}
"""The field and the property that tell when a component is over; DURATION may stand for the property."""

ORGANIZER = "ORGANIZER"
"""The role of the participant whom the ORGANIZER line names."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def read_fields(entry: Entry) -> dict[str, Value]:
    """All fields of an entry, in a fixed order."""
    master = entry.master
    found: dict[str, Value | None] = {field: read_text(master, name) for field, name in TEXTS.items()}
    found |= read_times(master)
    found["rrule"] = "\n".join(read_recurrence(master))
    found["exceptions"] = tuple(sorted(canonical_text(override, carried=True) for override in entry.overrides))
    alarms = filter(sensible_alarm, master.named("VALARM"))
    found["alarms"] = tuple(sorted(canonical_text(alarm, carried=True) for alarm in alarms))
    found["participants"] = tuple(read_participants(master).values())
    found["status"] = read_status(master)
    for field, (name, highest) in NUMBERS.items():
        found[field] = read_number(master.first(name), highest)
    found["completed"] = read_completed(master)
    found["categories"] = tuple(
        dict.fromkeys(text for line in master.all("CATEGORIES") for text in read_list(plain(line)))
    )
    found["urls"] = tuple(map(Labelled, dict.fromkeys(filter(None, map(read_uri, master.all("URL"))))))
    found["attachments"] = tuple(dict.fromkeys(filter(None, map(read_attachment, master.all("ATTACH")))))
    found["timezone_definition"] = read_definitions(entry)
    return {field: value for field, value in found.items() if value is not None and value != "" and value != ()}


def plain(line: Line) -> str:
    """The text of a line with escapes still in it; control characters, which no other system takes, made visible."""
    text = one_newline(line.text())
    return _CONTROL.sub("\ufffd", text) if _CONTROL.search(text) else text


def read_text(component: Component, name: str) -> str:
    """The first property of that name that says something."""
    line = text_line(component, name)
    return unescape(plain(line)) if line else ""


def text_line(component: Component, name: str) -> Line | None:
    """The line that `read_text` reads."""
    return next((line for line in component.all(name) if unescape(plain(line)).strip()), None)


def read_times(component: Component) -> dict[str, Value | None]:
    """`start`, `end` or `due`, `all_day` and `timezone`. The zone is that of the start; an end in another one is
    converted."""
    start = read_moment(component.first("DTSTART"))
    end_field, _ = END[component.name]
    end = read_end(component, start)
    first = start or end
    return {
        "start": start.text if start else None,
        end_field: end.text if end else None,
        "all_day": True if first and first.is_date else None,
        "timezone": first.zone if first else None,
    }


def read_end(component: Component, start: Moment | None) -> Moment | None:
    """When a component ends, by its end property or its duration, in the zone in which it starts."""
    end = read_moment(component.first(END[component.name][1]))
    if end:
        return in_zone(end, start.zone) if start and start.is_local and start.zone else end
    line = component.first("DURATION")
    span = read_span(line.text()) if line else None
    return after(start, span) if start and span else None


def read_completed(component: Component) -> str:
    """When a task was completed, in UTC where the zone is known."""
    moment = read_moment(component.first("COMPLETED"))
    moment = in_zone(moment, "") if moment and moment.zone else moment
    return moment.text if moment else ""


def read_recurrence(component: Component) -> list[str]:
    """The entries of the RRULE, EXRULE, RDATE and EXDATE lines, each once, in canonical order."""
    found: list[str] = []
    for name in PROPERTIES:
        found += sorted({entry for line in component.all(name) for entry in canonical(line) or ()})
    return found


def read_status(component: Component) -> str:
    """STATUS in capitals, when it is one the component may have."""
    status = component.text("STATUS").upper()
    return status if status in STATUSES[component.name] else ""


def read_number(line: Line | None, highest: int) -> int | None:
    """A number from 0 to `highest`."""
    text = line.text().strip() if line else ""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else -1
    return number if 0 <= number <= highest else None


def read_uri(line: Line) -> str:
    """A URI, which has no escapes."""
    return harmless(line.text()).strip()


def read_attachment(line: Line) -> str:
    """Where an attachment is; nothing when the line holds the attachment itself."""
    return "" if is_inline(line) else read_uri(line)


def read_email(line: Line) -> str:
    """The mail address of an ORGANIZER or ATTENDEE line; nothing when it has none (rooms, directory entries)."""
    address = read_uri(line)
    if address[:7].lower() == "mailto:":
        return address[7:].strip()
    if "@" in address and ":" not in address:
        return address
    email = harmless(line.head.get("EMAIL")).strip()
    return email[7:] if email[:7].lower() == "mailto:" else email


def read_participants(component: Component) -> dict[str, Participant]:
    """The participants by case-folded address. An organizer who attends too is one participant: the role is
    ORGANIZER, the status that of the attendee."""
    found: dict[str, Participant] = {}
    for name in (ORGANIZER, "ATTENDEE"):
        for line in component.all(name):
            email = read_email(line)
            if not email:
                continue
            person = read_participant(line, email)
            known_as = found.setdefault(email.casefold(), person)
            if known_as is not person and known_as.role == ORGANIZER and not known_as.status:
                name_of = known_as.name or person.name
                found[email.casefold()] = Participant(known_as.email, name_of, ORGANIZER, person.status)
    return found


def read_participant(line: Line, email: str) -> Participant:
    """One line by itself."""
    organizer = line.head.name == ORGANIZER
    name = harmless(line.head.get("CN")).strip()
    role = ORGANIZER if organizer else harmless(line.head.get("ROLE")).strip().upper()
    status = "" if organizer else harmless(line.head.get("PARTSTAT")).strip().upper()
    return Participant(email, name, role, status)


def read_definitions(entry: Entry) -> str:
    """The VTIMEZONEs of the zones that the entry uses and that not everybody knows."""
    own = {tzid: zone for tzid, zone in entry.zones.items() if not known(tzid)}
    if not own:
        return ""
    used = used_zones(line for component in (entry.master, *entry.overrides) for line in _all_lines(component))
    return "\n".join(canonical_text(own[tzid], carried=True) for tzid in sorted(used & own.keys()))


def used_zones(found: Iterable[Line]) -> set[str]:
    """The TZIDs that some lines name."""
    return {harmless(tzid).strip() for line in found if (tzid := line.head.get("TZID"))}


def _all_lines(component: Component) -> Iterator[Line]:
    for same_name in component.properties.values():
        yield from same_name
    for part in component.parts:
        yield from _all_lines(part)
