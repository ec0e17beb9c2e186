"""A person's filter: a SQL WHERE expression over documented columns that can reach nothing else.

Three walls, each enough for most attacks. The text is read word by word, and only known columns, functions, keywords,
numbers and quoted text pass; each column is replaced by SQL of ours. Then SQLite prepares it under an authorizer that
lets it read the one table and call the listed functions. Then it runs under limits of time and of the length of any
value, with the functions of `like.py`, which take linear time.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from crmsync.errors import Usage
from crmsync.store.like import until

LONGEST = 2000
"""Characters in an expression."""

_LARGEST = 32 << 20
"""Bytes of any one value while it runs; the fields of a record are less (`contentline.MAX_BYTES`)."""
_STEPS = 100
"""Steps of SQLite between two looks at the clock. Each may take milliseconds where a record holds megabytes."""

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>\d+(?:\.\d+)?)(?![\w.])|(?P<name>[^\W\d][\w.]*)"
    r"|(?P<sign><>|<=|>=|!=|==|\|\||[=<>+\-*/%(),]))"
)
_WORDS = """
    and or not is null in between like escape case when then else end collate nocase true false isnull notnull cast as
    integer text real
"""
_CALLS = """
    lower upper length trim ltrim rtrim substr instr coalesce ifnull nullif abs round min max date time datetime
    strftime julianday
"""
_KEYWORDS, _FUNCTIONS = frozenset(_WORDS.split()), frozenset(_CALLS.split())
# What our own SQL for columns and operators calls.
_INNER = frozenset(["like", "json_extract", "json_each", "group_concat", "->>", "->"])


@dataclass(frozen=True, slots=True)
class Columns:
    """What expressions over one table may name. `sql` gives each column as SQL over `alias`; `tables` may be read.

    `custom`, where set, is SQL for `custom.<x>` with `{}` for the name, which holds only letters, digits, `_` and `.`.
    """

    source: str
    tables: frozenset[str]
    sql: Mapping[str, str]
    custom: str = ""

    def names(self) -> list[str]:
        """All columns, sorted, for help texts."""
        return sorted([*self.sql, *(["custom.<name>"] if self.custom else [])])


def compile_expression(connection: sqlite3.Connection, columns: Columns, text: str) -> str:
    """SQL that stands for the expression, in parentheses. Raises `Usage` for what is none."""
    if len(text) > LONGEST:
        raise _refused(text, f"it is longer than {LONGEST} characters")
    sql = "(" + " ".join(_translated(columns, text)) + ")"

    def allow(action: int, first: str | None, second: str | None, *_: object) -> int:
        match action:
            case sqlite3.SQLITE_SELECT:
                return sqlite3.SQLITE_OK
            case sqlite3.SQLITE_READ if first in columns.tables:
                return sqlite3.SQLITE_OK
            case sqlite3.SQLITE_FUNCTION if second in _FUNCTIONS or second in _INNER:
                return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    connection.execute("SELECT 1 FROM json_each('[]')")  # set up while it may be: it declares a table of its own
    connection.set_authorizer(allow)
    try:
        with limited(connection, text, 0.2):  # what stands in it as a constant is worked out at once
            connection.execute(f"SELECT 1 FROM {columns.source} WHERE {sql} LIMIT 0").fetchall()
    except (sqlite3.Error, UnicodeEncodeError) as error:
        raise _refused(text, str(error)) from error
    finally:
        connection.set_authorizer(None)
    return sql


@contextmanager
def limited(connection: sqlite3.Connection, text: str, seconds: float) -> Iterator[None]:
    """Ends the statements inside after so many seconds of CPU time. Raises `Usage` then, and when they fail."""
    end = time.thread_time() + seconds
    connection.set_progress_handler(lambda: time.thread_time() > end, _STEPS)
    length = connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST)
    mark = until.set(end)
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DataError, MemoryError) as error:
        if time.thread_time() > end:
            raise _refused(text, f"it takes more than {seconds:.1f} s") from error
        if isinstance(error, MemoryError) or error.sqlite_errorcode in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_TOOBIG):
            raise _refused(text, str(error) or "it takes more memory than there is") from error
        raise
    finally:
        until.reset(mark)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, length)
        connection.set_progress_handler(None, 0)


def _translated(columns: Columns, text: str) -> Iterator[str]:
    at, depth, text = 0, 0, text.rstrip()
    if not text:
        raise _refused(text, "it is empty")
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise _refused(text, f"`{text[at:].strip()[:20]}` is not understood")
        at = token.end()
        if name := token["name"]:
            yield _name(columns, text, name, call=text[at:].lstrip().startswith("("))
            continue
        sign = token["sign"] or ""
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            raise _refused(text, "a parenthesis closes that was never opened")
        yield token["text"] or token["number"] or sign
    if depth:
        raise _refused(text, "a parenthesis is not closed")


def _name(columns: Columns, text: str, name: str, *, call: bool) -> str:
    lower = name.lower()
    if lower in _KEYWORDS:
        return lower
    if call and lower in _FUNCTIONS:
        return lower
    if not call and lower in columns.sql:
        return columns.sql[lower]
    if not call and columns.custom and len(lower) > len("custom.") and lower.startswith("custom."):
        return columns.custom.format(name[len("custom.") :])
    what = "function" if call else "column"
    raise _refused(text, f'there is no {what} "{name}"', f"Columns: {', '.join(columns.names())}")


def _refused(text: str, why: str, next_step: str = "") -> Usage:
    shown = text if len(text) <= 60 else text[:57] + "..."
    return Usage(f"this filter cannot be used: {why}", thing=shown, next_step=next_step)
