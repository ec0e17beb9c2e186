"""vCard to fields. A value that cannot be read is not mapped; it never makes the card unreadable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from crmsync.formats.base import Parsed
from crmsync.formats.contentline import Line
from crmsync.formats.escaping import read_list, read_parts
from crmsync.formats.vcard_card import Card, open_card, plain, verbatim
from crmsync.formats.vcard_values import (
    ADDRESS_PARTS,
    CUSTOM,
    LISTS,
    NAME_PARTS,
    OMIT_YEAR,
    TEXTS,
    date,
    derived_name,
    phone,
    picture,
    type_label,
)
from crmsync.values import Address, Labelled, Value

_MEMBER_PREFIX = "urn:uuid:"
_MISSING = [""] * len(ADDRESS_PARTS)


@dataclass(slots=True)
class Reading:
    """What has been read of a card so far."""

    labels: Mapping[str, str]
    fields: dict[str, Value] = field(default_factory=dict)
    lists: dict[str, list[Labelled | Address]] = field(default_factory=dict)
    categories: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    uid: str = ""
    kind: str = ""


def parse(raw: bytes) -> Parsed:
    """All fields of one card. Raises `Unreadable` (see `open_card`)."""
    card = open_card(raw)
    return read(card)


def read(card: Card) -> Parsed:
    """All fields of an opened card."""
    reading = Reading(card.labels)
    readers = READERS
    for line in card.properties:
        reader = readers.get(line.head.name)
        if reader is not None and line.value:
            reader(reading, line)
    fields = reading.fields
    for name, entries in reading.lists.items():
        fields[name] = tuple(entries)  # type: ignore[assignment]  # one list holds one sort of entry
    if reading.categories:
        fields["categories"] = tuple(dict.fromkeys(reading.categories))
    settle_name(fields)
    return Parsed(reading.uid, reading.kind or "individual", fields, reading.blobs, tuple(reading.members))


def settle_name(fields: dict[str, Value]) -> None:
    """Derives a missing name, and drops a family name that only repeats the name.

    Phones show N and not FN, so a card with nothing but a name carries it in N as well (see `vcard_build`).
    """
    name = fields.get("name")
    if name is None:
        derived = derived_name(fields)
        if derived:
            fields["name"] = derived
    elif fields.get("family") == name and not any(part in fields for part in NAME_PARTS[1:]):
        del fields["family"]


def labelled(line: Line, labels: Mapping[str, str]) -> Labelled | None:
    """The mail address, phone number or URL on a line; `None` when there is none."""
    head = line.head
    value = plain(line)
    if head.name == "TEL":
        value = phone(value)
    elif head.name == "URL" and "\\" in value:
        value = value.replace("\\:", ":")  # Apple's escape, escaped once more by vobject
    if not value:
        return None
    label = labels.get(head.group.lower()) if head.group else None
    return Labelled(value, label or type_label(head.types), head.preferred)


def address(line: Line, labels: Mapping[str, str]) -> Address | None:
    """The postal address on a line; `None` when all its parts are empty."""
    head = line.head
    values = read_parts(line.text())
    if not any(values[:7]):
        return None
    label = labels.get(head.group.lower()) if head.group else None
    box, extended, street, city, region, postcode, country = (values + _MISSING)[:7]
    name = label or type_label(head.types)
    return Address(street, city, region, postcode, country, box, extended, name, head.preferred)


def _text(reading: Reading, line: Line) -> None:
    name = TEXTS[line.head.name]
    if name not in reading.fields:
        value = verbatim(line) if name == "note" else plain(line)
        if value and not value.isspace():
            reading.fields[name] = value


def _labelled(reading: Reading, line: Line) -> None:
    entry = labelled(line, reading.labels)
    if entry is not None:
        reading.lists.setdefault(LISTS[line.head.name], []).append(entry)


def _address(reading: Reading, line: Line) -> None:
    entry = address(line, reading.labels)
    if entry is not None:
        reading.lists.setdefault("addresses", []).append(entry)


def name_parts(line: Line) -> dict[str, str]:
    """The parts of N that are not empty."""
    return {part: value for part, value in zip(NAME_PARTS, read_parts(line.text()), strict=False) if value}


def _name(reading: Reading, line: Line) -> None:
    if reading.fields.keys().isdisjoint(NAME_PARTS):
        reading.fields.update(name_parts(line))


def organization_parts(line: Line) -> dict[str, str]:
    """The organisation and, as one text, whatever units are below it."""
    first, *units = read_parts(line.text())
    below = ", ".join(filter(None, units))
    return {name: value for name, value in (("organization", first), ("department", below)) if value}


def _organization(reading: Reading, line: Line) -> None:
    if "organization" not in reading.fields and "department" not in reading.fields:
        reading.fields.update(organization_parts(line))


def _birthday(reading: Reading, line: Line) -> None:
    if "birthday" not in reading.fields:
        day = date(plain(line), line.head.get(OMIT_YEAR))
        if day:
            reading.fields["birthday"] = day


def _photo(reading: Reading, line: Line) -> None:
    if "photo" not in reading.fields:
        value, content = picture(line)
        if value:
            reading.fields["photo"] = value
        if content is not None:
            reading.blobs[value] = content


def _categories(reading: Reading, line: Line) -> None:
    reading.categories += read_list(line.text())


def _custom(reading: Reading, line: Line) -> None:
    name, value = line.head.get("NAME"), plain(line)
    if name and value:
        reading.fields.setdefault(f"custom.{name}", value)


def _uid(reading: Reading, line: Line) -> None:
    reading.uid = reading.uid or plain(line)


def _kind(reading: Reading, line: Line) -> None:
    value = plain(line).lower()
    if value == "group" or (value in ("org", "organization") and reading.kind != "group"):
        reading.kind = "group" if value == "group" else "org"


def _shown_as(reading: Reading, line: Line) -> None:
    if plain(line).upper() == "COMPANY":
        reading.kind = reading.kind or "org"


def _member(reading: Reading, line: Line) -> None:
    value = plain(line)
    reading.members.append(value[len(_MEMBER_PREFIX) :] if value.lower().startswith(_MEMBER_PREFIX) else value)


READERS: Mapping[str, Callable[[Reading, Line], None]] = {
    **dict.fromkeys(TEXTS, _text),
    **dict.fromkeys(LISTS, _labelled),
    "ADR": _address,
    "N": _name,
    "ORG": _organization,
    "BDAY": _birthday,
    "PHOTO": _photo,
    "CATEGORIES": _categories,
    CUSTOM: _custom,
    "UID": _uid,
    "KIND": _kind,
    "X-ADDRESSBOOKSERVER-KIND": _kind,
    "X-ABSHOWAS": _shown_as,
    "MEMBER": _member,
    "X-ADDRESSBOOKSERVER-MEMBER": _member,
}
