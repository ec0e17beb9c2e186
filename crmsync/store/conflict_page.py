"""Open conflicts as a person reads them: by record or by field, filtered while one types, page by page.

Pages follow each other by key; `skip` rows are passed over inside SQLite, for a jump far ahead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crmsync.model import RecordType
from crmsync.store.session import Session
from crmsync.store.typed_text import having

DELETION = "deleted"
"""The pseudo-field of a deletion that waits for a person."""

_FOUND_BY = "(r.sort || ' ' || c.field || ' ' || a.name)"
_FROM = """conflicts c JOIN records r ON r.id = c.record JOIN collections l ON l.id = c.collection
    JOIN accounts a ON a.id = l.account"""


class ConflictOrder(StrEnum):
    """What stands beside each other."""

    RECORD = "record"
    FIELD = "field"


_KEYS = {
    ConflictOrder.RECORD: ("r.sort", "c.record"),
    ConflictOrder.FIELD: ("c.field", "a.name"),
}

ConflictPlace = tuple[str, str, int]
"""After which conflict the next page begins: the two parts of the order, and its id."""


@dataclass(frozen=True, slots=True)
class ConflictSelection:
    """Which of the open conflicts. Everything given must hold; nothing given is all.

    `text`: words of the record's name, the field or the account. `there`: of deletions, those at the remote (True) or
    those in the CRM (False); `worded`: those that a word in a note asks for, or (False) that happened. `values`: no
    deletions.
    """

    text: str = ""
    field: str = ""
    account: int = 0
    type: RecordType | None = None
    link: int = 0
    there: bool | None = None
    worded: bool | None = None
    values: bool = False


EVERY = ConflictSelection()
"""All that are open."""


def page_ids(
    session: Session,
    selection: ConflictSelection,
    order: ConflictOrder,
    after: ConflictPlace | None,
    *,
    skip: int,
    limit: int,
) -> tuple[Sequence[int], ConflictPlace | None]:
    """The ids of a page, and where the next one begins (`None`: nowhere)."""
    conditions, values = _conditions(session, selection)
    first, second = _KEYS[order]
    if after is not None:
        conditions += f" AND ({first}, {second}, c.id) > (?, ?, ?)"
        values += after
    rows = session.all(
        f"SELECT {first}, {second}, c.id FROM {_FROM} WHERE {conditions} ORDER BY 1, 2, 3 LIMIT ? OFFSET ?",
        (*values, limit, skip),
    )
    return [row[2] for row in rows], rows[-1] if len(rows) == limit else None


def selected_ids(session: Session, selection: ConflictSelection) -> Sequence[int]:
    """The ids of all, oldest first."""
    conditions, values = _conditions(session, selection)
    return [row[0] for row in session.all(f"SELECT c.id FROM {_FROM} WHERE {conditions} ORDER BY c.id", values)]


def count_selected(session: Session, selection: ConflictSelection) -> int:
    """How many."""
    conditions, values = _conditions(session, selection)
    return int(session.one(f"SELECT count(*) FROM {_FROM} WHERE {conditions}", values)[0])


def _conditions(session: Session, selection: ConflictSelection) -> tuple[str, list[Any]]:
    conditions, values = ["c.open", session.seen.row("r")], list[Any]()
    for column, value in (
        ("c.field", selection.field),
        ("l.account", selection.account),
        ("c.link", selection.link),
        ("r.type", selection.type),
    ):
        if value:
            conditions.append(f"{column} = ?")
            values.append(str(value) if isinstance(value, RecordType) else value)
    if selection.there is not None:
        conditions.append(f"c.field = '{DELETION}' AND c.remote = ?")
        values.append("true" if selection.there else "false")
    if selection.worded is not None:
        conditions.append("c.why <> ''" if selection.worded else "c.why = ''")
    if selection.values:
        conditions.append(f"c.field <> '{DELETION}'")
    if selection.text:
        sql, patterns = having(selection.text, _FOUND_BY)
        conditions.append(sql)
        values += patterns
    return " AND ".join(conditions), values
