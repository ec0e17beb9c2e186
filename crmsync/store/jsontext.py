"""Values as the store keeps them: compact JSON, the same text for the same value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from crmsync.values import (
    SHAPES,
    Changes,
    Value,
    changes_from_json,
    fields_from_json,
    fields_to_json,
    from_json,
    to_json,
)

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def dump(data: Any) -> str:
    """JSON of what is JSON already; keys sorted."""
    return _encode(data)


def load(text: str) -> Any:
    """Reads `dump` back."""
    return json.loads(text)


def dump_fields(fields: Changes) -> str:
    """A set of fields, or of changes."""
    return _encode(fields_to_json(fields))


def load_fields(text: str) -> dict[str, Value]:
    """Reads `dump_fields` back; empty fields are left out."""
    return fields_from_json(json.loads(text))


def load_changes(text: str) -> dict[str, Value | None]:
    """Reads `dump_fields` back; a field that becomes empty stays."""
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
    data = json.loads(text)
    if field == "":
        return fields_from_json(data)
    if field in SHAPES or field.startswith("custom."):
        return from_json(field, data)
    return data
