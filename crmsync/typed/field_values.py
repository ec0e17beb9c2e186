"""Values as people type them, `FIELD=VALUE`, and as they are shown to people.

Text as it is; `yes`/`no` for flags; whole numbers; lists with commas between the entries, a label before an entry where
it matters (`phones=work:+39 02 1234,cell:+39 333 1234`); addresses with semicolons between street, city, region,
postcode and country. A value that begins with `[` is JSON in the shape that `--json` shows. Nothing empties the field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from crmsync.errors import Usage
from crmsync.typed.times import checked
from crmsync.values import Address, Labelled, Participant, Shape, Value, fields_to_json, from_json, shape, to_json

_LABELLED = re.compile(r"([A-Za-z][A-Za-z0-9 _-]*):(?!//)(.+)", re.DOTALL)
_FLAGS = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}


def pairs(words: Sequence[str]) -> dict[str, Value | None]:
    """Several `FIELD=VALUE`. Raises `Usage`."""
    found: dict[str, Value | None] = {}
    for word in words:
        field, given, text = word.partition("=")
        if not given:
            raise Usage("this takes FIELD=VALUE", thing=word)
        found[field] = parse(field, text)
    if not found:
        raise Usage("say what to set: FIELD=VALUE ...")
    return found


def parse(field: str, text: str) -> Value | None:
    """One value; `None` for nothing. Raises `Usage` for an unknown field, or a value that it cannot hold."""
    kind = shape(field)
    if not text.strip():
        return None
    if text.startswith("[") and kind not in (Shape.TEXT, Shape.FLAG, Shape.NUMBER):
        return _json(field, text)
    match kind:
        case Shape.TEXT:
            return checked(field, text)
        case Shape.FLAG:
            return _flag(field, text)
        case Shape.NUMBER:
            return _number(field, text)
        case Shape.TEXTS:
            return _entries(text)
        case Shape.LABELLED:
            return tuple(_labelled(entry) for entry in _entries(text))
        case Shape.ADDRESSES:
            street, city, region, postcode, country, *_ = [*(part.strip() for part in text.split(";")), *[""] * 5]
            return (Address(street, city, region, postcode, country),)
        case Shape.PARTICIPANTS:
            return tuple(Participant(entry) for entry in _entries(text))


def spelled(field: str, value: Value | None) -> str:
    """A value as `parse` reads it back; nothing is empty."""
    if not isinstance(value, tuple):
        return in_words(value)
    plain = ", ".join(_as_typed(entry) for entry in value)
    try:
        reads_back = parse(field, plain) == value
    except Usage:
        reads_back = False
    return plain if reads_back else json.dumps(to_json(value), ensure_ascii=False)


def _as_typed(entry: object) -> str:
    match entry:
        case Labelled(text, label, _):
            return f"{label}:{text}" if label else text
        case Address():
            return ";".join((entry.street, entry.city, entry.region, entry.postcode, entry.country))
        case _:
            return in_words(entry)


def in_words(value: object) -> str:
    """A value in one line: the entries of a list side by side, an address as one writes it, nothing as `""`."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(in_words(entry) for entry in value)
        case Labelled():
            return value.value
        case Address():
            return " ".join(part for part in value.lines() if part)
        case Participant():
            return value.email
        case Mapping():
            return ", ".join(f"{name}={in_words(entry)}" for name, entry in value.items())
        case _:
            return str(value)


def as_json(value: object) -> object:
    """A value of a record, or all its fields, as JSON; whatever else a journal or a conflict holds as it is."""
    if isinstance(value, dict):
        return fields_to_json(value)
    return to_json(value) if isinstance(value, tuple) else value


def _entries(text: str) -> tuple[str, ...]:
    return tuple(entry for part in text.split(",") if (entry := part.strip()))


def _labelled(entry: str) -> Labelled:
    found = _LABELLED.fullmatch(entry)
    if found is None or found[1].casefold() in ("mailto", "tel", "sip", "http", "https"):
        return Labelled(entry)
    return Labelled(found[2].strip(), found[1].strip())


def _flag(field: str, text: str) -> bool:
    known = _FLAGS.get(text.strip().casefold())
    if known is None:
        raise Usage(f'"{text}" is neither yes nor no', thing=field)
    return known


def _number(field: str, text: str) -> int:
    try:
        number = int(text)
    except ValueError as error:
        raise Usage(f'"{text}" is no whole number', thing=field) from error
    highest = {"percent": 100, "priority": 9}.get(field)
    if highest is not None and not 0 <= number <= highest:
        raise Usage(f"{number} is not from 0 to {highest}", thing=field)
    return number


def _json(field: str, text: str) -> Value | None:
    try:
        return from_json(field, json.loads(text))
    except ValueError as error:
        raise Usage(f"this is no JSON: {error}", thing=field) from error
