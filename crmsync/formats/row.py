"""Rows of a table (CSV, SQL) as items: a JSON object of fields with its `uid`.

    {"uid": "4711", "type": "company", "name": "ACME", "emails": [{"value": "info@acme.example", ...}], "Rabatt": "3"}

Keys that are fields have the JSON shapes of `crmsync.values`. Keys that are not belong to the table and survive.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from crmsync.errors import Unreadable, Usage
from crmsync.formats.base import Parsed, Summary
from crmsync.formats.contentline import MAX_BYTES
from crmsync.formats.vcard_values import derived_name
from crmsync.values import SHAPES, Changes, Fields, Value, from_json, to_json

_UID = "uid"
_KIND = "kind"
_MAY_HOLD_HALVES = re.compile(rb"\\u[dD]|\xed|\0")
"""Surrogates in JSON are escapes or, as `json.loads` lets them pass, raw bytes in UTF-8, or another UTF altogether."""


class RowFormat:
    """Implements `formats.base.Format`."""

    def parse(self, raw: bytes) -> Parsed:
        """All fields of a row; a value that has not the shape of its field is not mapped. Raises `Unreadable`.

        Half a surrogate pair, as programs leave it that cut text within an emoji, shows as U+FFFD; the row keeps it.
        """
        row = _load(raw)
        if _MAY_HOLD_HALVES.search(raw):
            row = json.loads(_whole(json.dumps(row, ensure_ascii=False)))
        fields: dict[str, Value] = {}
        for name, data in row.items():
            if not _is_field(name):
                continue
            try:
                value = from_json(name, data)
            except Usage:
                continue
            if value is not None:
                fields[name] = value
        uid, kind = row.get(_UID, ""), row.get(_KIND, "row")
        return Parsed(uid if isinstance(uid, str) else str(uid), kind if isinstance(kind, str) else "row", fields)

    def summary(self, raw: bytes) -> Summary:
        """Who or what a row is about. Raises `Unreadable`."""
        row = self.parse(raw)
        fields = row.fields
        name = str(fields.get("name") or fields.get("summary") or derived_name(fields))
        emails, phones = (
            tuple(entry.value for entry in fields.get(field, ()))  # type: ignore[union-attr]  # the shape of both
            for field in ("emails", "phones")
        )
        start = str(fields.get("start") or fields.get("due") or "")
        return Summary(row.uid, row.kind, name, str(fields.get("organization", "")), emails, phones, start)

    def digest(self, raw: bytes) -> str:
        """Equal for two rows with the same values, in whatever order. Empty values do not count."""
        row = {name: value for name, value in _load(raw).items() if value not in (None, "", [])}
        return sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()

    def build(self, uid: str, kind: str, fields: Fields, blobs: Mapping[str, bytes]) -> bytes:  # noqa: ARG002
        """A new row. Tables hold no pictures, so `blobs` are not written."""
        row: dict[str, Any] = {_UID: uid}
        if kind != "row":
            row[_KIND] = kind
        return _dump({**row, **{name: to_json(value) for name, value in fields.items()}})

    def patch(self, raw: bytes, changes: Changes, blobs: Mapping[str, bytes]) -> bytes:  # noqa: ARG002
        """The row with these fields changed; an emptied field keeps its key, with `null`. Raises `Unreadable`."""
        row = _load(raw)
        for name, value in changes.items():
            if value is not None or name in row:
                row[name] = to_json(value)
        return _dump(row)

    def split(self, raw: bytes) -> list[bytes]:
        """One row per line; blank lines are dropped."""
        return [line for line in raw.splitlines() if line.strip()]


def _is_field(name: str) -> bool:
    return name in SHAPES or (name.startswith("custom.") and name != "custom.")


def _load(raw: bytes) -> dict[str, Any]:
    if len(raw) > MAX_BYTES:
        raise Unreadable(f"it has {len(raw):,} bytes, more than the {MAX_BYTES:,} an item may have")
    try:
        row = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"it is no JSON: {error}") from error
    if not isinstance(row, dict):
        raise Unreadable("it is JSON, but no object")
    return row


def _whole(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair, which no store and no other format can hold."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _dump(row: Mapping[str, Any]) -> bytes:
    # half a surrogate pair, which UTF-8 cannot hold, becomes the escape that JSON has for it
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


ROW = RowFormat()
