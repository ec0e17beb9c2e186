"""Values that can be recognised wherever they turn up: each holds a number that is used only once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from crmsync.values import Fields, Labelled, Value

_TOKEN = re.compile(r"(?<!\d)1\d{6}(?!\d)|(?<=2)1\d{6}(?!\d)")
TEXT_FIELDS = ("title", "note", "department")
LIST_FIELDS = ("emails", "phones")
LABELS = ("", "work", "home")


class Typist:
    """Types new values; counts."""

    def __init__(self) -> None:
        self._typed = 1_000_000

    def text(self, field: str) -> str:
        """A new text for this field."""
        self._typed += 1
        return f"{field} {self._typed}"

    def entry(self, field: str, label: str) -> Labelled:
        """A new entry for this list field."""
        self._typed += 1
        if field == "emails":
            return Labelled(f"P{self._typed}@X.example", label)
        return Labelled(f"+39 02 {self._typed}", label)

    def value(self, edit: Edit, now: Value | None) -> Value | None:
        """What the field holds after this edit."""
        if edit.field in TEXT_FIELDS:
            return None if edit.kind == "clear" else self.text(edit.field)
        entries = now if isinstance(now, tuple) else ()
        match edit.kind:
            case "add":
                return (*entries, self.entry(edit.field, edit.label))
            case "remove":
                return entries[1:] or None
            case "relabel" if entries:
                (first, *rest) = entries
                assert isinstance(first, Labelled)
                return (Labelled(first.value, edit.label), *rest)
            case "clear":
                return None
            case _:
                return now


class Edit:
    """One thing a person does to one field."""

    def __init__(self, field: str, kind: str, label: str) -> None:
        self.field, self.kind, self.label = field, kind, label

    def __repr__(self) -> str:
        return f"Edit({self.field!r}, {self.kind!r}, {self.label!r})"


EDITS = st.one_of(
    st.builds(Edit, st.sampled_from(TEXT_FIELDS), st.sampled_from(["type", "type", "clear"]), st.just("")),
    st.builds(
        Edit,
        st.sampled_from(LIST_FIELDS),
        st.sampled_from(["add", "add", "remove", "relabel"]),
        st.sampled_from(LABELS),
    ),
)


def tokens(*things: Any) -> set[str]:
    """The numbers in these values, texts or bytes."""
    return {found for thing in things for found in _TOKEN.findall(_shown(thing))}


def _shown(thing: Any) -> str:
    return thing.decode("utf-8", "replace") if isinstance(thing, bytes) else str(thing)


def of_fields(fields: Fields | Iterable[object]) -> set[str]:
    """The numbers in all values of these fields."""
    return tokens(*(fields.values() if hasattr(fields, "values") else fields))
