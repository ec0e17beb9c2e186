"""What the import queue shows of a card, several times faster than reading all of it.

A card that is not plain (old line ends, quoted-printable, nested cards ...) takes the long way through `read`, so both
agree on every card: what is unreadable there is unreadable here.
"""

from __future__ import annotations

from crmsync.formats.base import Parsed, Summary
from crmsync.formats.contentline import NO_HEAD, Head, Line, Param, head_of, lines, open_source
from crmsync.formats.vcard_card import open_card, plain
from crmsync.formats.vcard_read import READERS, Reading, read
from crmsync.formats.vcard_values import derived_name, phone

_KIND = frozenset(("KIND", "X-ABSHOWAS", "X-ADDRESSBOOKSERVER-KIND"))
_WANTED = frozenset(("BEGIN", "END", "UID", "FN", "N", "ORG", "NICKNAME", "EMAIL", "TEL", *_KIND))
_INDENTS = frozenset((b" ", b"\t"))
_BLANK = frozenset((b"", b"\r"))


def summary(raw: bytes) -> Summary:
    """Who the card is about. Raises `Unreadable` exactly when `parse` does."""
    found = _wanted_lines(open_source(raw).body)
    return _from_lines(found) if found else _from_parsed(read(open_card(raw)))


def _wanted_lines(body: bytes) -> list[Line]:
    """The lines that matter, between BEGIN and END; none when the card is not plain and has to go the long way."""
    if body.count(b"\r") != body.count(b"\r\n"):
        return []
    if (b"=\n" in body or b"=\r\n" in body) and b"PRINTABLE" in body.upper():
        return []
    found: list[Line] = []
    more: list[bytes] = []
    first = b""  # the physical line that opened the logical line at hand, if that is wanted
    headless = False  # the line at hand has no colon, yet
    for physical in body.split(b"\n"):
        if physical[:1] in _INDENTS:
            if headless or not found:
                return []
            if first:
                more.append(physical[1:].rstrip(b"\r"))
            continue
        if physical in _BLANK:
            continue
        if more:
            found[-1] = lines(b"".join((first.rstrip(b"\r"), *more)))[0]
            more = []
        at = physical.find(b":")
        headless = at < 0
        head = NO_HEAD if headless else _wanted_head(physical[:at])
        first = physical if head.name else b""
        if first:
            found.append(Line(0, 0, head, physical[at + 1 :]) if head.params is not _QUOTED else lines(physical)[0])
        elif not found or found[-1].head.name == "END":
            return []
    return found[1:-1] if _is_whole(found) else []


def _is_whole(found: list[Line]) -> bool:
    names = [line.head.name for line in found]
    return (
        len(found) > 2
        and names[0] == "BEGIN"
        and names[-1] == "END"
        and names.count("BEGIN") == names.count("END") == 1
        and found[0].value.strip().upper() == found[-1].value.strip().upper() == b"VCARD"
    )


_QUOTED: tuple[Param, ...] = (("", ()),)
_wanted_heads: dict[bytes, Head] = {}
"""Heads by how they are written: `NO_HEAD` when unwanted, with `_QUOTED` as params when quotes hide the colon."""


def _wanted_head(raw: bytes) -> Head:
    head = _wanted_heads.get(raw)
    if head is None:
        head = head_of(raw)
        if head.name not in _WANTED:
            head = NO_HEAD
        elif b'"' in raw:
            head = head._replace(params=_QUOTED)
        if len(raw) <= 128:
            if len(_wanted_heads) >= 4096:
                _wanted_heads.clear()
            _wanted_heads[raw] = head
    return head


def _from_lines(found: list[Line]) -> Summary:
    reading = Reading({})
    name = ""
    emails: list[str] = []
    phones: list[str] = []
    for line in found:
        match line.head.name:
            case "TEL":
                phones.append(phone(plain(line)))
            case "EMAIL":
                emails.append(plain(line))
            case "FN":
                name = name or plain(line)
            case "N" | "NICKNAME":
                if not name:
                    READERS[line.head.name](reading, line)
            case other:
                READERS[other](reading, line)
    emails = [value for value in emails if value]
    fields = reading.fields
    organization = str(fields.get("organization", ""))
    return Summary(
        reading.uid,
        reading.kind or "individual",
        name or derived_name(fields) or (emails[0] if emails else ""),
        organization,
        tuple(emails),
        tuple(value for value in phones if value),
    )


def _from_parsed(parsed: Parsed) -> Summary:
    fields = parsed.fields

    def values(field: str) -> tuple[str, ...]:
        return tuple(entry.value for entry in fields.get(field, ()))  # type: ignore[union-attr]

    name, organization = str(fields.get("name", "")), str(fields.get("organization", ""))
    return Summary(parsed.uid, parsed.kind, name, organization, values("emails"), values("phones"))
