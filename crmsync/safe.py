"""Foreign text, made harmless for a terminal.

A name in an address book may hold escape sequences, text that runs backwards, or nothing visible at all. What we show
of it has none of these; what we keep is never changed.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_INVISIBLE = frozenset(
    (
        *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF, 0xFFA0),
        *range(0x200B, 0x2010),  # zero-width spaces and joiners, left-to-right and right-to-left marks
        *range(0x2028, 0x202F),  # line and paragraph separators, bidirectional embeddings and overrides
        *range(0x2060, 0x2070),  # word joiner, invisible operators, bidirectional isolates
        *range(0xFFF9, 0xFFFC),  # interlinear annotation
    )
)
"""Format characters that hide or turn around what stands beside them (Unicode Cf, and the fillers that look empty)."""


def _sign(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)  # the control pictures: ␀ ␛ ␊
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    return f"<U+{code:04X}>"


_SIGNS = {code: _sign(code) for code in (*range(0x20), *range(0x7F, 0xA0), *_INVISIBLE)}
_SIGNS |= {code: _sign(code) for code in range(0xE0000, 0xE0080)}  # tag characters: ASCII that nobody sees


def safe(text: str) -> str:
    """The same text with control, bidirectional, zero-width and broken characters made visible; always one line."""
    if text.isascii() and text.isprintable():
        return text
    shown = text.translate(_SIGNS)
    return shown.encode("utf-8", "replace").decode("utf-8")  # lone surrogates cannot be printed


def columns(text: str) -> int:
    """How many columns of a terminal a `safe` text takes (UAX #11: wide and full-width characters take two)."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def fit(text: str, width: int) -> str:
    """A `safe` text in exactly `width` columns: filled up with spaces, or cut with an ellipsis at its end."""
    taken = columns(text)
    if taken <= width:
        return text + " " * (width - taken)
    room = width - 1
    kept = []
    for char in text:
        room -= _columns(char)
        if room < 0:
            break
        kept.append(char)
    cut = "".join(kept) + "…"
    return cut + " " * (width - columns(cut))


@lru_cache(maxsize=4096)
def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
