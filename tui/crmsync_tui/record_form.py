"""The fields of a record as lines to type in, spelled as `records set` takes them, and what of them was changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crmsync.core.declarations import ANY, CRM, master_of
from crmsync.core.fieldmap import display_name, mapped
from crmsync.desk import Desk
from crmsync.model import PEOPLE, Record
from crmsync.typed.field_values import in_words, parse, spelled
from crmsync.values import SHAPES, Value
from crmsync_tui.record_rows import locked
from crmsync_tui.shown import typable
from crmsync_tui.words import _

_HERE = ("vat_number", "tax_code", "stage", "status", "privacy", "not_interested", "owner", "orders")
"""Fields of people that live in the CRM alone."""
_NOT_TYPED = ("photo", "timezone_definition", "exceptions", "alarms", "attachments")
"""What has no form that a person would type."""


def takes_lines(field: str, text: str) -> bool:
    """Whether a value is typed in several lines rather than in one."""
    return field in ("note", "description") or "\n" in text or "\t" in text


@dataclass(frozen=True, slots=True)
class Line:
    """One field. `text` is its value as typed; `locked` says why it cannot be typed, and is empty where it can.

    `hidden` is set for a value with characters that no line can show: it is shown with these made visible, and stays
    as it is unless something else is typed.
    """

    field: str
    text: str
    locked: str = ""
    hidden: str = ""

    @property
    def long(self) -> bool:
        """Whether it needs more than a line."""
        return takes_lines(self.field, self.text)


@dataclass(frozen=True, slots=True)
class Form:
    """A record to edit."""

    record: Record
    lines: Sequence[Line]

    @property
    def name(self) -> str:
        """What it is called."""
        return display_name(self.record.type, self.record.fields)


def find(desk: Desk, id: str) -> Form | None:
    """The form of a record; `None` when it is not there any more."""
    declared = desk.config.masters
    with desk.seeing() as view:
        record = view.records.get(id)
    if record is None:
        return None
    own = [name for name in record.fields if name not in SHAPES]
    usual = mapped(record.type) | (frozenset(_HERE) if record.type in PEOPLE else frozenset({"owner"}))
    names = [name for name in SHAPES if name in record.fields or (name in usual and name not in _NOT_TYPED)]
    lines = []
    for name in (*names, *own):
        master = master_of(record.type, name, declared)
        lines.append(_line(name, record.fields.get(name), locked(master) if master not in (ANY, CRM) else ""))
    return Form(record, lines)


def _line(field: str, value: Value | None, why: str) -> Line:
    if field in _NOT_TYPED and not why:
        why = _("it is not typed: it comes with items of accounts")
    if why:
        return Line(field, in_words(value), why)
    text = spelled(field, value)
    return Line(field, text) if typable(text) == text else Line(field, "", hidden=in_words(value))


def changes(form: Form, typed: Mapping[str, str]) -> dict[str, Value | None]:
    """What was changed, by field. Raises `Usage` for a text that its field cannot hold; it names the field."""
    lines = {line.field: line for line in form.lines}
    return {
        name: parse(name, text) for name, text in typed.items() if not lines[name].locked and text != lines[name].text
    }
