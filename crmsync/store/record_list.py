"""Which records, in which order: filters, search and pages over 100,000 of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from crmsync.errors import Usage
from crmsync.model import Record, RecordType
from crmsync.store import search
from crmsync.store.expression import compile_expression, limited
from crmsync.store.jsontext import load_fields
from crmsync.store.record_columns import record_columns
from crmsync.store.session import Session, marks

_BROAD = 3000
"""A search that finds more than this is sorted by name alone: ranking them all would cost more than it tells."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records. Everything given must hold; nothing given is all that are not deleted.

    `where` is an expression over `record_columns`; `search` what a person types; `user` whose sync flags `where` and
    `flagged` mean.
    """

    types: tuple[RecordType, ...] = ()
    where: str = ""
    search: str = ""
    user: int = 0
    flagged: bool = False
    deleted: bool = False


EVERYTHING = Selection()
"""All records that are not deleted."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some records, and the mark to ask for the following ones with; `None` after the last page."""

    records: tuple[Record, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class _Query:
    """The conditions as SQL with their values; `rank` orders a search, best first."""

    conditions: str
    values: tuple[object, ...]
    rank: str = "0"
    rank_values: tuple[object, ...] = ()


def select_page(session: Session, selection: Selection, after: str | None, limit: int) -> Page:
    """See `Records.list`."""
    query = _query(session, selection)
    sql = f"""SELECT r.seq, r.id, r.type, r.fields, r.deleted, r.edited, {query.rank} AS rank, r.sort
        FROM records r WHERE {query.conditions}"""
    values = (*query.rank_values, *query.values)
    if after is not None:
        rank, sort, seq = _mark(after)
        if query.rank == "0":
            sql, values = sql + " AND (r.sort, r.seq) > (?, ?)", (*values, sort, seq)
        else:
            sql, values = f"SELECT * FROM ({sql}) WHERE (rank, sort, seq) > (?, ?, ?)", (*values, rank, sort, seq)
    order = "sort, seq" if query.rank == "0" else "rank, sort, seq"
    rows = _rows(session, selection, f"{sql} ORDER BY {order} LIMIT ?", (*values, limit + 1))
    records = tuple(
        Record(id, RecordType(type), load_fields(fields), bool(deleted), edited)
        for _, id, type, fields, deleted, edited, *_ in rows[:limit]
    )
    if len(rows) <= limit:
        return Page(records, None)
    seq, *_, rank, sort = rows[limit - 1]
    return Page(records, json.dumps([rank, sort, seq]))


def select_ids(session: Session, selection: Selection) -> list[str]:
    """See `Records.ids`."""
    query = _query(session, selection)
    rows = _rows(
        session, selection, f"SELECT r.id FROM records r WHERE {query.conditions} ORDER BY r.seq", query.values
    )
    return [row[0] for row in rows]


def count(session: Session, selection: Selection) -> int:
    """See `Records.count`; without any filter it costs the same at any size."""
    if not (selection.where or selection.search or selection.flagged or selection.deleted):
        rows = session.all("SELECT name, n FROM totals WHERE what = 'records'")
        return sum(n for name, n in rows if not selection.types or RecordType(name) in selection.types)
    query = _query(session, selection)
    rows = _rows(session, selection, f"SELECT count(*) FROM records r WHERE {query.conditions}", query.values)
    return int(rows[0][0])


def _rows(session: Session, selection: Selection, sql: str, values: tuple[object, ...]) -> list[Any]:
    if not selection.where:
        return session.all(sql, values)
    total = count(session, EVERYTHING)
    with limited(session.connection, selection.where, 1.0 + total / 100_000):
        return session.all(sql, values)


def _query(session: Session, selection: Selection) -> _Query:
    conditions, values = ["r.deleted" if selection.deleted else "NOT r.deleted"], list[object]()
    if selection.types:
        conditions.append(f"r.type IN ({marks(len(selection.types))})")
        values += [type.value for type in selection.types]
    if selection.flagged:
        conditions.append("r.id IN (SELECT record FROM flags WHERE user = ?)")
        values.append(selection.user)
    if selection.where:
        conditions.append(compile_expression(session.connection, record_columns(selection.user), selection.where))
    if not selection.search.strip():
        return _Query(" AND ".join(conditions), tuple(values))
    words = search.query(selection.search)
    if not words:
        return _Query("0", ())
    conditions.append("r.seq IN (SELECT rowid FROM record_words WHERE record_words MATCH ?)")
    values.append(words)
    found = session.one(
        "SELECT count(*) FROM (SELECT 1 FROM record_words WHERE record_words MATCH ? LIMIT ?)", (words, _BROAD + 1)
    )
    if found[0] > _BROAD:
        return _Query(" AND ".join(conditions), tuple(values))
    asked = " ".join(search.fold(selection.search).split())
    return _Query(" AND ".join(conditions), tuple(values), _RANK, (asked, asked, asked, f"name : ({words})"))


# The same name; a name that begins so; the words in the name; the words anywhere.
_RANK = """CASE WHEN r.sort = ? THEN 0 WHEN substr(r.sort, 1, length(?)) = ? THEN 1
    WHEN r.seq IN (SELECT rowid FROM record_words WHERE record_words MATCH ?) THEN 2 ELSE 3 END"""


def _mark(text: str) -> tuple[int, str, int]:
    try:
        rank, sort, seq = json.loads(text)
        return int(rank), str(sort), int(seq)
    except (ValueError, TypeError) as error:
        raise Usage("this is no page mark", thing=text[:60], next_step="Take `next` of the page before") from error
