"""Writing content lines: parameters quoted, lines folded. Whatever a value holds, it stays inside its own line."""

from __future__ import annotations

from binascii import b2a_qp
from collections.abc import Iterable

from crmsync.formats.contentline import Param
from crmsync.formats.escaping import harmless, one_newline

WIDTH = 75
"""Octets per physical line, without the line end (RFC 6350 section 3.2)."""


def line_end(body: bytes) -> bytes:
    """The line end an item uses: that of its first line; CRLF when it has none."""
    for end in (b"\r\r\n", b"\r\n"):
        at = body.find(b"\n")
        if at >= 0 and body[: at + 1].endswith(end):
            return end
    if b"\n" in body:
        return b"\n"
    return b"\r" if b"\r" in body else b"\r\n"


def encode(text: str) -> bytes:
    """UTF-8; half a surrogate pair, which is no character, becomes `?`."""
    return text.encode("utf-8", "replace")


def param_value(value: str) -> str:
    """One parameter value with quotes and RFC 6868 escapes where it needs them."""
    value = one_newline(value).replace("^", "^^").replace("\n", "^n").replace('"', "^'")
    value = harmless(value)
    return f'"{value}"' if any(mark in value for mark in ":;,") else value


def head(name: str, params: Iterable[Param] = (), group: str = "") -> str:
    """What stands before the colon. A parameter with several values is written as a list."""
    written = "".join(f";{key}={','.join(map(param_value, values))}" for key, values in params)
    return f"{group}.{name}{written}" if group else f"{name}{written}"


def fold(line: bytes, end: bytes = b"\r\n") -> bytes:
    """The line in pieces of at most `WIDTH` octets, never inside a UTF-8 character, with the line end."""
    if len(line) <= WIDTH:
        return line + end
    pieces = []
    start, room = 0, WIDTH
    while len(line) - start > room:
        cut = start + room
        while line[cut] & 0xC0 == 0x80 and cut > start + room - 3:
            cut -= 1
        pieces.append(line[start:cut])
        start, room = cut, WIDTH - 1
    pieces.append(line[start:])
    return (end + b" ").join(pieces) + end


def quoted_printable(text: str, end: bytes = b"\r\n") -> bytes:
    """A vCard 2.1 value in quoted-printable UTF-8 with soft breaks; line breaks inside are CRLF, as its programs do."""
    encoded = b2a_qp(encode(one_newline(text).replace("\n", "\r\n")), istext=False)
    # After a soft break a space could be taken for folding, and END for the end of the card.
    for first, spelled in ((b" ", b"=20"), (b"E", b"=45"), (b"e", b"=65")):
        encoded = encoded.replace(b"=\n" + first, b"=\n" + spelled)
    return encoded.replace(b"=\n", b"=" + end)
