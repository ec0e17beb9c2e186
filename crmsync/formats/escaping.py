r"""Backslash escapes in values, and lists and structures that are separated by marks that may be escaped.

Source: RFC 6350 sections 3.4 and 4, RFC 5545 section 3.3.11. Reading also undoes `\:` and `\"`, which Apple and
Google write, and leaves a backslash alone that escapes nothing (`C:\temp`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_ESCAPED = re.compile(r'\\([nN,;:\\"])')
_ESCAPES = {"n": "\n", "N": "\n"}
HARMLESS: dict[int, str] = {code: "\ufffd" for code in (*range(32), 0x7F) if code not in (0x09, 0x0A)}
"""For `str.translate`: what would end a line, or what XML and other readers refuse, becomes visible instead."""

_ESCAPING = {**HARMLESS, **str.maketrans({"\\": "\\\\", "\n": "\\n", ",": "\\,", ";": "\\;"})}


def unescape(text: str) -> str:
    """The text that was meant."""
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), text)


def escape(text: str) -> str:
    """The text as one value: nothing in it separates values or ends the line."""
    return one_newline(text).translate(_ESCAPING)


def harmless(text: str) -> str:
    """The text without escapes, for values that have none (URIs, numbers); no character of it can end the line."""
    return one_newline(text).translate(HARMLESS).replace("\n", " ")


def one_newline(text: str) -> str:
    r"""The text with every kind of line end as `\n`, which is what reading gives."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def split_escaped(text: str, mark: str) -> list[str]:
    """The parts between unescaped marks, still escaped."""
    if "\\" not in text:
        return text.split(mark)
    parts: list[str] = []
    open_part: list[str] = []
    for piece in text.split(mark):
        open_part.append(piece)
        if (len(piece) - len(piece.rstrip("\\"))) % 2:
            continue
        parts.append(mark.join(open_part))
        open_part = []
    if open_part:
        parts.append(mark.join(open_part))
    return parts


def read_parts(text: str, mark: str = ";") -> list[str]:
    """The texts of a structure, empty ones too, without space around them."""
    if "\\" not in text:
        return [part.strip() for part in text.split(mark)]
    return [unescape(part).strip() for part in split_escaped(text, mark)]


def read_list(text: str, mark: str = ",") -> list[str]:
    """The texts of a list; empty ones are left out."""
    return list(filter(None, read_parts(text, mark)))


def write_list(texts: Iterable[str], mark: str = ",") -> str:
    """Reads back with `read_list` or `split_escaped`."""
    return mark.join(map(escape, texts))
