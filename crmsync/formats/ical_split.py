"""A calendar file as the single entries in it, in linear time and whatever state the file is in.

Each entry (all components with its UID) becomes a VCALENDAR with the time zones it names. What cannot be an entry - a
component that never ends, text outside any calendar - is an element of its own, so that nothing is lost in silence.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from crmsync.errors import Unreadable
from crmsync.formats.contentline import Line, lines, open_source
from crmsync.formats.contentline_write import line_end
from crmsync.formats.ical_patch import PRODUCT
from crmsync.formats.ical_tree import component_name

_OUTER = frozenset(
    {"VCALENDAR", "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VCARD"}
)  # never inside others
_HEADER = frozenset({"VERSION", "PRODID", "CALSCALE"})
# Of the calendar and not of its entries (RFC 5545 section 3.7, RFC 7986 section 5); some of them entries have as well.
_ABOUT = frozenset({"METHOD", "NAME", "REFRESH-INTERVAL", "SOURCE", "COLOR", "IMAGE"})
_SHARED = frozenset({"DESCRIPTION", "UID", "URL", "LAST-MODIFIED", "CATEGORIES"})
_LONGEST_HEADER = 1000
_MOST_COPIES = 20  # zones are copied into many entries; all copies together are no larger than so many times the file
_FREE_COPIES = 1 << 20


@dataclass(frozen=True, slots=True)
class _Block:
    """One component of a file. `whole`: everything in it ended as it should."""

    name: str
    start: int
    end: int
    whole: bool
    uid: str
    zones: frozenset[str]
    tzid: str

    @property
    def key(self) -> tuple[str, str, int]:
        """Equal for the components of one entry. Without a UID each is an entry by itself."""
        return (self.name, self.uid, -1 if self.uid else self.start)


@dataclass(slots=True)
class _Calendar:
    """A VCALENDAR being read; or what stands outside of any, which has no `begin`."""

    begin: bytes = b""
    start: int = 0
    header: list[bytes] = field(default_factory=list)
    blocks: list[_Block] = field(default_factory=list)
    shared: list[Line] = field(default_factory=list)
    closed: bool = False
    junk: list[Line] = field(default_factory=list)


def split(raw: bytes) -> list[bytes]:
    """The single entries, in the order in which they begin; a file that is one entry comes back as it is."""
    try:
        body = open_source(raw, limit=len(raw)).body
    except Unreadable:
        return [raw] if raw else []
    elements = _Splitter(body).elements(lines(body))
    return [raw] if len(elements) == 1 and elements[0].strip() == body.strip() else elements


class _Splitter:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self._elements: list[tuple[int, bytes]] = []
        self._copies_left = _MOST_COPIES * len(body) + _FREE_COPIES

    def elements(self, found: list[Line]) -> list[bytes]:
        """Everything in these lines, in the order of the file."""
        outside = _Calendar()
        inside: _Calendar | None = None
        at = 0
        while at < len(found):
            line = found[at]
            at += 1
            name = line.head.name
            opens, closes = name == "BEGIN", name == "END"
            if (opens or closes) and component_name(line) == "VCALENDAR":
                if inside:
                    self._close(inside, line.end if closes else line.start, closes)
                elif closes:
                    outside.junk.append(line)
                inside = _Calendar(self._bytes(line), line.start) if opens else None
            elif opens:
                block, at = _block(found, at - 1)
                (inside or outside).blocks.append(block)
            elif inside and name in _HEADER:
                inside.header.append(self._bytes(line))
            elif inside and name in _SHARED:
                inside.shared.append(line)
            elif not inside or (name not in _ABOUT and not name.startswith("X-")):
                (inside or outside).junk.append(line)
        if inside:
            self._close(inside, found[-1].end, False)
        self._emit(outside)
        return [text for _, text in sorted(self._elements, key=lambda element: element[0])]

    def _bytes(self, part: Line | _Block) -> bytes:
        return self._body[part.start : part.end]

    def _close(self, calendar: _Calendar, end: int, whole: bool) -> None:
        """A calendar that holds no more than one entry stays as it is."""
        calendar.closed = whole
        broken = calendar.junk or not all(block.whole for block in calendar.blocks)
        entries = {block.key for block in calendar.blocks if block.name != "VTIMEZONE"}
        doubled = len(set(map(self._bytes, calendar.blocks))) < len(calendar.blocks)
        if not entries or (len(entries) == 1 and whole and not broken and not doubled):
            self._elements.append((calendar.start, self._body[calendar.start : end]))
        else:
            self._emit(calendar)

    def _emit(self, calendar: _Calendar) -> None:
        """Each entry in a calendar of its own, what is broken as it is, and the rest in one piece."""
        zones = {block.tzid: block for block in calendar.blocks if block.name == "VTIMEZONE" and block.whole}
        entries: dict[tuple[str, str, int], list[_Block]] = {}
        for block in calendar.blocks:
            if not block.whole:
                self._elements.append((block.start, self._bytes(block)))
            elif block.name != "VTIMEZONE":
                entries.setdefault(block.key, []).append(block)
        for blocks in entries.values():
            needed = sorted(frozenset().union(*(block.zones for block in blocks)) & zones.keys())
            self._elements.append((blocks[0].start, self._compose(calendar, blocks, [zones[tzid] for tzid in needed])))
        junk = calendar.junk
        if calendar.begin and (junk or not calendar.closed or not all(block.whole for block in calendar.blocks)):
            # where something is broken, what looks like the calendar's may be an entry's that lost its BEGIN
            junk = sorted(junk + calendar.shared)
        if junk:
            self._elements.append((junk[0].start, b"".join(map(self._bytes, junk))))

    def _compose(self, calendar: _Calendar, blocks: list[_Block], zones: list[_Block]) -> bytes:
        size = sum(zone.end - zone.start for zone in zones)
        if size > self._copies_left:
            zones, size = [], 0
        self._copies_left -= size
        # the same component twice says nothing new
        components = dict.fromkeys(map(self._bytes, (*zones, *blocks)))
        text = b"".join(components)
        if not calendar.begin:
            return text
        end = line_end(calendar.begin)
        header = b"".join(calendar.header)
        if len(header) > _LONGEST_HEADER or b"VERSION" not in header.upper():
            header = b"VERSION:2.0" + end + f"PRODID:{PRODUCT}".encode() + end
        return calendar.begin + header + text + b"END:VCALENDAR" + end


def _block(found: list[Line], begin: int) -> tuple[_Block, int]:
    """The component that begins there, and where the next line is. It is broken when it ends before its parts do, or
    when the file, the calendar or another entry comes before its end."""
    name = component_name(found[begin])
    opened = [name]
    whole = True
    uid = tzid = ""
    zones = set()
    at = begin + 1
    while opened and at < len(found):
        line = found[at]
        match line.head.name:
            case "BEGIN" | "END" as edge:
                inner = component_name(line)
                if inner in _OUTER and (edge == "BEGIN" or inner == "VCALENDAR"):
                    break
                if edge == "BEGIN":
                    opened.append(inner)
                elif inner == opened[-1]:
                    opened.pop()
                elif inner == name:
                    opened, whole = [], False
                else:
                    whole = False
            case "UID" if len(opened) == 1:
                uid = uid or line.text().strip()
            case "TZID" if len(opened) == 1:
                tzid = tzid or line.text().strip()
            case _:
                zones.add(line.head.get("TZID"))
        at += 1
    block = _Block(name, found[begin].start, found[at - 1].end, whole and not opened, uid, frozenset(zones), tzid)
    return block, at
