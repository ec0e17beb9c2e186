"""How alike two texts are, by rapidfuzz; loaded when it is first asked, since most commands never ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache


@cache
def jaro_winkler() -> Callable[..., float]:
    """Likeness of two words, 0 to 1; a common beginning counts more (Winkler 1990)."""
    from rapidfuzz.distance import JaroWinkler

    return JaroWinkler.normalized_similarity


@cache
def slips() -> Callable[..., int]:
    """How many letters are missing, too many, wrong or exchanged with their neighbour (optimal string alignment)."""
    from rapidfuzz.distance import OSA

    return OSA.distance


@cache
def agreement() -> Callable[..., float]:
    """1 minus the slips per letter of the longer text."""
    from rapidfuzz.distance import OSA

    return OSA.normalized_similarity
