"""Where two texts differ: by words, or where there are no letters (phone numbers, dates), by characters."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from textual.content import Content

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")
_MOST = 1200
"""Pieces of the longer text; beyond it the comparison would take longer than a key press."""
_ALIKE = 0.3
"""Below this the two have nothing in common, and marks everywhere would only be in the way."""


def difference(one: str, other: str) -> tuple[Content, Content]:
    """Both, harmless already, with what the other does not have in brackets and bold."""
    worded = any(map(str.isalpha, one + other))
    mine, theirs = (_PIECES.findall(text) if worded else list(text) for text in (one, other))
    if not one or not other or max(len(mine), len(theirs)) > _MOST:
        return Content(one), Content(other)
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return Content(one), Content(other)
    parts: tuple[list[tuple[str, bool]], list[tuple[str, bool]]] = ([], [])
    for what, start, end, start2, end2 in matcher.get_opcodes():
        parts[0].append(("".join(mine[start:end]), what != "equal"))
        parts[1].append(("".join(theirs[start2:end2]), what != "equal"))
    return _marked(parts[0]), _marked(parts[1])


def _marked(parts: list[tuple[str, bool]]) -> Content:
    return Content.assemble(*((f"[{text}]", "bold") if differs else text for text, differs in parts if text))
