"""Item fields to record fields and back: what a record looks like at a remote.

Most fields are the same on both sides. The exceptions are names:

| record                            | vCard                                                                        |
|-----------------------------------|------------------------------------------------------------------------------|
| company.name                      | ORG, and FN as long as FN says the same; N stays as it is and is not read    |
| lead, supplier without a person   | like a company: name is ORG and FN                                           |
| contact, lead, supplier           | name is FN (where it is missing: composed of N, else ORG); the rest as it is |
| appointment, task                 | no name: the summary is what is shown                                        |

A lead or supplier is a business when there is no part of a person's name and no organization beside its name; so a
server that forgets what kind of card it was given changes nothing. Fields that are not `mapped` (owner, stage, orders,
privacy ...) never leave the CRM; rows of a table (an ERP, a CSV file) hold any field, by its own name.

Laws: `to_record` of `to_item(x)` is `view(x)`, and `view` changes nothing twice; what `item_changes` does to an item
is seen by `to_record` as exactly the changes asked for.
"""

from __future__ import annotations

from crmsync.core.keys import organization_key, text_key
from crmsync.model import PEOPLE, RecordType
from crmsync.values import SHAPES, Changes, Fields, Labelled, Value

NO_NAME = "(no name)"

_PARTS = ("given", "family", "middle", "prefix", "suffix")
_CARD = frozenset(
    {"name", "nickname", "department", "title", "emails", "phones", "addresses", "urls", "birthday", "note", "photo"}
    | {"categories"}
)
_PERSON = _CARD | {*_PARTS, "organization"}
_AGENDA = frozenset(
    {"summary", "description", "location", "start", "all_day", "timezone", "timezone_definition", "rrule", "exceptions"}
    | {"alarms", "status", "priority", "participants", "attachments", "categories", "urls"}
)
_MAPPED = {
    RecordType.COMPANY: _CARD,
    RecordType.CONTACT: _PERSON,
    RecordType.LEAD: _PERSON,
    RecordType.SUPPLIER: _PERSON,
    RecordType.APPOINTMENT: _AGENDA | {"end"},
    RecordType.TASK: _AGENDA | {"due", "percent", "completed"},
}
_ROW = frozenset(SHAPES)
# How programs compose a person's name; the first that fits a record is the one kept up to date.
_PATTERNS = (
    ("given", "family"),
    ("family", "given"),
    ("given", "middle", "family"),
    ("prefix", "given", "family"),
    ("prefix", "given", "middle", "family", "suffix"),
)


def mapped(record_type: RecordType, format_name: str = "") -> frozenset[str]:
    """The record fields that can exist at a remote of this format (default: cards and calendars).

    Rows also hold `custom.<x>`: ask `leaves` about a single field.
    """
    return _ROW if format_name == "row" else _MAPPED[record_type]


def leaves(record_type: RecordType, field: str, format_name: str = "") -> bool:
    """Whether a field may leave the CRM for a remote of this format."""
    if field in mapped(record_type, format_name):
        return True
    return format_name == "row" and field.startswith("custom.")


def view(record_type: RecordType, fields: Fields, format_name: str = "") -> dict[str, Value]:
    """The record as a remote of this format can show it: mapped fields only, the name always there if any can be."""
    if format_name == "row":
        seen = {name: value for name, value in fields.items() if leaves(record_type, name, format_name)}
    else:
        known = _MAPPED[record_type]
        seen = {name: value for name, value in fields.items() if name in known}
    if record_type not in PEOPLE or format_name == "row":
        return seen
    if is_business(record_type, seen):
        seen.pop("organization", None)
    if "name" not in seen:
        # A company is never called by the person on its card.
        spare = _text(fields, "organization") if record_type is RecordType.COMPANY else _fallback(fields)
        if spare:
            seen["name"] = spare
    return seen


def to_record(record_type: RecordType, kind: str, item: Fields, format_name: str = "") -> dict[str, Value]:
    """An item's fields as those of a record of this type. `kind` is what `formats.base.Parsed` says; rows differ."""
    if "row" in (kind, format_name):
        return view(record_type, item, "row")
    record = dict(item)
    if record_type is RecordType.COMPANY:
        if organization := item.get("organization"):
            record["name"] = organization
    elif record_type in PEOPLE and "name" not in record and (name := _fallback(item)):
        record["name"] = name
    return view(record_type, record)


