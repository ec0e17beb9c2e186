"""A file of many vCards, cut into single ones in one pass; a file of 100 MB is copied once, card by card."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from crmsync.formats.contentline import open_source

# The colon is what makes it fast: pictures, which are most of a large file, have none.
_MARK = re.compile(rb":[ \t]*[Vv][Cc][Aa][Rr][Dd](?![^ \t\r\n])")
_UTF8_MARK = b"\xef\xbb\xbf"


def split(raw: bytes) -> list[bytes]:
    """The single cards, each from BEGIN to END with its line end. Blank lines between them are dropped.

    Text between cards, and a card that is cut short, are elements of their own, so that nothing of the file is lost.
    A card nested in another one (AGENT) stays inside it. A UTF-16 file comes back in UTF-8.
    Raises `Unreadable` for an empty file or broken UTF-16.
    """
    body = open_source(raw, limit=sys.maxsize).body
    cards: list[bytes] = []
    start = done = depth = 0
    for opens, line_start, line_end in _marks(body):
        if opens and depth and _is_agent(body, line_start):
            depth += 1
        elif opens:
            _keep(cards, body[start if depth else done : line_start])
            start, depth = line_start, 1
        elif depth:
            depth -= 1
            if not depth:
                cards.append(body[start:line_end])
                done = line_end
    _keep(cards, body[start if depth else done :])
    return cards


def _keep(cards: list[bytes], between: bytes) -> None:
    if between.replace(_UTF8_MARK, b"").strip():
        cards.append(between)


def _marks(body: bytes) -> Iterator[tuple[bool, int, int]]:
    """Each BEGIN:VCARD (true) and END:VCARD (false) on a line of its own, with the span of that line."""
    for found in _MARK.finditer(body):
        word_end = found.start()
        for word in (b"BEGIN", b"END"):
            start = word_end - len(word)
            if start >= 0 and body[start:word_end].upper() == word and _at_line_start(body, start):
                yield word == b"BEGIN", start, _line_end(body, found.end())


def _at_line_start(body: bytes, at: int) -> bool:
    return at == 0 or body[at - 1] in b"\r\n" or body[max(at - 3, 0) : at] == _UTF8_MARK


def _line_end(body: bytes, at: int) -> int:
    while at < len(body) and body[at] in b" \t\r":
        at += 1
    return at + 1 if at < len(body) and body[at] in b"\n" else at


def _is_agent(body: bytes, at: int) -> bool:
    """Whether the line before is `AGENT:` with nothing after it, which is how 2.1 nests a card."""
    before = body[max(at - 256, 0) : at].rstrip()
    line = re.split(rb"[\r\n]", before)[-1]
    return line.endswith(b":") and line[:5].upper() == b"AGENT"
