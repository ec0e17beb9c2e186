"""The columns of one CSV file: cells to a row's fields, and changed fields back to cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmsync.connectors.csv_headers import KEY, KEYS, guess, normal
from crmsync.connectors.csv_table import neutral, plain
from crmsync.errors import BadConfig, Usage
from crmsync.values import SHAPES, Shape, shape

_PARTS = frozenset({"street", "city", "region", "postcode", "country", "po_box", "extended"})
_TRUE = ("yes", "true", "1", "x", "ja", "si", "sì", "oui", "sí", "ano", "y", "j", "wahr", "vero")
_FALSE = ("no", "false", "0", "", "nein", "non", "ne", "n", "falsch", "falso", "-")
_PAIRS = {
    "true": "false", "1": "0", "x": "", "ja": "nein", "sì": "no", "si": "no", "oui": "non", "sí": "no", "ano": "ne",
    "y": "n", "j": "n", "wahr": "falsch", "vero": "falso",
}  # fmt: skip
_AMBIGUOUS = ("nome", "nom", "nombre", "jmeno")
_DAY_FIRST = re.compile(r"(\d{1,2})([./])(\d{1,2})\2(\d{4})")


@dataclass(frozen=True, slots=True)
class Target:
    """What a column means. `part` is a part of an address; `group` tells equal columns apart (`City 2`)."""

    field: str
    label: str = ""
    part: str = ""
    group: str = ""


Row = dict[str, Any]


class Columns:
    """Maps one header. `key` is the index of the key column, `None` when no column identifies a row."""

    def __init__(self, header: Sequence[str], mapped: Mapping[str, str], key: str = "") -> None:
        """`mapped` is column name -> target (`-`: leave it alone), `key` the name of the key column.

        Raises `BadConfig` for a column that is not there or a target that is no field.
        """
        names = [plain(cell).strip() for cell in header]
        for wanted in [*mapped, *([key] if key else [])]:
            if wanted not in names:
                raise BadConfig(f'no column is called "{wanted}"', next_step=f"There are: {', '.join(names)}")
        self.key = names.index(key) if key else _key(names, mapped)
        self._targets = self._aim(names, mapped)
        self._others = self._name_others(names)
        self._lists = self._group()

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self._targets)

    def meanings(self) -> tuple[str, ...]:
        """The field of each column, `""` for one that is only kept."""
        return tuple(KEY if n == self.key else target.field if target else "" for n, target in enumerate(self._targets))

    def read(self, cells: Sequence[str]) -> Row:
        """The fields of one row, in their JSON shapes, and its other columns by their names. Empty ones are absent."""
        row: Row = {}
        for index, target in enumerate(self._targets):
            text = plain(cells[index])
            if target is None or target.field == KEY:
                name = KEY if index == self.key else self._others[index]
                value: Any = text
            elif target.field in self._lists:
                continue
            else:
                name, value = target.field, _read_one(target.field, _clean(text))
            if value not in (None, "", []):
                row[name] = value
        for field in self._lists:
            entries = [entry for slot in self._lists[field] if (entry := self._read_entry(field, slot, cells))]
            if entries:
                row[field] = entries
        return row

    def write(self, cells: Sequence[str] | None, wanted: Row) -> list[str]:
        """The cells for a row: those whose value did not change stay as they are spelled.

        Values that no column can hold are not written.
        """
        old = list(cells) if cells is not None else [""] * self.width
        now = self.read(old)
        new = list(old)
        for index, target in enumerate(self._targets):
            name = KEY if index == self.key else target.field if target else self._others[index]
            if name in self._lists or wanted.get(name) == now.get(name):
                continue
            text = _text(wanted.get(name)) if target is None or index == self.key else ""
            new[index] = neutral(text or _write_one(name, wanted.get(name), old[index]))
        for field, slots in self._lists.items():
            if wanted.get(field) != now.get(field):
                self._write_entries(field, slots, old, new, wanted.get(field))
        return new

    def _aim(self, names: Sequence[str], mapped: Mapping[str, str]) -> list[Target | None]:
        meant = [Target(KEY) if index == self.key else _target(name, mapped) for index, name in enumerate(names)]
        taken: set[Target] = set()
        targets: list[Target | None] = []
        for index, target in enumerate(_in_context(meant, names, mapped)):
            if target in taken and target is not None:
                target = _again(target, index)
            if target == Target(KEY) and index != self.key:
                target = None
            if target is not None:
                taken.add(target)
            targets.append(target)
        return targets

    def _name_others(self, names: Sequence[str]) -> dict[int, str]:
        """Names for the columns that mean nothing to us; none of them is the name of a field."""
        others: dict[int, str] = {}
        taken = {*SHAPES, KEY, "kind"}
        for index, target in enumerate(self._targets):
            if target is None:
                name = base = names[index] or f"column {index + 1}"
                number = 2
                while name in taken or name.startswith("custom."):
                    name, number = f"{base.replace('custom.', 'custom ')} ({number})", number + 1
                taken.add(name)
                others[index] = name
        return others

    def _group(self) -> dict[str, list[list[int]]]:
        """For each field that is a list: the columns of each entry. Only addresses have several for one."""
        found: dict[str, dict[tuple[str, str], list[int]]] = {}
        for index, target in enumerate(self._targets):
            if target is not None and target.field != KEY and shape(target.field) in (Shape.LABELLED, Shape.ADDRESSES):
                entry = (target.label, target.group) if target.part else (target.label, f"#{index}")
                found.setdefault(target.field, {}).setdefault(entry, []).append(index)
        return {field: list(entries.values()) for field, entries in found.items()}

    def _read_entry(self, field: str, slot: Sequence[int], cells: Sequence[str]) -> Row | None:
        label = self._label(slot)
        if field != "addresses":
            value = _clean(plain(cells[slot[0]]))
            return {"value": value, "label": label, "preferred": False} if value else None
        parts = {self._part(index): text for index in slot if (text := _clean(plain(cells[index])))}
        return {"value": parts, "label": label, "preferred": False} if parts else None

    def _write_entries(
        self, field: str, slots: Sequence[Sequence[int]], old: Sequence[str], new: list[str], entries: Any
    ) -> None:
        before = [self._read_entry(field, slot, old) for slot in slots]
        wanted = [entry for entry in entries or [] if isinstance(entry, dict)]
        chosen = assign([(self._label(slot), entry) for slot, entry in zip(slots, before, strict=True)], wanted)
        for slot, was, entry in zip(slots, before, chosen, strict=True):
            for index in slot:
                is_now = self._cell(field, index, entry)
                if is_now != self._cell(field, index, was):
                    new[index] = neutral(is_now)

    def _cell(self, field: str, index: int, entry: Row | None) -> str:
        value = entry.get("value") if entry else None
        if field == "addresses":
            value = value.get(self._part(index)) if isinstance(value, dict) else None
        return _text(value)

    def _label(self, slot: Sequence[int]) -> str:
        target = self._targets[slot[0]]
        return target.label if target else ""

    def _part(self, index: int) -> str:
        target = self._targets[index]
        return target.part if target else ""


def assign(slots: Sequence[tuple[str, Row | None]], entries: Sequence[Row]) -> list[Row | None]:
    """Which entry goes where, moving as little as possible. A slot is its label and what it holds.

    In turn: what is there already; what has the slot's label; what an unlabelled slot held; the rest to unlabelled
    slots in order; a value whose new label has no slot stays where it is. What then is left has no place.
    """
    chosen: list[Row | None] = [None] * len(slots)
    left = list(entries)

    def label(entry: Row) -> str:
        return str(entry.get("label") or "").casefold()

    def holds(slot: int, entry: Row) -> bool:
        held = slots[slot][1]
        return held is not None and held.get("value") == entry.get("value")

    def fits(slot: int, entry: Row) -> bool:
        return slots[slot][0].casefold() == label(entry)

    steps = (
        lambda slot, entry: fits(slot, entry) and holds(slot, entry),
        lambda slot, entry: bool(slots[slot][0]) and fits(slot, entry),
        lambda slot, entry: not slots[slot][0] and holds(slot, entry),
        lambda slot, _: not slots[slot][0],
        holds,
    )
    for step in steps:
        for slot in range(len(slots)):
            if chosen[slot] is None:
                found = next((entry for entry in left if step(slot, entry)), None)
                if found is not None:
                    chosen[slot] = found
                    left.remove(found)
    return chosen


def _key(names: Sequence[str], mapped: Mapping[str, str]) -> int | None:
    for name, target in mapped.items():
        if target == KEY:
            return names.index(name)
    free = {normal(name): index for index, name in reversed(list(enumerate(names))) if name not in mapped}
    return next((free[name] for name in KEYS if name in free), None)


def _target(name: str, mapped: Mapping[str, str]) -> Target | None:
    text, group = (mapped[name], "") if name in mapped else guess(name)
    if text in ("", "-"):
        return None
    field, _, label = text.partition(":")
    field, dot, part = (field, "", "") if field.startswith("custom.") else field.partition(".")
    try:
        known = field == KEY or shape(field)
    except Usage as error:
        raise BadConfig(error.what, thing=f"map.{name}") from error
    if (dot and (field != "addresses" or part not in _PARTS)) or (known is Shape.ADDRESSES and not part):
        raise BadConfig(f'"{text}" is no part of an address', thing=f"map.{name}", next_step=f"Use {sorted(_PARTS)}")
    if known in (Shape.PARTICIPANTS,) or (label and known not in (Shape.LABELLED, Shape.ADDRESSES)):
        raise BadConfig(f'a column cannot hold "{text}"', thing=f"map.{name}")
    return Target(field, label, part, group if known in (Shape.LABELLED, Shape.ADDRESSES) else "")


def _again(target: Target, index: int) -> Target | None:
    """A second column of the same meaning is a further entry of a list; a second name or title is only kept."""
    if target.field == KEY or shape(target.field) not in (Shape.LABELLED, Shape.ADDRESSES):
        return None
    return Target(target.field, target.label, target.part, f"#{index}")


def _in_context(targets: list[Target | None], names: Sequence[str], mapped: Mapping[str, str]) -> list[Target | None]:
    """What a column means may depend on the others.

    `Nome`, `Nom` or `Nombre` without its other half is the whole name; `Title` beside `Job Title` is "Dr.".
    """
    have = {target.field for target in targets if target}
    halves = have & {"given", "family"}
    settled: list[Target | None] = []
    for target, name in zip(targets, names, strict=True):
        word = normal(name)
        if target and name not in mapped:
            if len(halves) == 1 and target.field in halves and "name" not in have and word in _AMBIGUOUS:
                target = Target("name")
            elif target.field == "title" and word == "title" and "prefix" not in have and _has_job(names):
                target = Target("prefix")
        settled.append(target)
    return settled


def _has_job(names: Sequence[str]) -> bool:
    return any(normal(name) != "title" and guess(name)[0] == "title" for name in names)


def _read_one(field: str, text: str) -> Any:
    match shape(field):
        case Shape.FLAG:
            word = text.casefold()
            return True if word in _TRUE else False if word in _FALSE and word else None
        case Shape.NUMBER:
            return int(text) if re.fullmatch(r"-?\d{1,15}", text, re.ASCII) else None
        case Shape.TEXTS:
            return [part for part in (piece.strip() for piece in re.split(r"[;,]", text)) if part]
        case _:
            day = _DAY_FIRST.fullmatch(text) if field == "birthday" else None
            return f"{day[4]}-{int(day[3]):02}-{int(day[1]):02}" if day and int(day[3]) <= 12 else text


def _write_one(field: str, value: Any, old: str) -> str:
    """The text of one value, in the manner of the cell it replaces where that shows."""
    if isinstance(value, bool):
        return _write_flag(value, plain(old).strip().casefold())
    if isinstance(value, list):
        return "; ".join(_text(part) for part in value)
    day = _DAY_FIRST.fullmatch(plain(old).strip()) if field == "birthday" else None
    iso = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", value) if day and isinstance(value, str) else None
    if day and iso:
        return f"{iso[3]}{day[2]}{iso[2]}{day[2]}{iso[1]}"
    return _text(value)


def _write_flag(value: bool, old: str) -> str:
    for yes, no in _PAIRS.items():
        if old and old in (yes, no):
            return yes if value else no
    return "yes" if value else "no"


def _clean(text: str) -> str:
    """Without the blanks around it, which spreadsheets are full of, and with the line breaks that fields have."""
    return text.replace("\r\n", "\n").strip()


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)
