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


_AROUND = 40
"""Characters that stay of a long stretch before and after what differs."""
_LONG = 400
"""Characters of a text that are shown where there is nothing to be left out between differences."""


def difference(one: str, other: str, *, whole: bool = False) -> tuple[Content, Content]:
    """Both, harmless already, with what the other does not have in brackets and bold.

    Of long stretches the middle is left out, unless the `whole` is to be shown.
    """
    cut = (lambda text, _most: text) if whole else shorten
    worded = any(map(str.isalpha, one + other))
    mine, theirs = (_PIECES.findall(text) if worded else list(text) for text in (one, other))
    if not one or not other or max(len(mine), len(theirs)) > _MOST:
        return Content(cut(one, _LONG)), Content(cut(other, _LONG))
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return Content(cut(one, _LONG)), Content(cut(other, _LONG))
    parts: tuple[list[tuple[str, bool]], list[tuple[str, bool]]] = ([], [])
    for what, start, end, start2, end2 in matcher.get_opcodes():
        most = 2 * _AROUND if what == "equal" else _LONG
        parts[0].append((cut("".join(mine[start:end]), most), what != "equal"))
        parts[1].append((cut("".join(theirs[start2:end2]), most), what != "equal"))
    return _marked(parts[0]), _marked(parts[1])


def shorten(text: str, most: int) -> str:
    """The text, without its middle where it is much longer than `most` characters."""
    if len(text) <= most + _AROUND:
        return text
    return f"{text[: most // 2]} (...) {text[-(most // 2) :]}"


def _marked(parts: list[tuple[str, bool]]) -> Content:
    return Content.assemble(*((f"[{text}]", "bold") if differs else text for text, differs in parts if text))
