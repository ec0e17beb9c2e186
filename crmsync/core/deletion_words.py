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
_MARKS = re.compile("[\u0300-\u036f]+")


def deletion_words(words: Sequence[str], fields: Changes) -> tuple[str, ...]:
    """Those of the words that stand in a note, or in what an appointment or task says of itself.

    Case, accents and the kind of space do not count; a word inside of a longer one is another word.
    """
    texts = [_plain(value) for name in _FIELDS if isinstance(value := fields.get(name), str)]
    return tuple(word for word in words if any(_stands(word, text) for text in texts))


def _stands(word: str, text: str) -> bool:
    plain, by_itself = _pattern(word)
    return plain in text and by_itself.search(text) is not None  # few notes have any, and `in` is quick to say so


@lru_cache(maxsize=256)
def _pattern(word: str) -> tuple[str, re.Pattern[str]]:
    plain = _plain(word)
    return plain, re.compile(rf"(?<!\w){re.escape(plain)}(?!\w)")


def _plain(text: str) -> str:
    folded = text.casefold()
    if not folded.isascii():
        folded = _MARKS.sub("", unicodedata.normalize("NFKD", folded))
    return " ".join(folded.split())
