"""The components of a calendar text, and which of them make up the one entry that an item is.

Source: RFC 5545 section 3.4 and 3.6; RFC 4791 section 4.1 (one item is one UID: a master and its overridden instances).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmsync.errors import Unreadable
from crmsync.formats.contentline import Line, Source, depths, lines, open_source, to_text
from crmsync.formats.escaping import harmless, unescape

KINDS = {"VEVENT": "event", "VTODO": "todo"}
"""The components we sync, and what `Parsed.kind` calls them."""

COMPONENTS = {kind: component for component, kind in KINDS.items()}

_OTHERS = {
    "VJOURNAL": "it is a journal entry, not an appointment or task",
    "VFREEBUSY": "it is a free/busy table, not an appointment or task",
    "VCARD": "it is a contact, not an appointment or task",
}


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """BEGIN to END. `body[start:end]` are its bytes; a new line belongs at `tail`, behind its other properties."""

    name: str
    properties: dict[str, list[Line]]  # by name in capitals, each in the order of the text
    parts: list[Component]
    start: int
    tail: int
    end: int

    def first(self, name: str) -> Line | None:
        """The first property of that name."""
        found = self.properties.get(name)
        return found[0] if found else None

    def all(self, name: str) -> Sequence[Line]:
        """All properties of that name."""
        return self.properties.get(name, ())

    def text(self, name: str) -> str:
        """The first property of that name as one harmless line of text, or nothing."""
        line = self.first(name)
        return harmless(unescape(line.text())).strip() if line else ""

    def named(self, name: str) -> list[Component]:
        """The components directly inside that have this name."""
        return [part for part in self.parts if part.name == name]


@dataclass(frozen=True, slots=True)
class Entry:
    """One appointment or task: its master, and the instances of it that differ. `zones` are its VTIMEZONEs by TZID."""

    source: Source
    uid: str
    master: Component
    overrides: list[Component]
    zones: dict[str, Component]
    wrapped: bool  # in a VCALENDAR, so that a VTIMEZONE may be put beside it

    @property
    def kind(self) -> str:
        """`event` or `todo`."""
        return KINDS[self.master.name]


def component_name(line: Line) -> str:
    """What a BEGIN or END line opens or closes, in capitals."""
    return to_text(line.value).strip().upper()


def read_components(body: bytes) -> list[Component]:
    """The outermost components; text between them belongs to none.

    Raises `Unreadable` when they do not close in the order they were opened, or nest too deep.
    """
    found = lines(body)
    depths(found)
    components = []
    at = 0
    while at < len(found):
        if found[at].head.name == "BEGIN":
            component, at = _component(found, at)
            components.append(component)
        else:
            at += 1
    return components


def _component(found: list[Line], begin: int) -> tuple[Component, int]:
    """The component that begins there, and where it is over. `depths` has made sure that it ends."""
    properties: dict[str, list[Line]] = {}
    parts: list[Component] = []
    tail = -1
    at = begin + 1
    while (name := (line := found[at]).head.name) != "END":
        if name == "BEGIN":
            tail = _tail(found, begin, at) if tail < 0 else tail
            part, at = _component(found, at)
            parts.append(part)
        else:
            name = f"{line.head.group}.{name}" if line.head.group else name
            properties.setdefault(name, []).append(line)
            at += 1
    start, end = found[begin].start, found[at].end
    tail = _tail(found, begin, at) if tail < 0 else tail
    return Component(component_name(line), properties, parts, start, tail, end), at + 1


def _tail(found: list[Line], begin: int, at: int) -> int:
    """Before the line at which the properties are over; but a quoted-printable one may end with a soft break, and
    would swallow what is put behind it."""
    return found[begin].end if found[at - 1].head.encoding == "QUOTED-PRINTABLE" else found[at].start


def read_entry(raw: bytes) -> Entry:
    """The one entry that an item holds. Calendars without a VCALENDAR around them are read too. Of several versions of
    it the one with the highest SEQUENCE counts (RFC 5546 section 2.1.5).

    Raises `Unreadable` when there is none, or more than one.
    """
    source = open_source(raw)
    outer = read_components(source.body)
    calendars = [component for component in outer if component.name == "VCALENDAR"]
    inner = [part for calendar in calendars for part in calendar.parts] or outer
    found = [part for part in inner if part.name in KINDS]
    if not found:
        reasons = [_OTHERS[part.name] for part in (*inner, *outer) if part.name in _OTHERS]
        raise Unreadable(reasons[0] if reasons else "there is no appointment or task in it")
    first = found[0]
    uids = {(part.name, part.text("UID")) for part in found}
    if len(uids) > 1:
        raise Unreadable(f"it holds {len(uids)} different entries; an item is one", thing=first.text("UID")[:80])
    masters = sorted((part for part in found if "RECURRENCE-ID" not in part.properties), key=_sequence)
    if len(masters) > 1 and _sequence(masters[-1]) == _sequence(masters[-2]):
        raise Unreadable(f"it holds the same entry {len(masters)} times", thing=first.text("UID")[:80])
    master = masters[-1] if masters else first
    overrides = [part for part in found if part is not master and part not in masters]
    zones = {part.text("TZID"): part for part in inner if part.name == "VTIMEZONE"}
    return Entry(source, first.text("UID"), master, overrides, zones, wrapped=bool(calendars))


def _sequence(component: Component) -> int:
    text = component.text("SEQUENCE")
    return int(text) if len(text) < 10 and text.isascii() and text.isdecimal() else 0
