"""Content lines: `group.NAME;PARAM=value:value`, the skeleton of vCard and iCalendar, over bytes and in linear time.

Source: RFC 6350 section 3.3, RFC 2425 section 5.8, RFC 5545 section 3.1, the vCard 2.1 specification, and what
programs really write. Reading forgives all of this: byte order marks and UTF-16; CRLF, LF, bare CR or a mixture;
folding at any place, over blank lines too; quoted-printable soft breaks; base64 that goes on without indentation;
bare 2.1 parameters (`TEL;CELL;HOME`); quotes that never close; lines without a colon.

    source = open_source(raw)                 the bytes as 8-bit text, and how to get back to what they were
    for line in lines(source.body): ...       line.head.name, line.head.types, line.text()
    body = source.body[: line.start] + fold(b"TEL:123") + source.body[line.end :]
    raw = source.restore(body)

Every line knows its span in the body, so a writer replaces those bytes and no others.
"""

from __future__ import annotations

import codecs
from binascii import a2b_qp
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from crmsync.errors import Unreadable

MAX_BYTES = 20 * 1024 * 1024
"""No single item is larger; more is a mistake or an attack, and is parked unread."""

MAX_DEPTH = 8
"""Real items nest three deep at most; recursive readers elsewhere die of much more."""

Param: TypeAlias = tuple[str, tuple[str, ...]]
"""A parameter: its name in capitals, and its values with quotes and RFC 6868 escapes undone."""

_QUOTED_PRINTABLE = "QUOTED-PRINTABLE"
_BASE64 = "BASE64"
_BASE64_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_SPACE, _TAB, _EQUALS = b" \t="
_FOLDS = (b" ", b"\t")
_LONGEST_KNOWN, _MOST_KNOWN = 128, 4096
# Bare 2.1 parameters are types, but for these.
_BARE = {
    **dict.fromkeys(("QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT", "B"), "ENCODING"),
    **dict.fromkeys(("INLINE", "URL", "URI", "CONTENT-ID", "CID"), "VALUE"),
}
# Python knows codecs that are no charsets or cost more than linear time (idna, punycode, unicode_escape).
_CHARSETS: tuple[str, ...] = (
    "utf-8",
    "utf8",
    "us-ascii",
    "ascii",
    "iso-8859",
    "iso8859",
    "latin",
    "windows-",
    "cp",
    "koi8",
    "gb",
)
_CHARSETS += ("big5", "shift", "sjis", "euc", "iso-2022", "ks_c", "mac")


@dataclass(frozen=True, slots=True)
class Source:
    """An item as 8-bit text: `body` without byte order mark and never UTF-16."""

    body: bytes
    mark: bytes = b""
    codec: str = ""

    def restore(self, body: bytes) -> bytes:
        """A changed body in the encoding that the raw bytes had; unchanged text comes back as the same bytes."""
        return self.mark + (body.decode().encode(self.codec) if self.codec else body)


def open_source(raw: bytes, limit: int = MAX_BYTES) -> Source:
    """Finds out how the bytes are encoded.

    Raises `Unreadable` for nothing at all, more than `limit` bytes, or UTF-16 that does not decode.
    """
    if not raw:
        raise Unreadable("it is empty")
    if len(raw) > limit:
        raise Unreadable(f"it has {len(raw):,} bytes, more than the {limit:,} an item may have")
    if raw[0] in b"Bb" and raw[1:2] != b"\0":
        return Source(raw)
    if raw.startswith(codecs.BOM_UTF8):
        return Source(raw[3:], raw[:3])
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _from_utf16(raw[2:], raw[:2], "utf-16-le" if raw[0] == 0xFF else "utf-16-be")
    if raw[1:2] == b"\0" or raw[:1] == b"\0":
        return _from_utf16(raw, b"", "utf-16-le" if raw[1:2] == b"\0" else "utf-16-be")
    return Source(raw)


