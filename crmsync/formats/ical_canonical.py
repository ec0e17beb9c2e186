"""One text for components that mean the same: what digests compare, and what overridden instances and alarms look like
as field values. It is valid iCalendar, unfolded, with `\\n` between lines, so it can be written to any server.

Source: RFC 5545 section 3.2 (defaults of parameters) and 3.8 (properties), RFC 6638 section 7 (scheduling parameters).
"""

from __future__ import annotations

from crmsync.formats.contentline import Line, Param
from crmsync.formats.contentline_write import head
from crmsync.formats.escaping import escape, harmless, read_list, unescape, write_list
from crmsync.formats.ical_times import Span, compact, read_moment, read_span, time_params, write_span
from crmsync.formats.ical_tree import Component
from crmsync.formats.recurrence import PROPERTIES, canonical

VOLATILE = frozenset(
    {
        "DTSTAMP",  # when this copy was made
        "LAST-MODIFIED",  # every server and program sets these three anew when it saves,
        "CREATED",
        "SEQUENCE",  # also when nothing else has changed; what has changed shows elsewhere
        "REQUEST-STATUS",  # what a scheduling server made of it
        "X-MOZ-GENERATION",  # counts saves (Thunderbird)
        "X-MOZ-LASTACK",  # when an alarm was dismissed on one machine
        "X-LIC-ERROR",  # a complaint of libical about another line
        "X-RADICALE-NAME",  # the file name at the server
        "X-EVOLUTION-CALDAV-HREF",
        "X-EVOLUTION-CALDAV-ETAG",
    }
)
"""Properties that do not count when two components are compared. The calendar's own properties do not count either:
PRODID, VERSION, METHOD and X-WR-* tell about the file, not about the entry."""

_OWN = VOLATILE | {"UID", "X-WR-ALARMUID"}  # belong to one copy at one server

_IGNORED_PARAMS = frozenset({"SCHEDULE-AGENT", "SCHEDULE-STATUS", "SCHEDULE-FORCE-SEND", "CHARSET"})
_DEFAULT_PARAMS = frozenset(
    {
        *(("ATTACH", "VALUE", "URI"), ("URL", "VALUE", "URI"), ("TRIGGER", "VALUE", "DURATION")),
        *(("TRIGGER", "RELATED", "START"), ("SUMMARY", "VALUE", "TEXT"), ("DESCRIPTION", "VALUE", "TEXT")),
        *(("LOCATION", "VALUE", "TEXT"), ("ATTENDEE", "VALUE", "CAL-ADDRESS"), ("ORGANIZER", "VALUE", "CAL-ADDRESS")),
    }
)
_CAPITAL_PARAMS = frozenset({"PARTSTAT", "ROLE", "CUTYPE", "RSVP", "VALUE", "ENCODING", "RELATED", "RELTYPE"})
_DEFAULT_LINES = frozenset({"TRANSP:OPAQUE", "CLASS:PUBLIC"})
_TEXTS = frozenset({"SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT", "CONTACT", "UID", "RELATED-TO"})
_LISTS = frozenset({"CATEGORIES", "RESOURCES"})
_CAPITALS = frozenset({"STATUS", "CLASS", "TRANSP", "ACTION"})
_TIMES = frozenset({"DTSTART", "DTEND", "DUE", "COMPLETED", "RECURRENCE-ID"})
_MANY = frozenset({"ATTENDEE", "ATTACH", "CATEGORIES", "RESOURCES", "COMMENT", "CONTACT", "RELATED-TO", *PROPERTIES})
_HIGHEST = {"REPEAT": 1000, "PRIORITY": 9, "PERCENT-COMPLETE": 100}


def canonical_text(component: Component, carried: bool = False) -> str:
    """The component in one spelling, without what does not count.

    `carried`: also without what stays behind when it goes to another server: its UID, inline attachments, numbers
    beyond all reason.
    """
    written = [f"BEGIN:{component.name}"]
    for name in sorted(component.properties):
        if name in VOLATILE:
            continue
        found = [line for line in component.properties[name] if not (carried and stays(line))]
        texts = [text for line in found for text in canonical_lines(line)]
        # of properties that may stand only once the first counts, so their order does too
        written += sorted(set(texts)) if name in _MANY else texts
    written += sorted(canonical_text(part, carried) for part in component.parts)
    return "\n".join((*written, f"END:{component.name}"))


def stays(line: Line) -> bool:
    """Whether the line does not travel with its component, but belongs to this copy of it."""
    name = line.head.name
    if name in _OWN:
        return True
    if name == "ATTACH":
        return is_inline(line)
    highest = _HIGHEST.get(name)
    return highest is not None and not _reasonable(line.text().strip(), highest)


def is_inline(line: Line) -> bool:
    """Whether an ATTACH line holds the bytes themselves."""
    return bool(line.head.encoding) or line.head.get("VALUE").upper() == "BINARY"


def _reasonable(number: str, highest: int) -> bool:
    return len(number) <= 4 and number.isascii() and number.isdecimal() and int(number) <= highest


def sensible_alarm(alarm: Component) -> bool:
    """Whether an alarm says when it goes off: so long before or after, or at a time."""
    line = alarm.first("TRIGGER")
    if line is None:
        return False
    moment = read_moment(line)
    return bool(canonical_lead(line.text().strip())) or (moment is not None and not moment.is_date)


def canonical_lines(line: Line) -> list[str]:
    """One property in one spelling: a line, one for each date of a list of dates, none for what a reader assumes."""
    name = line.head.name
    if not name:
        return []
    if line.head.group:
        return [f"{head(name, line.head.params, line.head.group)}:{harmless(line.text())}"]
    if name in PROPERTIES:
        entries = canonical(line)
        if entries:
            return entries
    text = f"{head(name, _params(line))}:{_value(line)}"
    return [] if text in _DEFAULT_LINES else [text]


def canonical_lead(text: str) -> str:
    """How long before or after in one spelling; nothing when it is no duration. Servers take a day for 24 hours here,
    which for the DURATION of an appointment it is not on the days on which the clocks change."""
    span = read_span(text.removeprefix("-"))
    if span is None:
        return ""
    days, seconds = divmod(span.seconds, 86_400)
    return f"{'-' if text.startswith('-') else ''}{write_span(Span(span.days + days, seconds))}"


def _params(line: Line) -> list[Param]:
    kept = []
    for name, values in line.head.params:
        if name in _IGNORED_PARAMS or (name == "ENCODING" and line.head.encoding != "BASE64"):
            continue
        if name in _CAPITAL_PARAMS:
            values = tuple(value.upper() for value in values)
        if (line.head.name, name, values[0]) not in _DEFAULT_PARAMS:
            kept.append((name, values))
    moment = read_moment(line) if line.head.name in _TIMES else None
    return sorted(time_params(moment, kept) if moment else kept)


def _value(line: Line) -> str:
    name, text = line.head.name, line.text()
    if name in _TEXTS:
        return escape(unescape(text))
    if name in _LISTS:
        return write_list(sorted(set(read_list(text))))
    if name in _CAPITALS:
        return harmless(text.strip().upper())
    if name in _TIMES:
        moment = read_moment(line)
        return compact(moment.text) if moment else harmless(text.strip())
    if name == "TRIGGER" and (span := canonical_lead(text.strip())):
        return span
    if name == "DURATION" and (length := read_span(text)):
        return write_span(length)
    text = harmless(text.strip())
    return "mailto:" + text[7:] if text[:7].lower() == "mailto:" else text
