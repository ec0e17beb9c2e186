"""What somebody types to find a row by, looked for inside texts that no index holds."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from functools import cache, lru_cache

from crmsync.store.search import fold


def having(text: str, over: str) -> tuple[str, Sequence[str]]:
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
