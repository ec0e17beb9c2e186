"""What is typed above the list of records: words to search for, and short words that filter.

`acme type:contact,lead owner:me sync:on city:roma` - short words may stand anywhere and hold together. `type` and
`sync` take beginnings; a short word that means nothing is searched for as it stands.
"""

from __future__ import annotations

from collections.abc import Callable

from crmsync.model import RecordType
from crmsync.store.record_list import Selection

_COLUMNS = ("owner", "city", "country", "stage", "status", "privacy", "title", "organization", "email", "categories")
"""Columns of `--where` that a short word compares with, whatever the case."""


def read(line: str, user: int, name: str) -> Selection:
    """The records that are meant; `user` is the id of whoever types, `name` what the user is called."""
    words: list[str] = []
    types: tuple[RecordType, ...] = ()
    conditions: list[str] = []
    flagged = False
    for part in line.split():
        key, colon, value = part.partition(":")
        match key.casefold():
            case "type" if colon and (found := _types(value)):
                types = found
            case "sync" if value and "on".startswith(value.casefold()) and value.casefold() != "o":
                flagged = True
            case "sync" if value and "off".startswith(value.casefold()) and value.casefold() != "o":
                conditions.append("NOT sync")
            case column if value and column in _COLUMNS:
                conditions.append(_compare(column, value, name))
            case _:
                words.append(part)
    return Selection(types, " AND ".join(conditions), " ".join(words), user, flagged)


def arguments(selection: Selection) -> list[str]:
    """The same for `crmsync export`."""
    where = " AND ".join(filter(None, (selection.where, "sync" if selection.flagged else "")))
    given = (*(("--type", kind.value) for kind in selection.types), ("--where", where), ("--search", selection.search))
    return [part for option, value in given if value for part in (option, value)]


def _types(text: str) -> tuple[RecordType, ...]:
    begun = [part.casefold() for part in text.split(",") if part]
    return tuple(kind for kind in RecordType if any(map(kind.value.startswith, begun)))


def _compare(column: str, value: str, name: str) -> str:
    said: Callable[[str], str] = lambda text: "'" + text.replace("'", "''") + "'"  # noqa: E731
    if column == "owner" and value.casefold() in ("me", "none"):
        return "owner IS NULL" if value.casefold() == "none" else f"owner = {said(name)}"
    if column in ("categories", "city"):
        return f"{column} LIKE {said(value + '%' if column == 'city' else '%' + value + '%')}"
    return f"lower({column}) = lower({said(value)})"
