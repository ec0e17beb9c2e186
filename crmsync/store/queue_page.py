"""A page of the import queue as a person reads it: best matches first or oldest first, filtered while one types.

Pages follow each other by key; `skip` rows are passed over inside SQLite, for a jump far ahead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crmsync.store.search import fold


class QueueOrder(StrEnum):
    """What comes first."""

    BEST = "best"  # the most certain suggestion
    OLDEST = "oldest"  # what was found first


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of an order: which rows, how sorted, and the key of a row in it. Parts follow each other.

    `index` holds just these rows of the undecided ones; without statistics SQLite would rather read all of them.
    """

    where: str
    order: str
    after: str
    key: str
    index: str = ""


STAGES = {
    QueueOrder.BEST: (
        Stage(
            "q.suggestion IS NOT NULL",
            "q.score DESC, q.id",
            "(-q.score, q.id) > (?, ?)",
            "-q.score",
            "INDEXED BY queue_suggestion",
        ),
        Stage("q.suggestion IS NULL", "q.id", "(0, q.id) > (?, ?)", "0"),
    ),
    QueueOrder.OLDEST: (Stage("1", "q.id", "(0, q.id) > (?, ?)", "0"),),
}
"""The few that have a suggestion are sorted; all others come along an index."""

Place = tuple[int, int, int]
"""After which row the next page begins: the stage, and the two parts of its key."""


def words_of(texts: Iterable[str]) -> str:
    """What an item is found by: all that is shown of it, folded."""
    return fold(" ".join(filter(None, texts)))


def found_by(text: str) -> tuple[str, Sequence[str]]:
    """SQL, with what it binds, for rows that hold every word that was typed, also inside of words.

    GLOB on a column of an index: it reads nothing but that index, and no function of ours runs for a row.
    """
    patterns = [f"*{''.join(f'[{sign}]' if sign in '*?[' else sign for sign in word)}*" for word in fold(text).split()]
    return " AND ".join(["q.words GLOB ?"] * len(patterns)) or "1", patterns
