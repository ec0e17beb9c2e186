"""Changing some fields of a vCard: the lines of those fields are rewritten, every other byte stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync.formats.contentline import Line
from crmsync.formats.escaping import split_escaped, write_list
from crmsync.formats.vcard_card import open_card, plain
from crmsync.formats.vcard_draft import Draft
from crmsync.formats.vcard_lists import set_list
from crmsync.formats.vcard_read import name_parts, organization_parts, read
from crmsync.formats.vcard_values import CUSTOM, FIELDS, LISTS, NAME_PARTS, OMIT_YEAR, TEXTS, derived_name
from crmsync.values import Changes, Value

_NAMES = {field: name for name, field in reversed(list(TEXTS.items()))}
_CUSTOM = "custom."


def patch(raw: bytes, changes: Changes, blobs: Mapping[str, bytes]) -> bytes:
    """The card with these fields changed. Fields that a vCard cannot hold (see `FIELDS`) are left alone.

    A photo given as `sha256:<hex>` needs its bytes in `blobs`, else the card keeps the one it has. An emptied name is
    read back as whatever names the card then (see `derived_name`).
    Raises `Unreadable` (see `open_card`).
    """
    card = open_card(raw)
    parsed = read(card)
    fields = parsed.fields
    wanted = {name: _or_none(value) for name, value in changes.items() if name in FIELDS or name.startswith(_CUSTOM)}
    changed: dict[str, Any] = {name: value for name, value in wanted.items() if fields.get(name) != value}
    if not changed:
        return raw
    draft = Draft(card)
    if "name" not in changed:
        _keep_derived_name(draft, fields, changed)
    _follow_name(draft, parsed.kind, fields, changed)
    for name, value in changed.items():
        if name in _NAMES:
            _set_text(draft, name, value)
        elif name in LISTS.values():
            set_list(draft, name, value or ())
        elif name.startswith(_CUSTOM):
            _set_custom(draft, name.removeprefix(_CUSTOM), value)
    _set_name_parts(draft, {name: value for name, value in changed.items() if name in NAME_PARTS})
    _set_organization(draft, {name: value for name, value in changed.items() if name in ("organization", "department")})
    if "birthday" in changed:
        _set_birthday(draft, changed["birthday"])
    if "photo" in changed:
        _set_photo(draft, changed["photo"], blobs)
    if "categories" in changed:
        _set_categories(draft, changed["categories"])
    return draft.finish()


def _or_none(value: Value | None) -> Value | None:
    return None if value is None or value == () or (isinstance(value, str) and not value.strip()) else value


def _keep_derived_name(draft: Draft, fields: Mapping[str, Value], changed: dict[str, Any]) -> None:
    """A card without FN is called by its other fields; when they change, its name is written down before."""
    has_name = any(plain(line) for line in draft.named("FN".__eq__))
    after = {name: value for name, value in {**fields, **changed}.items() if name != "name" and value is not None}
    if not has_name and "name" in fields and derived_name(after) != fields["name"]:
        changed["name"] = fields["name"]


def _follow_name(draft: Draft, kind: str, fields: Mapping[str, Value], changed: dict[str, Any]) -> None:
    """Phones show N, and for companies ORG, not FN: where those only repeat the name, they go on to do so."""
    name = changed.get("name")
    parts = [name_parts(line) for line in draft.named("N".__eq__)]
    repeated = [found for found in parts if found][:1] == [{"family": fields.get("name")}]
    if repeated and (name or any(part in changed for part in NAME_PARTS)):
        renamed = name if name and not any(part in changed for part in NAME_PARTS) else None
        changed.setdefault("family", renamed)
    if name and kind == "org" and "organization" not in changed and fields.get("organization") == fields.get("name"):
        changed["organization"] = name


def _set_text(draft: Draft, field: str, value: str | None) -> None:
    """One text; a second line of the same property stays, unless the field becomes empty."""
    found = draft.named(lambda name: TEXTS.get(name) == field)
    used = next((line for line in found if plain(line)), found[0] if found else None)
    if value is not None:
        _put(draft, used, _NAMES[field], draft.style.text(value))
        return
    for line in found:
        draft.remove(line)
    if field == "name":  # every version but 2.1 demands FN, and programs expect it there as well
        _put(draft, used, "FN", "")


def _put(draft: Draft, line: Line | None, name: str, value: str) -> None:
    """Writes a value into the line that has it, or into a new one."""
    if line is None:
        draft.add(draft.style.line(name, value))
    else:
        draft.write(line, draft.style.old_head(draft.card, line), value)


def _set_custom(draft: Draft, name: str, value: str | None) -> None:
    found = [line for line in draft.named(CUSTOM.__eq__) if line.head.get("NAME") == name]
    used = next((line for line in found if plain(line)), None)
    if value is None:
        for line in found:
            draft.remove(line)
    elif used is None:
        draft.add(draft.style.line(draft.style.head(CUSTOM, [("NAME", (name,))]), draft.style.text(value)))
    else:
        _put(draft, used, CUSTOM, draft.style.text(value))


def _set_name_parts(draft: Draft, changed: Mapping[str, str | None]) -> None:
    """The components of N that changed; the others keep their spelling. N itself stays, even empty."""
    if not changed:
        return
    found = draft.named("N".__eq__)
    used = next((line for line in found if name_parts(line)), found[0] if found else None)
    parts = _components(used, len(NAME_PARTS))
    for name, value in changed.items():
        parts[NAME_PARTS.index(name)] = draft.style.part(value or "")
    if not any(part.strip() for part in parts):
        for line in found:
            draft.remove(line)
    _put(draft, used, "N", ";".join(parts))


def _set_organization(draft: Draft, changed: Mapping[str, str | None]) -> None:
    """ORG: the organisation first, below it the department as one unit."""
    if not changed:
        return
    found = draft.named("ORG".__eq__)
    used = next((line for line in found if organization_parts(line)), found[0] if found else None)
    parts = _components(used, 1)
    if "organization" in changed:
        parts[0] = draft.style.part(changed["organization"] or "")
    if "department" in changed:
        parts[1:] = [draft.style.part(changed["department"])] if changed["department"] else []
    if any(part.strip() for part in parts):
        _put(draft, used, "ORG", ";".join(parts))
        return
    for line in found:
        draft.remove(line)


def _components(line: Line | None, least: int) -> list[str]:
    parts = split_escaped(line.text(), ";") if line else []
    return parts + [""] * (least - len(parts))


def _set_birthday(draft: Draft, value: str | None) -> None:
    found = draft.named("BDAY".__eq__)
    for line in found:
        draft.remove(line)
    if value is None:
        return
    params, text = draft.style.birthday(value)
    if not found:
        draft.add(draft.style.line(draft.style.head("BDAY", params), text))
        return
    kept = [param for param in found[0].head.params if param[0] not in ("VALUE", OMIT_YEAR, "ENCODING", "CHARSET")]
    draft.write(found[0], draft.style.head("BDAY", (*params, *kept), found[0].head.group), text)


def _set_photo(draft: Draft, value: str | None, blobs: Mapping[str, bytes]) -> None:
    content = blobs.get(value) if value else None
    if value is not None and value.startswith("sha256:") and content is None:
        return
    found = draft.named("PHOTO".__eq__)
    for line in found:
        draft.remove(line)
    if value is not None:
        draft.add(draft.style.photo(value, content), found[0].start if found else None)


def _set_categories(draft: Draft, value: tuple[str, ...] | None) -> None:
    found = draft.named("CATEGORIES".__eq__)
    for line in found:
        draft.remove(line)
    if value:
        _put(draft, found[0] if found else None, "CATEGORIES", write_list(value))
