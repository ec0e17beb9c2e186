"""A page of the import queue as a person reads it: best matches first or oldest first, filtered while one types.

Pages follow each other by key; `skip` rows are passed over inside SQLite, for a jump far ahead.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from crmsync.store.search import fold


class QueueOrder(StrEnum):
    """What comes first."""

    BEST = "best"  # the most certain suggestion
    OLDEST = "oldest"  # what was found first


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of an order: which rows, how sorted, and the key of a row in it. Parts follow each other."""

    where: str
    order: str
    after: str
    key: str


STAGES = {
    QueueOrder.BEST: (
        Stage("q.suggestion IS NOT NULL", "q.score DESC, q.id", "(-q.score, q.id) > (?, ?)", "-q.score"),
        Stage("q.suggestion IS NULL", "q.id", "(0, q.id) > (?, ?)", "0"),
    ),
    QueueOrder.OLDEST: (Stage("1", "q.id", "(0, q.id) > (?, ?)", "0"),),
}
"""The few that have a suggestion are sorted; all others come along an index."""

Place = tuple[int, int, int]
"""After which row the next page begins: the stage, and the two parts of its key."""


_TEXT = "(q.name || ' ' || q.organization || ' ' || q.emails || ' ' || q.phones)"


def having(text: str, over: str = _TEXT) -> tuple[str, Sequence[str]]:
    """SQL, with what it binds, for rows that hold every word that was typed; neither case nor accents count.

    `over` is the text in which they are looked for, in SQL.

    GLOB is the one comparison of SQLite's own that takes sets of letters, so no function of ours runs for each row.
    """
    patterns = [_pattern(word) for word in text.split()]
    return " AND ".join([f"{over} GLOB ?"] * len(patterns)) or "1", patterns


@lru_cache(maxsize=64)
def _pattern(word: str) -> str:
    return f"*{''.join(_any_of(letter) for letter in fold(word))}*"


def _any_of(letter: str) -> str:
    """The letter with all its capitals and accents, as a set; `]` must come first in it, and `^` must not."""
    variants = {letter, letter.upper()} | _variants()[letter]
    ordered = sorted((one for one in variants if len(one) == 1), key=lambda one: (one != "]", one in "^-", one))
    return f"[{''.join(ordered)}]" if ordered != ["^"] else "^"


@cache
def _variants() -> dict[str, set[str]]:
    """By letter of ASCII, the letters of Latin script that are it with an accent."""
    found: dict[str, set[str]] = defaultdict(set)
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFKD", chr(code))[0]
        if base.isascii():
            found[base.lower()].add(chr(code))
    return found
