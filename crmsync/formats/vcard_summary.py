"""What the import queue shows of a card: a fraction of its properties, and never its picture."""

from __future__ import annotations

import re

from crmsync.formats.base import Summary
from crmsync.formats.contentline import open_source
from crmsync.formats.vcard_card import own_lines, plain
from crmsync.formats.vcard_read import READERS, Reading
from crmsync.formats.vcard_values import derived_name, phone

_NAMES = frozenset(("N", "NICKNAME"))
_SHOWN = _NAMES | {"TEL", "EMAIL", "FN", "UID", "ORG", "KIND", "X-ABSHOWAS", "X-ADDRESSBOOKSERVER-KIND"}
_LARGE = 4096  # bytes; a smaller card has no picture worth cutting out
_NEXT_LINE = re.compile(rb"\n(?=[^ \t\r\n])")


def summary(raw: bytes) -> Summary:
    """Who the card is about. Raises `Unreadable` exactly when `parse` does."""
    properties, _ = own_lines(_without_picture(open_source(raw).body))
    reading = Reading({})
    name = ""
    emails: list[str] = []
    phones: list[str] = []
    for line in properties:
        kind = line.head.name
        if kind not in _SHOWN:
            continue
        if kind == "TEL":
            phones.append(phone(plain(line)))
        elif kind == "EMAIL":
            emails.append(plain(line))
        elif kind == "FN":
            name = name or plain(line)
        elif not (name and kind in _NAMES):
            READERS[kind](reading, line)
    fields = reading.fields
    emails = [value for value in emails if value]
    return Summary(
        reading.uid,
        reading.kind or "individual",
        name or derived_name(fields) or (emails[0] if emails else ""),
        str(fields.get("organization", "")),
        tuple(emails),
        tuple(value for value in phones if value),
    )


def _without_picture(body: bytes) -> bytes:
    """The body with an empty PHOTO instead of a folded one, which is most of the bytes of a card that has one."""
    start = body.find(b"\nPHOTO") + 1 if len(body) > _LARGE else 0
    following = _NEXT_LINE.search(body, start) if start else None
    if following is None:
        return body
    # where quoted-printable carries one line into the next, only `lines` knows what the picture is
    if b"PRINTABLE" in body[start : start + 256].upper() or body[:start].rstrip(b"\r\n").endswith(b"="):
        return body
    return b"".join((body[:start], b"PHOTO:", body[following.start() :]))
