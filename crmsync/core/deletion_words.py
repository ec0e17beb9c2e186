"""Words in a note by which people mark what is to go ("da cancellare"): they lead to a question, not to a deletion."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from crmsync.values import Changes

DELETION_WORDS: tuple[str, ...] = ("da cancellare", "annullato", "annullata", "to delete", "cancelled", "canceled")
"""What is looked for unless the config says otherwise."""

_FIELDS = ("note", "summary", "description")


def deletion_words(words: Sequence[str], fields: Changes) -> tuple[str, ...]:
    """Those of the words that stand in a note, or in what an appointment or task says of itself.

    Case, accents and the kind of space do not count; a word inside of a longer one is another word.
    """
    if not words:
        return ()
    texts = [_plain(value) for name in _FIELDS if isinstance(value := fields.get(name), str)]
    return tuple(word for word in words if any(_pattern(word).search(text) for text in texts))


@lru_cache(maxsize=256)
def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(_plain(word))}(?!\w)")


def _plain(text: str) -> str:
    folded = text.casefold()
    if not folded.isascii():
        folded = "".join(char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char))
    return " ".join(folded.split())
