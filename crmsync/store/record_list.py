"""Which records, in which order: filters, search and pages over 100,000 of them.

Pages follow each other by key (name and seq of the last row), not by offset, so the last one costs what the first does.
For a jump far ahead, `skip` rows are passed over inside SQLite: along an index where there is no search and no filter.
A search is answered in stages, best first: the same name, a name that begins so, the words in the name, the words
anywhere. Within a stage the order is that of the names. The first two stages need no word index at all.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from crmsync.errors import Usage
from crmsync.model import Record, RecordType
from crmsync.store import search
from crmsync.store.expression import compile_expression, limited
from crmsync.store.jsontext import load_fields, word
from crmsync.store.record_columns import record_columns
from crmsync.store.session import Session, marks

_BROAD = 3000
"""When more records than this have the words, it no longer matters where: the last two stages become one."""

_HAS_WORDS = "r.seq IN (SELECT rowid FROM record_words WHERE record_words MATCH ?)"
_IS_AMONG_MANY = f"+{_HAS_WORDS}"
"""The same for many: the `+` makes SQLite go along the names until the page is full, instead of sorting all of them."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records. Everything given must hold; nothing given is all that are not deleted.

    `where` is an expression over `record_columns`; `search` what a person types; `user` whose sync flags `where` and
    `flagged` mean; `since` a journal entry: only records that later ones tell of.
    """

    types: tuple[RecordType, ...] = ()
    where: str = ""
    search: str = ""
    user: int = 0
    flagged: bool = False
    deleted: bool = False
    since: int = 0


EVERYTHING = Selection()
"""All records that are not deleted."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some records, and the mark to ask for the following ones with; `None` after the last page."""

    records: tuple[Record, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class _Condition:
    """SQL with the values it binds."""

    sql: str
    values: tuple[object, ...] = ()

    def __and__(self, other: _Condition) -> _Condition:
        return _Condition(f"{self.sql} AND {other.sql}", self.values + other.values)


def select_page(session: Session, selection: Selection, after: str | None, limit: int, skip: int = 0) -> Page:
    """See `Records.list`."""
    chosen = _chosen(session, selection)
    rank, sort, seq = (0, "", 0) if after is None else _mark(after)
    staged = bool(search.query(selection.search))
    rows: list[Any] = []
    while len(rows) <= limit:
        stage = _stage(session, selection, rank)
        if stage is None:
            break
        condition = chosen & stage & _Condition("(r.sort, r.seq) > (?, ?)", (sort, seq))
        many = _many(session, selection, condition) if skip and staged else skip + 1
        if many > skip:
            rows += _of_stage(session, selection, condition, rank, limit + 1 - len(rows), skip)
        skip = max(0, skip - many)
        rank, sort, seq = rank + 1, "", 0
    records = tuple(
        Record(id, word(RecordType, type), load_fields(fields), bool(deleted), edited)
        for _, id, type, fields, deleted, edited, *_ in rows[:limit]
    )
    if len(rows) <= limit:
        return Page(records, None)
    seq, *_, rank, sort = rows[limit - 1]
    return Page(records, json.dumps([rank, sort, seq]))


def _of_stage(
    session: Session, selection: Selection, condition: _Condition, rank: int, limit: int, skip: int
) -> list[Any]:
    where = condition.sql
    if skip:  # first the places alone, which an index has; sorting whole rows would cost many times as much
        where = f"r.seq IN (SELECT r.seq FROM records r WHERE {where} ORDER BY r.sort, r.seq LIMIT ? OFFSET ?)"
        condition = _Condition(where, (*condition.values, limit, skip))
    sql = f"""SELECT r.seq, r.id, r.type, r.fields, r.deleted, r.edited, {rank}, r.sort FROM records r
        WHERE {where} ORDER BY r.sort, r.seq LIMIT ?"""
    return _rows(session, selection, sql, (*condition.values, limit))


def select_ids(session: Session, selection: Selection) -> list[str]:
    """See `Records.ids`."""
    condition = _chosen(session, selection) & _found(selection)
    sql = f"SELECT r.id FROM records r WHERE {condition.sql} ORDER BY r.seq"
    return [row[0] for row in _rows(session, selection, sql, condition.values)]


def count(session: Session, selection: Selection) -> int:
    """See `Records.count`; without any filter it costs the same at any size."""
    narrowed = selection.where or selection.flagged or selection.deleted or selection.since or session.seen.limited
    if not narrowed and not selection.search:
        rows = session.all("SELECT name, n FROM totals WHERE what = 'records'")
        return sum(n for name, n in rows if not selection.types or word(RecordType, name) in selection.types)
    if not narrowed and not selection.types and (words := search.query(selection.search)):
        session.settle()
        # Nothing that is deleted has words there, so the index alone knows.
        return int(session.one("SELECT count(*) FROM record_words WHERE record_words MATCH ?", (words,))[0])
    return _many(session, selection, _chosen(session, selection) & _found(selection))


def _many(session: Session, selection: Selection, condition: _Condition) -> int:
    rows = _rows(session, selection, f"SELECT count(*) FROM records r WHERE {condition.sql}", condition.values)
    return int(rows[0][0])


def _rows(session: Session, selection: Selection, sql: str, values: tuple[object, ...]) -> list[Any]:
    if not selection.where:
        return session.all(sql, values)
    total = count(session, EVERYTHING)
    with limited(session.connection, selection.where, 0.4 + total / 250_000):
        return session.all(sql, values)


def _chosen(session: Session, selection: Selection) -> _Condition:
    """Everything but the search, for which it makes sure that all words are in the index."""
    session.settle()
    condition = _Condition("r.deleted" if selection.deleted else "NOT r.deleted")
    if selection.types:
        condition &= _Condition(f"r.type IN ({marks(len(selection.types))})", tuple(map(str, selection.types)))
    if selection.flagged:
        condition &= _Condition("r.id IN (SELECT record FROM flags WHERE user = ?)", (selection.user,))
    condition &= _Condition(session.seen.row("r"))
    if selection.since:
        condition &= _Condition("r.id IN (SELECT record FROM journal WHERE seq > ?)", (selection.since,))
    if selection.where:
        columns = record_columns(selection.user)
        condition &= _Condition(compile_expression(session.connection, columns, selection.where))
    return condition


def _found(selection: Selection) -> _Condition:
    """The search alone, whatever the stage."""
    if not selection.search.strip():
        return _Condition("1")
    words = search.query(selection.search)
    return _Condition(_HAS_WORDS, (words,)) if words else _Condition("0")


def _stage(session: Session, selection: Selection, rank: int) -> _Condition | None:
    """What stage `rank` of a search finds; `None` after the last one. Stages never find the same record twice."""
    words = search.query(selection.search)
    if not words:
        return _found(selection) if rank == 0 else None
    asked = " ".join(search.fold(selection.search).split())
    end = asked + "\U0010ffff"
    match rank:
        case 0:
            return _Condition("r.sort = ?", (asked,))
        case 1:
            return _Condition("r.sort > ? AND r.sort < ?", (asked, end))
        case 2 | 3:
            beyond = _Condition("NOT (r.sort >= ? AND r.sort < ?)", (asked, end))
            having = _having(session, words, in_name=rank == 2)
            return None if having is None else beyond & having
        case _:
            return None


def _having(session: Session, words: str, *, in_name: bool) -> _Condition | None:
    """Who has the words in the name, or only elsewhere. When many have them, "in the name" means anywhere."""
    sql = "SELECT rowid FROM record_words WHERE record_words MATCH ? LIMIT ?"
    found = {seq for (seq,) in session.all(sql, (words, _BROAD + 1))}
    if len(found) > _BROAD:
        return _Condition(_IS_AMONG_MANY, (words,)) if in_name else None
    named = {seq for (seq,) in session.all(sql, (f"name : ({words})", _BROAD + 1))}
    chosen = found & named if in_name else found - named
    return _Condition("r.seq IN (SELECT value FROM json_each(?))", (json.dumps(sorted(chosen)),))


def _mark(text: str) -> tuple[int, str, int]:
    try:
        rank, sort, seq = json.loads(text)
        return int(rank), str(sort), int(seq)
    except (ValueError, TypeError) as error:
        raise Usage("this is no page mark", thing=text[:60], next_step="Take `next` of the page before") from error
