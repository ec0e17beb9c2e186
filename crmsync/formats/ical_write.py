"""Changed fields as changed lines of one component. A value that iCalendar cannot hold is not written.

Source: RFC 5545 section 3.8. Each function leaves lines alone that say what they should say already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from crmsync.formats.contentline import Line, lines
from crmsync.formats.contentline_write import encode
from crmsync.formats.escaping import escape, harmless, read_list, write_list
from crmsync.formats.ical_draft import Draft, content, silenced, with_params
from crmsync.formats.ical_read import (
    NUMBERS,
    ORGANIZER,
    STATUSES,
    TEXTS,
    plain,
    read_attachment,
    read_completed,
    read_email,
    read_participants,
    read_text,
    read_uri,
    text_line,
)
from crmsync.formats.ical_times import Moment, compact, normal, time_params
from crmsync.formats.ical_tree import Component
from crmsync.formats.recurrence import PROPERTIES, canonical
from crmsync.values import Labelled, Participant, Value

_TEXT_PARAMS = ("ENCODING", "CHARSET", "ALTREP", "VALUE")  # tell about the old text


def write_field(draft: Draft, component: Component, field: str, value: Value | None) -> None:
    """One field that depends on no other one; fields that iCalendar has no place for are passed over."""
    entries = value if isinstance(value, tuple) else ()
    match field, value:
        case (("summary" | "description" | "location"), (str() | None)):
            write_text(draft, component, TEXTS[field], value)
        case (("percent" | "priority"), (int() | None)):
            _write_number(draft, component, *NUMBERS[field], value)
        case "status", (str() | None):
            status = (value or "").strip().upper()
            if not status or status in STATUSES[component.name]:
                _write_plain(draft, component, "STATUS", status)
        case "completed", (str() | None):
            _write_completed(draft, component, value or "")
        case "rrule", (str() | None):
            write_recurrence(draft, component, value or "")
        case "categories", _:
            _write_categories(draft, component, [entry for entry in entries if isinstance(entry, str)])
        case "urls", _:
            _write_urls(draft, component, [entry.value for entry in entries if isinstance(entry, Labelled)])
        case "attachments", _:
            _write_attachments(draft, component, [entry for entry in entries if isinstance(entry, str)])
        case "participants", _:
            write_participants(draft, component, [entry for entry in entries if isinstance(entry, Participant)])
        case _:
            pass


def write_text(draft: Draft, component: Component, name: str, value: str | None) -> None:
    """A property that is text. Emptied, all lines of that name go, so that no second one comes to light."""
    if not value or not value.strip():
        _remove_all(draft, component.all(name))
        return
    if value == read_text(component, name):
        return
    old = text_line(component, name) or component.first(name)
    params = [param for param in old.head.params if param[0] not in _TEXT_PARAMS] if old else []
    draft.put(component, old, content(name, params, escape(value)))


def _remove_all(draft: Draft, found: Iterable[Line]) -> None:
    for line in found:
        draft.remove(line)


def _write_plain(draft: Draft, component: Component, name: str, value: str) -> None:
    if value and value != component.text(name).upper():
        draft.put(component, component.first(name), f"{name}:{value}")
    elif not value:
        _remove_all(draft, component.all(name))


def _write_number(draft: Draft, component: Component, name: str, highest: int, value: int | None) -> None:
    if value is None or 0 <= value <= highest:
        _write_plain(draft, component, name, "" if value is None else str(int(value)))


def _write_completed(draft: Draft, component: Component, value: str) -> None:
    text = normal(value)
    if text and text != read_completed(component):
        written = content("COMPLETED", time_params(Moment(text)), compact(text))
        draft.put(component, component.first("COMPLETED"), written)
    elif not value:
        _remove_all(draft, component.all("COMPLETED"))


def _write_categories(draft: Draft, component: Component, wanted: list[str]) -> None:
    """All in one line: several programs read no more than the first."""
    found = component.all("CATEGORIES")
    texts = [text for text in dict.fromkeys(entry.strip() for entry in wanted) if text]
    if not texts:
        _remove_all(draft, found)
    elif texts != [text for line in found for text in read_list(plain(line))]:
        draft.put(component, found[0] if found else None, "CATEGORIES:" + write_list(texts))
        _remove_all(draft, found[1:])


def _write_urls(draft: Draft, component: Component, wanted: list[str]) -> None:
    """RFC 5545 allows one URL; of new ones the first is written, and only where no other stays."""
    kept, new = _difference(draft, component.all("URL"), read_uri, wanted)
    if new and not kept:
        draft.add(component.tail, [f"URL:{new[0]}"])


def _write_attachments(draft: Draft, component: Component, wanted: list[str]) -> None:
    """Attachments by address; inline ones are not ours to touch."""
    _, new = _difference(draft, component.all("ATTACH"), read_attachment, wanted)
    draft.add(component.tail, [f"ATTACH:{uri}" for uri in new])


def _difference(
    draft: Draft, found: Sequence[Line], read: Callable[[Line], str], wanted: Iterable[str]
) -> tuple[set[str], list[str]]:
    """Removes the lines whose value is wanted no longer; what stays, and what is missing."""
    values = list(dict.fromkeys(filter(None, (harmless(value).strip() for value in wanted))))
    kept = set()
    for line in found:
        value = read(line)
        if value in values:
            kept.add(value)
        elif value:
            draft.remove(line)
    return kept, [value for value in values if value not in kept]


def write_recurrence(draft: Draft, component: Component, value: str) -> None:
    """RRULE, EXRULE, RDATE and EXDATE lines. A line that cannot be read stays; a list of dates that loses one is
    written anew."""
    wanted: dict[str, list[str]] = {name: [] for name in PROPERTIES}
    for line in lines(encode(value)):
        if line.head.name in PROPERTIES:
            wanted[line.head.name] += canonical(line) or []
    for name, entries in wanted.items():
        missing = dict.fromkeys(entries)
        dropped = []
        for line in component.all(name):
            have = canonical(line) or []
            if set(have) <= set(entries):
                missing = {entry: None for entry in missing if entry not in have}
            else:
                dropped.append(line)
        if dropped and missing:
            draft.replace(dropped.pop(0), missing)
        elif missing:
            draft.add(component.tail, missing)
        _remove_all(draft, dropped)


def write_participants(draft: Draft, component: Component, wanted: list[Participant]) -> None:
    """ORGANIZER and ATTENDEE lines by address; lines of participants who have not changed stay as they are, and so do
    those without an address. There is one organizer: the first who is called so."""
    have = read_participants(component)
    by_email = {person.email.strip().casefold(): person for person in reversed(wanted) if person.email.strip()}
    organizers = [
        key for key in (person.email.strip().casefold() for person in wanted) if _organizes(by_email.get(key))
    ]
    for key in dict.fromkeys((*have, *reversed(by_email))):
        person, old = by_email.get(key), have.get(key)
        if person and old and (person.name, person.role, person.status) == (old.name, old.role, old.status):
            continue
        organizer = [line for line in component.all(ORGANIZER) if read_email(line).casefold() == key]
        attendee = [line for line in component.all("ATTENDEE") if read_email(line).casefold() == key]
        if person is None:
            _remove_all(draft, (*organizer, *attendee))
        else:
            _write_organizer(draft, component, organizer, person if organizers[:1] == [key] else None)
            _write_attendee(draft, component, attendee, person)


def _organizes(person: Participant | None) -> bool:
    return person is not None and person.role.strip().upper() == ORGANIZER


def _write_organizer(draft: Draft, component: Component, old: list[Line], person: Participant | None) -> None:
    if person is None:
        _remove_all(draft, old)
    elif old:
        params = with_params(old[0].head.params, {"CN": person.name.strip()})
        draft.replace(old[0], [content(ORGANIZER, params, harmless(old[0].text().strip()))])
    else:
        params = silenced(with_params((), {"CN": person.name.strip()}))
        draft.add(component.tail, [content(ORGANIZER, params, f"mailto:{harmless(person.email.strip())}")])


def _write_attendee(draft: Draft, component: Component, old: list[Line], person: Participant) -> None:
    """The organizer attends too when there is a status to tell, or a line that says so already."""
    new = {"CN": person.name.strip(), "ROLE": person.role.strip().upper(), "PARTSTAT": person.status.strip().upper()}
    if _organizes(person):
        del new["ROLE"]
    for line in old:
        params = with_params(line.head.params, new)
        draft.replace(line, [content("ATTENDEE", params, harmless(line.text().strip()))])
    if not old and (person.status or not _organizes(person)):
        draft.add(
            component.tail,
            [content("ATTENDEE", silenced(with_params((), new)), f"mailto:{harmless(person.email.strip())}")],
        )
