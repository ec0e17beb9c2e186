"""LIKE, instr and trim in linear time.

SQLite's own LIKE goes back and forth over a long text for `'%a%a%a%a%b'`, its instr and trim compare every character
with every other one, and all of that is inside one step of its machine, where no time limit reaches it. Every
connection gets these instead. LIKE is blind to case in every alphabet, not in ASCII alone.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache

_LONGEST = 200
_SLICE = 50_000
"""Characters that are searched between two looks at the clock."""

until: ContextVar[float | None] = ContextVar("until", default=None)
"""When the search of a long text gives up, on the clock `time.thread_time`; `None`: never."""


class TooLong(Exception):
    """The search was given up."""


def install(connection: sqlite3.Connection) -> None:
    """Puts these in the place of SQLite's own, which cannot be done while a statement is open."""
    for n in (2, 3):
        connection.create_function("like", n, like, deterministic=True)
    connection.create_function("instr", 2, _instr, deterministic=True)
    for name, strip in (("trim", str.strip), ("ltrim", str.lstrip), ("rtrim", str.rstrip)):
        for n in (1, 2):
            connection.create_function(name, n, _trim(strip), deterministic=True)


def like(pattern: object, value: object, escape: object = None) -> bool | None:
    """SQL's LIKE, blind to case in every alphabet, in linear time."""
    if pattern is None or value is None:
        return None
    return _matches(_pieces(str(pattern), str(escape) if escape else ""), str(value).casefold())


@lru_cache(maxsize=64)
def _pieces(pattern: str, escape: str) -> tuple[re.Pattern[str], ...]:
    """What stands between the `%` signs, each as a pattern without any repetition."""
    if len(pattern) > _LONGEST:
        raise ValueError(f"a LIKE pattern has more than {_LONGEST} characters")
    pieces, signs = [""], iter(pattern.casefold())
    for sign in signs:
        if escape and sign == escape.casefold():
            pieces[-1] += re.escape(next(signs, sign))
        elif sign == "%":
            pieces.append("")
        else:
            pieces[-1] += "." if sign == "_" else re.escape(sign)
    return tuple(re.compile(piece, re.DOTALL) for piece in pieces)


def _matches(pieces: tuple[re.Pattern[str], ...], value: str) -> bool:
    first, *rest = pieces
    if not rest:
        return first.fullmatch(value) is not None
    found = first.match(value)
    for piece in rest[:-1]:
        found = found and _search(piece, value, found.end())
    if found is None:
        return False
    # A piece has one length (no repetitions, and casefolding is done), so the last one can be laid at the end.
    last = rest[-1]
    begin = len(value) - _length(last)
    return begin >= found.end() and last.fullmatch(value, begin) is not None


def _search(piece: re.Pattern[str], value: str, begin: int) -> re.Match[str] | None:
    """`piece.search`, slice by slice. Raises `TooLong` after `until`."""
    overlap = _length(piece)
    while True:
        found = piece.search(value, begin, begin + _SLICE + overlap)
        begin += _SLICE
        if found is not None or begin >= len(value):
            return found
        _look_at_the_clock()


def _look_at_the_clock() -> None:
    end = until.get()
    if end is not None and time.thread_time() > end:
        raise TooLong


def _instr(value: object, part: object) -> int | None:
    return None if value is None or part is None else str(value).find(str(part)) + 1


def _trim(strip: Callable[[str, str], str]) -> Callable[..., str | None]:
    def trim(value: object, signs: object = " ") -> str | None:
        if value is None or signs is None:
            return None
        return strip(str(value), "".join(set(str(signs))))

    return trim


def _length(piece: re.Pattern[str]) -> int:
    return len(re.sub(r"\\(.)", r"\1", piece.pattern, flags=re.DOTALL))