def to_item(record_type: RecordType, fields: Fields, format_name: str = "") -> tuple[str, dict[str, Value]]:
    """The kind and the fields of a new item for a record."""
    item = view(record_type, fields, format_name)
    if format_name == "row":
        return "row", item
    match record_type:
        case RecordType.APPOINTMENT:
            return "event", item
        case RecordType.TASK:
            return "todo", item
        case _ if not is_business(record_type, item):
            return "individual", item
        case _:
            return "org", item | ({"organization": item["name"]} if "name" in item else {})


def item_changes(
    record_type: RecordType, changes: Changes, current: Fields, format_name: str = ""
) -> dict[str, Value | None]:
    """What to change in an item that now reads `current`, so that its record's fields change by `changes`."""
    kind = "row" if format_name == "row" else ""
    before = to_record(record_type, kind, current)
    wanted = view(record_type, apply(before, changes), format_name)
    old, new = to_item(record_type, before, format_name)[1], to_item(record_type, wanted, format_name)[1]
    result = {name: new.get(name) for name in sorted({*old, *new}) if old.get(name) != new.get(name)}
    if "name" in result and not _formatted_name_follows(record_type, before, current):
        del result["name"]
    after = to_record(record_type, kind, apply(current, result))
    if after.get("name") != wanted.get("name"):
        result["name"] = wanted.get("name")
    return result


def _formatted_name_follows(record_type: RecordType, before: Fields, current: Fields) -> bool:
    """A company's FN that says something else than ORG (the person who answers) is not ours to change."""
    shown = current.get("name")
    if record_type is not RecordType.COMPANY or shown is None:
        return True
    return organization_key(str(shown)) == organization_key(str(before.get("name", "")))


def apply(fields: Fields, changes: Changes) -> dict[str, Value]:
    """The fields after the changes; what became empty is absent."""
    merged: dict[str, Value | None] = {**fields, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def with_name(record_type: RecordType, fields: Fields, changes: Changes) -> dict[str, Value | None]:
    """A person's edit of a record, with the new `name` that follows from a changed given or family name.

    Only a name that was composed of its parts is composed again; one that somebody typed stays.
    """
    result = dict(changes)
    touched = any(part in changes for part in _PARTS)
    if "name" in changes or not touched or record_type not in PEOPLE or record_type is RecordType.COMPANY:
        return result
    after = apply(fields, changes)
    for pattern in _PATTERNS:
        if fields.get("name") == _compose(fields, pattern) and (name := _compose(after, pattern)):
            return result | {"name": name}
    return result


def display_name(record_type: RecordType, fields: Fields) -> str:
    """What a record is called in lists; never empty."""
    if record_type not in PEOPLE:
        return _text(fields, "summary") or NO_NAME
    return _text(fields, "name") or _fallback(fields) or _reachable(fields) or NO_NAME


def fits(record_type: RecordType, kind: str) -> bool:
    """Whether an item of this kind can be a record of this type: no event is a task, no group is a person."""
    match kind:
        case "event":
            return record_type is RecordType.APPOINTMENT
        case "todo":
            return record_type is RecordType.TASK
        case "group":
            return False
        case _:
            return record_type in PEOPLE


def is_business(record_type: RecordType, fields: Fields) -> bool:
    """Whether the record is a business rather than a person."""
    match record_type:
        case RecordType.COMPANY:
            return True
        case RecordType.LEAD | RecordType.SUPPLIER:
            if any(part in fields for part in _PARTS):
                return False
            name, organization = _text(fields, "name"), _text(fields, "organization")
            return not organization or not name or text_key(name) == text_key(organization)
        case _:
            return False


def _fallback(fields: Fields) -> str:
    """A name for somebody whose name is not filled in."""
    return _compose(fields, _PATTERNS[-1]) or _text(fields, "organization")


def _compose(fields: Fields, pattern: tuple[str, ...]) -> str:
    return " ".join(part for name in pattern if (part := _text(fields, name)))


def _reachable(fields: Fields) -> str:
    for field in ("emails", "phones"):
        entries = fields.get(field, ())
        for entry in entries if isinstance(entries, tuple) else ():
            if isinstance(entry, Labelled) and entry.value.strip():
                return entry.value
    return ""


def _text(fields: Fields, field: str) -> str:
    value = fields.get(field, "")
    return value if isinstance(value, str) and value.strip() else ""
