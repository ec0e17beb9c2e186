"""Patching the list fields: entries that stay keep their lines, parameters and groups."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from crmsync.formats.contentline import Line
from crmsync.formats.escaping import split_escaped, unescape
from crmsync.formats.vcard_card import plain
from crmsync.formats.vcard_draft import Draft
from crmsync.formats.vcard_read import address, labelled
from crmsync.formats.vcard_values import ADDRESS_PARTS, LISTS, says_label
from crmsync.formats.vcard_write import is_typed
from crmsync.values import Address, Labelled

_NAMES = {field: name for name, field in LISTS.items()}
_PHONE_URI = re.compile(r"[+0-9A-Za-z.()*#;=-]+")


def set_list(draft: Draft, field: str, wanted: Sequence[Labelled | Address]) -> None:
    """Makes the card hold exactly these entries in this order, with as few lines touched as that takes."""
    name = _NAMES[field]
    reader: Callable[..., Labelled | Address | None] = address if name == "ADR" else labelled
    old: list[tuple[Line, Labelled | Address]] = []
    for line in draft.named(name.__eq__):
        entry = reader(line, draft.card.labels)
        if entry is not None:
            old.append((line, entry))
    pairs = _pair([entry for _, entry in old], wanted)
    kept = {number for number in pairs if number is not None}
    for at, (line, _) in enumerate(old):
        if at not in kept:
            draft.remove(line)
    position = _first_position([line for line, _ in old], kept)
    last = -1
    for number, entry in zip(pairs, wanted, strict=True):
        if number is None:
            draft.add(_new_line(draft, name, entry), position)
            continue
        line, before = old[number]
        label_line = b"" if entry == before else _change(draft, line, before, entry)
        if number > last:
            last, position = number, draft.after(line)
        else:
            draft.add(draft.moved(line), position)
        if label_line:
            draft.add(label_line, position)


def _pair(old: Sequence[Labelled | Address], wanted: Sequence[Labelled | Address]) -> list[int | None]:
    """For each wanted entry the number of the old one it continues: equal, else of the same value, else label."""
    pairs: list[int | None] = [None] * len(wanted)
    free = dict(enumerate(old))
    for key in (lambda entry: entry, _value, lambda entry: (entry.label, entry.preferred)):
        waiting: dict[object, list[int]] = {}
        for each in reversed(free):
            waiting.setdefault(key(free[each]), []).append(each)
        for at, entry in enumerate(wanted):
            numbers = waiting.get(key(entry))
            if pairs[at] is None and numbers:
                pairs[at] = number = numbers.pop()
                del free[number]
    return pairs


def _value(entry: Labelled | Address) -> object:
    return entry.value if isinstance(entry, Labelled) else entry.lines()


def _first_position(lines: Sequence[Line], kept: set[int]) -> int | None:
    """Where an entry goes that comes before all that stay: before the first of them, else where the last one was."""
    if kept:
        return lines[min(kept)].start
    return lines[-1].end if lines else None


def _new_line(draft: Draft, name: str, entry: Labelled | Address) -> bytes:
    style = draft.style
    kept = ("INTERNET",) if name == "EMAIL" and style.version != "4.0" else ()
    params = style.label_types(entry.label, entry.preferred, kept)
    group = draft.new_group() if entry.label and not is_typed(entry.label) else ""
    written = style.line(style.head(name, params, group), _written_value(draft, name, entry))
    return written + (_label_line(draft, group, entry.label) if group else b"")


def _label_line(draft: Draft, group: str, label: str) -> bytes:
    return draft.style.line(f"{group}.X-ABLabel", draft.style.text(label))


def _written_value(draft: Draft, name: str, entry: Labelled | Address, line: Line | None = None) -> str:
    style = draft.style
    if isinstance(entry, Address):
        old = split_escaped(line.text(), ";") if line else []
        parts = [getattr(entry, part) for part in ADDRESS_PARTS]
        old += [""] * (len(parts) - len(old))
        same = [unescape(part).strip() == new for part, new in zip(old, parts, strict=False)]
        return ";".join(
            [part if keep else style.part(new) for part, new, keep in zip(old, parts, same, strict=False)]
            + old[len(parts) :]
        )
    return style.uri(entry.value) if name == "URL" else style.text(entry.value)


def _change(draft: Draft, line: Line, before: Labelled | Address, after: Labelled | Address) -> bytes:
    """Rewrites an entry in place; returns the line of a label that is new, which goes behind it."""
    style, old = draft.style, line.head
    value, dropped = _changed_value(draft, line, before, after)
    group, retyped, label_line = _relabel(draft, line, before.label, after.label)
    if not retyped and group == old.group and before.preferred == after.preferred:
        if value != line.text() or dropped:
            draft.write(line, style.old_head(draft.card, line, dropped), value)
        return label_line
    types = [part for key, values in old.params if key == "TYPE" for part in ",".join(values).split(",")]
    kept = [part for part in types if part.lower() != "pref" and not (retyped and says_label(part))]
    label = after.label if retyped else ""
    params = [param for param in old.params if param[0] not in ("TYPE", "PREF", "ENCODING", "CHARSET", *dropped)]
    params += style.label_types(label, after.preferred, kept)
    draft.write(line, style.head(old.name, params, group), value)
    return label_line


def _changed_value(
    draft: Draft, line: Line, before: Labelled | Address, after: Labelled | Address
) -> tuple[str, tuple[str, ...]]:
    """The value to write, still in its old spelling where it is the same, and the parameters it no longer bears."""
    if _value(before) == _value(after):
        return line.text(), ()
    if isinstance(after, Labelled) and line.head.name == "TEL" and plain(line)[:4].lower() == "tel:":
        if _PHONE_URI.fullmatch(after.value):
            return f"tel:{after.value}", ()
        return _written_value(draft, "TEL", after), ("VALUE",)
    return _written_value(draft, line.head.name, after, line), ()


def _relabel(draft: Draft, line: Line, before: str, after: str) -> tuple[str, bool, bytes]:
    """Moves a label between TYPE and X-ABLabel: the group of the line, whether its TYPE changes, a label line to add.

    A label that several lines share is left to the others.
    """
    group = line.head.group
    if before == after:
        return group, False, b""
    custom = after != "" and not is_typed(after)
    shared = draft.is_shared(group)
    label_lines = draft.label_lines(group)
    if label_lines and not shared:
        for label_line in label_lines:
            if custom:
                draft.write(label_line, draft.style.old_head(draft.card, label_line), draft.style.text(after))
            else:
                draft.remove(label_line)
        return group, not custom, b""
    if custom:
        group = group if group and not shared else draft.new_group()
        return group, True, _label_line(draft, group, after)
    return "" if label_lines else group, True, b""
