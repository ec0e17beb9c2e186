"""A calendar text with some fields changed, all other lines byte for byte; and a new one.

Of an entry the master is changed, and of its exceptions and alarms those that differ. SEQUENCE, DTSTAMP and
LAST-MODIFIED stay: they tell scheduling servers and programs of an organizer's new version, which would be mailed
round, and a pure function has no clock. Times of exceptions (RECURRENCE-ID) do not follow a new `start`.
"""

from __future__ import annotations

from collections.abc import Iterator

from crmsync.errors import Unreadable
from crmsync.formats.contentline import Line, lines
from crmsync.formats.contentline_write import encode
from crmsync.formats.escaping import escape, harmless
from crmsync.formats.ical_canonical import canonical_lines, canonical_text, sensible_alarm, stays
from crmsync.formats.ical_draft import Draft, content, silenced
from crmsync.formats.ical_read import used_zones
from crmsync.formats.ical_times import read_moment
from crmsync.formats.ical_tree import COMPONENTS, Component, Entry, read_components, read_entry
from crmsync.formats.ical_write import write_field
from crmsync.formats.ical_write_times import TIME_FIELDS, write_times
from crmsync.formats.ical_zones import definition
from crmsync.values import Changes, Fields, Value

PRODUCT = "-//crmsync//crmsync//EN"

NO_TIME = "19700101T000000Z"
"""DTSTAMP of what we make: a fixed value, since the same fields have to give the same bytes. It must be there (RFC 5545
section 3.8.7.2) and says when the text was made, which matters only for meeting requests, and we send none."""

_NAMING_ZONES = frozenset({*TIME_FIELDS, "rrule", "exceptions", "timezone_definition"})
_DEEPEST = 3  # components within a component that travels as text; more would nest too deep in its new place
_EARLIER = 1  # a VTIMEZONE begins a year before the entry, so that the hours around new year are covered


def patch(raw: bytes, changes: Changes) -> bytes:
    """The entry with these fields changed.

    Raises `Unreadable` as `read_entry` does.
    """
    entry = read_entry(raw)
    draft = Draft(entry.source.body)
    master = entry.master
    if any(field in changes for field in TIME_FIELDS):
        write_times(draft, master, changes)
    for field, value in changes.items():
        write_field(draft, master, field, value)
    # components come behind the properties
    if "alarms" in changes:
        _write_alarms(draft, master, _texts(changes["alarms"]))
    if "exceptions" in changes:
        _write_exceptions(draft, entry, _texts(changes["exceptions"]))
    body = draft.result()
    if entry.wrapped and not _NAMING_ZONES.isdisjoint(changes):
        before = used_zones(lines(entry.source.body))
        body = _with_zones(body, before, str(changes.get("timezone_definition") or ""))
    return entry.source.restore(body)


def build(uid: str, kind: str, fields: Fields) -> bytes:
    """A new entry in a VCALENDAR with the time zones it needs; kinds other than `todo` are events."""
    name = COMPONENTS.get(kind, "VEVENT")
    written = ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", f"BEGIN:{name}")
    stamp = (content("UID", (), escape(uid)), f"DTSTAMP:{NO_TIME}", f"END:{name}", "END:VCALENDAR")
    empty = Draft(b"")
    empty.add(0, (*written, *stamp))
    return patch(empty.result(), fields)


def _texts(value: Value | None) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, tuple) else []


def _component(text: str, name: str) -> Component | None:
    """A component that came as the text of a field; `None` when it is not exactly one of that name."""
    try:
        found = read_components(encode(text))
    except Unreadable:
        return None
    if len(found) != 1 or found[0].name != name or _height(found[0]) > _DEEPEST:
        return None
    return found[0]


def _alarm(text: str) -> Component | None:
    alarm = _component(text, "VALARM")
    return alarm if alarm and sensible_alarm(alarm) else None


def _height(component: Component) -> int:
    return 1 + max(map(_height, component.parts), default=0)


def _content(line: Line) -> str:
    """A line of such a text, as it is written somewhere for the first time."""
    name, params = line.head.name, line.head.params
    if name in ("ATTENDEE", "ORGANIZER"):
        params = tuple(silenced(params))
    return content(f"{line.head.group}.{name}" if line.head.group else name, params, harmless(line.text()))


def _contents(text: str) -> list[str]:
    return [_content(line) for line in lines(encode(text)) if line.head.name]


