"""Values as the store keeps them: compact JSON, the same text for the same value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import Enum
from operator import attrgetter
from typing import Any, TypeVar, assert_never

from crmsync.errors import StoreBroken, Usage
from crmsync.values import (
    SHAPES,
    Address,
    Changes,
    Labelled,
    Participant,
    Value,
    changes_from_json,
    fields_from_json,
    from_json,
    to_json,
)

Word = TypeVar("Word", bound=Enum)

_quote = json.encoder.encode_basestring
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


class _Whole:
    """We wrote it, so what cannot be read any more was damaged on the disk."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ValueError | TypeError | AttributeError | Usage):
            raise StoreBroken("a value in the store is damaged", next_step="See `crmsync doctor`") from None


_WHOLE = _Whole()


def dump(data: Any) -> str:
    """JSON of what is JSON already; keys sorted."""
    return _encode(data)


def dump_texts(texts: Iterable[str]) -> str:
    """What `dump` makes of a list of texts; several times as fast for the few that an item has."""
    return f"[{','.join(map(_quote, texts))}]"


def load(text: str) -> Any:
    """Reads `dump` back."""
    with _WHOLE:
        return json.loads(text)


def dump_fields(fields: Changes) -> str:
    """A set of fields, or of changes: what `dump` makes of their JSON form.

    Written out for the shapes that most fields have, since an import does this for every record.
    """
    return "{" + ",".join([f"{_quote(name)}:{_text(fields[name])}" for name in sorted(fields)]) + "}"


def _text(value: Value | None) -> str:
    if isinstance(value, str):
        return _quote(value)
    if isinstance(value, tuple):
        return "[" + ",".join(map(_entry, value)) + "]"
    return _encode(value)


def _entry(entry: Labelled | Address | Participant | str) -> str:
    match entry:
        case Labelled():
            value = _quote(entry.value)
        case Address():
            parts = zip(_ADDRESS_PARTS, _in_order(entry), strict=True)
            value = "{" + ",".join([f"{name}:{_quote(part)}" for name, part in parts if part]) + "}"
        case str():
            return _quote(entry)
        case Participant():
            return _encode(to_json((entry,))[0])
        case _:
            assert_never(entry)
    preferred = "true" if entry.preferred else "false"
    return f'{{"label":{_quote(entry.label)},"preferred":{preferred},"value":{value}}}'


_PARTS = ("city", "country", "extended", "po_box", "postcode", "region", "street")
_ADDRESS_PARTS = tuple(map(_quote, _PARTS))
_in_order = attrgetter(*_PARTS)


def load_fields(text: str) -> dict[str, Value]:
    """Reads `dump_fields` back; empty fields are left out."""
    with _WHOLE:
        return fields_from_json(json.loads(text))


def load_changes(text: str) -> dict[str, Value | None]:
    """Reads `dump_fields` back; a field that becomes empty stays."""
    with _WHOLE:
        return changes_from_json(json.loads(text))


def dump_value(value: object) -> str | None:
    """One value of any field or pseudo-field; empty is SQL NULL. A mapping is taken as a set of fields."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        return dump_fields(value)
    return _encode(to_json(value))  # type: ignore[arg-type]  # pseudo-fields hold plain JSON, which passes through


def load_value(field: str, text: str | None) -> object:
    """Reads `dump_value` back; the field decides the shape, plain JSON for pseudo-fields."""
    if text is None:
        return None
    with _WHOLE:
        data = json.loads(text)
        if field == "":
            return fields_from_json(data)
        if field in SHAPES or field.startswith("custom."):
            return from_json(field, data)
        return data


def word(kind: type[Word], text: str) -> Word:
    """The member of an enumeration that a column names."""
    with _WHOLE:
        return kind(text)
