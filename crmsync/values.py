"""What a field can hold, and how that looks as JSON.

A field that is empty is absent: no `""`, no empty tuple, no `None` is ever stored in `Fields`. In `Changes`, `None`
means "this field becomes empty".

JSON shapes (CLI.md): text, flag and number as themselves; `emails`, `phones`, `urls` as a list of
`{"value", "label", "preferred"}`; `addresses` the same with an object as value; `participants` as a list of objects;
`categories`, `attachments`, `exceptions` as a list of text. Keys that are empty are left out inside an address or a
participant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any, TypeAlias, TypeVar

from crmsync.errors import Usage


@dataclass(frozen=True, slots=True)
class Labelled:
    """One mail address, phone number or URL as it was typed, and its label ("work", "cell", "Assistant")."""

    value: str
    label: str = ""
    preferred: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """One postal address (RFC 6350 section 6.3.1). Street may hold several lines."""

    street: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    po_box: str = ""
    extended: str = ""
    label: str = ""
    preferred: bool = False

    def lines(self) -> tuple[str, ...]:
        """The seven parts, without label and preference, in a fixed order."""
        return (self.street, self.city, self.region, self.postcode, self.country, self.po_box, self.extended)


@dataclass(frozen=True, slots=True)
class Participant:
    """One attendee or the organizer of a meeting (RFC 5545 sections 3.8.4.1 and 3.8.4.3)."""

    email: str
    name: str = ""
    role: str = ""
    status: str = ""


_ADDRESS_PARTS = ("street", "city", "region", "postcode", "country", "po_box", "extended")

ListValue: TypeAlias = tuple[Labelled, ...] | tuple[Address, ...] | tuple[Participant, ...] | tuple[str, ...]
Value: TypeAlias = str | bool | int | ListValue
Fields: TypeAlias = Mapping[str, Value]
Changes: TypeAlias = Mapping[str, Value | None]


def text_of(fields: Fields, field: str) -> str:
    """A text field; `""` when it is empty."""
    value = fields.get(field, "")
    return value if isinstance(value, str) else ""


def values_of(fields: Fields, field: str) -> list[str]:
    """The values of a list of mail addresses, phone numbers or URLs, without their labels."""
    entries = fields.get(field, ())
    return [entry.value for entry in entries if isinstance(entry, Labelled)] if isinstance(entries, tuple) else []


class Shape(Enum):
    """How the values of a field are built; decides JSON form, comparison and merge."""

    TEXT = "text"
    FLAG = "flag"
    NUMBER = "number"
    TEXTS = "texts"
    LABELLED = "labelled"
    ADDRESSES = "addresses"
    PARTICIPANTS = "participants"


SHAPES: Mapping[str, Shape] = {
    # people and organisations
    "name": Shape.TEXT,
    "given": Shape.TEXT,
    "family": Shape.TEXT,
    "middle": Shape.TEXT,
    "prefix": Shape.TEXT,
    "suffix": Shape.TEXT,
    "nickname": Shape.TEXT,
    "organization": Shape.TEXT,
    "department": Shape.TEXT,
    "title": Shape.TEXT,
    "emails": Shape.LABELLED,
    "phones": Shape.LABELLED,
    "addresses": Shape.ADDRESSES,
    "urls": Shape.LABELLED,
    "birthday": Shape.TEXT,  # YYYY-MM-DD, or --MM-DD when the year is not known
    "note": Shape.TEXT,
    "photo": Shape.TEXT,  # "sha256:<hex>" of the bytes, which live apart; or the URI where the remote keeps them
    "categories": Shape.TEXTS,
    "vat_number": Shape.TEXT,
    "tax_code": Shape.TEXT,
    "stage": Shape.TEXT,
    "status": Shape.TEXT,
    "privacy": Shape.TEXT,
    "not_interested": Shape.FLAG,
    "owner": Shape.TEXT,
    "orders": Shape.NUMBER,
    # appointments and tasks
    "summary": Shape.TEXT,
    "description": Shape.TEXT,
    "location": Shape.TEXT,
    "start": Shape.TEXT,  # YYYY-MM-DD (all day) or YYYY-MM-DDTHH:MM:SS, with Z when UTC; `timezone` names the zone
    "end": Shape.TEXT,
    "due": Shape.TEXT,
    "all_day": Shape.FLAG,
    "timezone": Shape.TEXT,
    "timezone_definition": Shape.TEXT,  # VTIMEZONE blocks of zones the IANA list does not know, so that they can travel
    "rrule": Shape.TEXT,  # RRULE, RDATE and EXDATE lines of the master, one per line, canonical order
    "exceptions": Shape.TEXTS,  # overridden occurrences, each as the canonical text of its component
    "alarms": Shape.TEXTS,  # each VALARM as canonical text
    "percent": Shape.NUMBER,
    "priority": Shape.NUMBER,
    "completed": Shape.TEXT,
    "participants": Shape.PARTICIPANTS,
    "attachments": Shape.TEXTS,
    "activity_type": Shape.TEXT,
}


def shape(field: str) -> Shape:
    """The shape of a field; `custom.<x>` is text.

    Raises `Usage` for a field nobody knows.
    """
    known = SHAPES.get(field)
    if known is not None:
        return known
    if field.startswith("custom.") and len(field) > len("custom."):
        return Shape.TEXT
    raise Usage(f'there is no field "{field}"', next_step="Fields are listed in `crmsync records set --help`")


def is_list(field: str) -> bool:
    """Whether values of this field are merged entry by entry."""
    return shape(field) not in (Shape.TEXT, Shape.FLAG, Shape.NUMBER)


def to_json(value: Value | None) -> Any:
    """The JSON form of one value (see the module docstring); `None` stays `None`."""
    if not isinstance(value, tuple):
        return value
    return [_entry_to_json(entry) for entry in value]


def _entry_to_json(entry: Labelled | Address | Participant | str) -> Any:
    match entry:
        case str():
            return entry
        case Labelled(value, label, preferred):
            return {"value": value, "label": label, "preferred": preferred}
        case Address():
            parts = {key: part for key, part in zip(_ADDRESS_PARTS, entry.lines(), strict=True) if part}
            return {"value": parts, "label": entry.label, "preferred": entry.preferred}
        case Participant():
            return {key: part for key, part in asdict(entry).items() if part}


def from_json(field: str, data: Any) -> Value | None:
    """Reads `to_json` back; the field decides the shape. Empty values come back as `None`.

    Raises `Usage` when the data does not have that shape.
    """
    kind = shape(field)
    try:
        value = _from_json(kind, data)
    except (TypeError, KeyError, AttributeError) as error:
        raise Usage(f"{data!r} is not a value for it", thing=field, next_step=f"It takes {kind.value}") from error
    return None if value == "" or value == () else value


def _from_json(kind: Shape, data: Any) -> Value | None:
    if data is None:
        return None
    match kind:
        case Shape.TEXT:
            return _expect(str, data)
        case Shape.FLAG:
            return _expect(bool, data)
        case Shape.NUMBER:
            return _expect(int, data)
        case Shape.TEXTS:
            return tuple(_expect(str, entry) for entry in _expect(list, data))
        case Shape.LABELLED:
            return tuple(
                Labelled(_expect(str, entry["value"]), entry.get("label", ""), entry.get("preferred", False))
                for entry in _expect(list, data)
            )
        case Shape.ADDRESSES:
            return tuple(
                Address(**entry["value"], label=entry.get("label", ""), preferred=entry.get("preferred", False))
                for entry in _expect(list, data)
            )
        case Shape.PARTICIPANTS:
            return tuple(Participant(**entry) for entry in _expect(list, data))


_T = TypeVar("_T")


def _expect(kind: type[_T], data: Any) -> _T:
    if type(data) is not kind:  # True is an int to isinstance
        raise TypeError(data)
    return data


def fields_to_json(fields: Changes) -> dict[str, Any]:
    """A whole set of fields, in the order of their names so that equal fields give equal text."""
    return {name: to_json(fields[name]) for name in sorted(fields)}


def fields_from_json(data: Mapping[str, Any]) -> dict[str, Value]:
    """Reads `fields_to_json` back; empty fields are left out."""
    read = {name: from_json(name, value) for name, value in data.items()}
    return {name: value for name, value in read.items() if value is not None}


def changes_from_json(data: Mapping[str, Any]) -> dict[str, Value | None]:
    """Like `fields_from_json`, but a field that becomes empty stays, as `None`."""
    return {name: from_json(name, value) for name, value in data.items()}