def _from_utf16(raw: bytes, mark: bytes, codec: str) -> Source:
    try:
        return Source(raw.decode(codec).encode(), mark, codec)
    except UnicodeDecodeError as error:
        raise Unreadable(f"it looks like UTF-16 and is broken at byte {error.start + len(mark)}") from error


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """What stands before the colon. `name` is in capitals, and empty for a line that has no colon."""

    group: str
    name: str
    params: tuple[Param, ...]
    encoding: str  # "", "QUOTED-PRINTABLE" or "BASE64"
    charset: str
    types: tuple[str, ...]  # all TYPE values in lower case, whether bare, repeated or listed
    preferred: bool  # TYPE=pref, a bare PREF, or PREF=1

    def get(self, name: str) -> str:
        """The first value of a parameter, or nothing."""
        for key, values in self.params:
            if key == name:
                return values[0]
        return ""


NO_HEAD = Head("", "", (), "", "", (), preferred=False)


class Line(NamedTuple):
    """One logical line. `body[start:end]` are its bytes, line ends included; `value` is unfolded and still encoded."""

    start: int
    end: int
    head: Head
    value: bytes

    def text(self) -> str:
        r"""The value as text: quoted-printable and charset undone, escapes still in it. Never fails.

        Line ends inside it are `\n`.
        """
        value, head = self.value, self.head
        if head.encoding == _QUOTED_PRINTABLE:
            value = a2b_qp(value).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if head.charset:
            try:
                return value.decode(head.charset)
            except (UnicodeDecodeError, LookupError):
                pass
        try:  # as `to_text` does: this is asked for nearly every line there is
            return value.decode()
        except UnicodeDecodeError:
            return to_text(value)