def _write_alarms(draft: Draft, component: Component, wanted: list[str]) -> None:
    """Alarms are known by their whole text: one that changed is another one."""
    alarms = dict.fromkeys(canonical_text(alarm, carried=True) for text in wanted if (alarm := _alarm(text)))
    have = set()
    for old in filter(sensible_alarm, component.named("VALARM")):
        key = canonical_text(old, carried=True)
        have.add(key)
        if key not in alarms:
            draft.remove(old)
    for text in alarms:
        if text not in have:
            draft.add(component.tail, _contents(text))


def _write_exceptions(draft: Draft, entry: Entry, wanted: list[str]) -> None:
    """Overridden instances are known by the RECURRENCE-ID; of two new ones for the same time the first is written."""
    parsed = (_component(text, entry.master.name) for text in wanted)
    new = [component for component in parsed if component and "RECURRENCE-ID" in component.properties]
    same = {canonical_text(component, carried=True) for component in new}
    changed = [old for old in entry.overrides if canonical_text(old, carried=True) not in same]
    placed = {_instance(old) for old in entry.overrides if old not in changed}
    open_places = {_instance(old): old for old in reversed(changed) if _instance(old) not in placed}
    for component in new:
        instance = _instance(component)
        if instance in placed:
            continue
        placed.add(instance)
        if instance in open_places:
            _rewrite(draft, open_places[instance], component)
        else:
            draft.add(entry.master.end, _instance_lines(entry, component))
    for old in changed:
        if open_places.get(_instance(old)) is not old or _instance(old) not in placed:
            draft.remove(old)


def _instance(component: Component) -> tuple[str, ...]:
    """Which occurrence it stands for."""
    return tuple(canonical_lines(component.properties["RECURRENCE-ID"][0]))


def _instance_lines(entry: Entry, new: Component) -> list[str]:
    """A new instance, with what every component of the entry has to have."""
    first, *rest = _contents(canonical_text(new, carried=True))
    uid = [content("UID", line.head.params, line.text()) for line in entry.master.all("UID")[:1]]
    return [first, *uid, f"DTSTAMP:{NO_TIME}", *rest]


def _rewrite(draft: Draft, old: Component, new: Component) -> None:
    """Only the lines that differ, so that what did not travel (UID, inline attachments) stays."""
    wanted = {tuple(canonical_lines(line)): line for line in _properties(new) if not stays(line)}
    have = set()
    for line in _properties(old):
        key = tuple(canonical_lines(line))
        have.add(key)
        if key and key not in wanted and not stays(line):
            draft.remove(line)
    draft.add(old.tail, (_content(line) for key, line in wanted.items() if key not in have))
    parts = {canonical_text(part, carried=True): part for part in new.parts}
    kept = {canonical_text(part, carried=True) for part in old.parts}
    for part in old.parts:
        if canonical_text(part, carried=True) not in parts:
            draft.remove(part)
    for text in sorted(parts.keys() - kept):
        draft.add(old.tail, _contents(text))


def _properties(component: Component) -> Iterator[Line]:
    for name, same_name in component.properties.items():
        if name:
            yield from same_name


def _with_zones(body: bytes, before: set[str], definitions: str) -> bytes:
    """The body with a VTIMEZONE for each zone that was not named `before`: as it came along, else as we know it.

    One that came along also takes the place of another definition of the same zone.
    """
    entry = read_entry(body)
    carried = _carried(definitions)
    draft = Draft(body)
    first = min(part.start for part in (entry.master, *entry.overrides))
    moment = read_moment(entry.master.first("DTSTART")) or read_moment(entry.master.first("DUE"))
    year = int(moment.text[:4]) if moment else 1970
    for tzid in sorted(used_zones(lines(body))):
        old, new = entry.zones.get(tzid), carried.get(tzid)
        if old and new and new != canonical_text(old, carried=True):
            draft.replace(old, _contents(new))
        elif new and old is None:
            draft.add(first, _contents(new))
        elif old is None and tzid not in before:
            draft.add(first, definition(tzid, year - _EARLIER))
    return draft.result()


def _carried(definitions: str) -> dict[str, str]:
    """Zone definitions that came as the text of a field, by TZID."""
    try:
        found = read_components(encode(definitions))
    except Unreadable:
        return {}
    return {zone.text("TZID"): canonical_text(zone, carried=True) for zone in found if zone.name == "VTIMEZONE"}
