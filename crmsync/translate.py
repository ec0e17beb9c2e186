"""Between the bytes of an item and the fields of its record: a format and the field map, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crmsync.core import fieldmap
from crmsync.formats import registry
from crmsync.model import RecordType
from crmsync.values import Changes, Fields


@dataclass(frozen=True, slots=True)
class Read:
    """One item, read as a record of a given type. `kind` as in `Parsed`; `blobs`: the bytes behind `sha256:` values."""

    kind: str
    fields: Fields
    blobs: Mapping[str, bytes]


def read(format_name: str, record_type: RecordType, raw: bytes) -> Read:
    """The item's fields in the record's terms. Raises `Unreadable`."""
    parsed = registry.get(format_name).parse(raw)
    return Read(parsed.kind, fieldmap.to_record(record_type, parsed.kind, parsed.fields), parsed.blobs)


def build(format_name: str, uid: str, record_type: RecordType, fields: Fields, blobs: Mapping[str, bytes]) -> bytes:
    """A new item for a record."""
    kind, item_fields = fieldmap.to_item(record_type, fields, format_name)
    return registry.get(format_name).build(uid, kind, item_fields, blobs)


def patch(format_name: str, record_type: RecordType, raw: bytes, changes: Changes, blobs: Mapping[str, bytes]) -> bytes:
    """The item with the record's changes in it, every other byte as it was. Raises `Unreadable`."""
    chosen = registry.get(format_name)
    current = chosen.parse(raw).fields
    return chosen.patch(raw, fieldmap.item_changes(record_type, changes, current, format_name), blobs)