def to_text(value: bytes) -> str:
    """UTF-8, else what Windows wrote before it; every byte sequence gives some text."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        try:
            return value.decode("cp1252")
        except UnicodeDecodeError:
            return value.decode("latin-1")


def lines(body: bytes) -> list[Line]:
    """All logical lines in order. Blank lines belong to none, so that they survive whatever is written."""
    found: list[Line] = []
    plain, new, append = _plain_heads.get, tuple.__new__, found.append
    first = b""  # the physical line that opened the logical line at hand; `more` are those that carry it on
    more: list[bytes] = []
    start = end = position = 0
    soft = False  # whether the line at hand ends with a soft break
    for physical in body.splitlines(True):
        begin = position
        position += len(physical)
        text = physical.rstrip(b"\r\n")
        before, colon, value = text.partition(b":")
        if colon and not soft and (head := plain(before)) is not None:  # as nearly every line is
            if more:
                found[-1] = _line(start, end, first, more)
                more = []
            first, start, end = text, begin, position
            append(new(Line, (begin, position, head, value)))
            continue
        if not text:
            soft = False
            continue
        if (text[0] == _SPACE or text[0] == _TAB) and first and not soft:
            more.append(text[1:])
        elif (soft and text[:4].upper() != b"END:") or (not colon and found and _carries_base64(found[-1], text)):
            more.append(text)
        else:
            if more:
                found[-1] = _line(start, end, first, more)
                more = []
            first, start = text, begin
            append(_line(begin, position, text))
        end = position
        if soft := text[-1] == _EQUALS and found[-1].head.encoding == _QUOTED_PRINTABLE:
            if more:
                more[-1] = more[-1][:-1]
            else:
                first = first[:-1]
    if more:
        found[-1] = _line(start, end, first, more)
    return found


def _line(start: int, end: int, first: bytes, more: Sequence[bytes] = ()) -> Line:
    whole = b"".join((first, *more)) if more else first
    at = colon(whole)
    if at < 0:
        return Line(start, end, NO_HEAD, whole)
    return Line(start, end, head_of(whole[:at]), whole[at + 1 :])


def _carries_base64(line: Line, text: bytes) -> bool:
    return line.head.encoding == _BASE64 and not text.translate(None, _BASE64_ALPHABET)


def colon(line: bytes) -> int:
    """Where the value begins: the first colon outside quotes, or the very first when a quote never closes; else -1."""
    first = at = line.find(b":")
    quote = line.find(b'"', 0, first) if first > 0 else -1
    while 0 <= quote < at:
        closing = line.find(b'"', quote + 1)
        if closing < 0:
            return first
        if at < closing:
            at = line.find(b":", closing)
            if at < 0:
                return first
        quote = line.find(b'"', closing + 1, at)
    return at


_known_heads: dict[bytes, Head] = {}
"""Heads repeat from item to item. Only short ones without quotes are kept, and never more than a few thousand."""

_plain_heads: dict[bytes, Head] = {}
"""Those of them that only open a line: no fold begins like one, and a value after one has no soft break."""


def head_of(raw: bytes) -> Head:
    """Reads what stands before the colon."""
    head = _known_heads.get(raw)
    if head is None:
        head = _read_head(raw)
        if len(raw) <= _LONGEST_KNOWN and b'"' not in raw:
            if len(_known_heads) >= _MOST_KNOWN:
                _known_heads.clear()
                _plain_heads.clear()
            _known_heads[raw] = head
            if raw[:1] not in _FOLDS and head.encoding != _QUOTED_PRINTABLE:
                _plain_heads[raw] = head
    return head


def _read_head(raw: bytes) -> Head:
    name, *rest = _unquoted_split(to_text(raw), ";")
    group, _, name = name.strip(" \t\ufeff").rpartition(".")
    params = tuple(_param(text) for text in rest if text)
    encoding = charset = ""
    types: list[str] = []
    for key, values in params:
        if key == "TYPE":
            # RFC 6350 writes TYPE="work,voice" although it means two (errata 3846)
            types += [part.strip().lower() for value in values for part in value.split(",")]
        elif key == "ENCODING":
            encoding = values[0].upper()
            encoding = _BASE64 if encoding == "B" else encoding
        elif key == "CHARSET" and values[0].lower().startswith(_CHARSETS):
            charset = values[0]
    known = encoding if encoding in (_BASE64, _QUOTED_PRINTABLE) else ""
    preferred = "pref" in types or next((values[0] for key, values in params if key == "PREF"), "") == "1"
    return Head(group, name.upper(), params, known, charset, tuple(types), preferred)


def _param(text: str) -> Param:
    key, equals, value = text.partition("=")
    if not equals:
        bare = text.strip().strip('"')
        return (_BARE.get(bare.upper(), "TYPE"), (bare,))
    values = tuple(_plain(part) for part in _unquoted_split(value, ","))
    return (key.strip().upper(), values)


def _plain(value: str) -> str:
    """One parameter value without quotes and RFC 6868 escapes."""
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    if "^" not in value:
        return value
    return "^".join(part.replace("^n", "\n").replace("^'", '"') for part in value.split("^^"))


def _unquoted_split(text: str, mark: str) -> list[str]:
    """Splits at a mark outside quotes; a quote that never closes is an ordinary character."""
    if '"' not in text:
        return text.split(mark)
    chunks = text.split('"')
    if len(chunks) % 2 == 0:
        last = chunks.pop()
        chunks[-1] += '"' + last
    parts: list[list[str]] = [[]]
    for number, chunk in enumerate(chunks):
        if number % 2:
            parts[-1].append(f'"{chunk}"')
            continue
        first, *others = chunk.split(mark)
        parts[-1].append(first)
        parts += [[other] for other in others]
    return ["".join(part) for part in parts]


def depths(found: Sequence[Line]) -> list[int]:
    """How deep each line is nested; BEGIN and END lines count as inside what they open and close.

    Raises `Unreadable` when components do not close in the order they were opened, or nest deeper than `MAX_DEPTH`.
    """
    opened: list[bytes] = []
    result = []
    for line in found:
        name = line.head.name
        if name == "BEGIN":
            opened.append(line.value.strip().upper())
            if len(opened) > MAX_DEPTH:
                raise Unreadable(f"it nests deeper than {MAX_DEPTH} levels")
        result.append(len(opened))
        if name == "END" and (not opened or line.value.strip().upper() != opened.pop()):
            raise Unreadable(f"END:{to_text(line.value.strip())[:40]} closes nothing that is open")
    if opened:
        raise Unreadable(f"it ends before END:{to_text(opened[-1])[:40]}: was it cut short?")
    return result
