"""Small items in each format, as a remote would hold them."""

from __future__ import annotations

import json


def item(format: str, uid: str, name: str = "Ada Lovelace", note: str = "") -> bytes:
    """One item: a card, an event or a row. `name` and `note` may hold any character but line breaks."""
    match format:
        case "vcard":
            return _lines("BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", f"FN:{_text(name)}", f"N:{_text(name)};;;;",
                          *([f"NOTE:{_text(note)}"] if note else []), "END:VCARD")  # fmt: skip
        case "ical":
            return _lines("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//contract//EN", "BEGIN:VEVENT", f"UID:{uid}",
                          "DTSTAMP:20260101T000000Z", "DTSTART:20260105T090000Z", "DTEND:20260105T100000Z",
                          f"SUMMARY:{_text(name)}", *([f"DESCRIPTION:{_text(note)}"] if note else []),
                          "END:VEVENT", "END:VCALENDAR")  # fmt: skip
        case "row":
            row = {"uid": uid, "name": name} | ({"note": note} if note else {})
            return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        case _:
            raise ValueError(format)


def _text(value: str) -> str:
    return value.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")


def _lines(*lines: str) -> bytes:
    return b"".join(_fold(line.encode()) + b"\r\n" for line in lines)


def _fold(line: bytes) -> bytes:
    """RFC 6350 section 3.2: 75 octets a line; never inside a UTF-8 sequence, which servers mangle otherwise."""
    if line.isascii():
        return b"\r\n ".join([line[:75], *(line[start : start + 74] for start in range(75, len(line), 74))])
    pieces = [bytearray()]
    for char in line.decode():
        octets = char.encode()
        if len(pieces[-1]) + len(octets) > 75:
            pieces.append(bytearray(b" "))
        pieces[-1] += octets
    return b"\r\n".join(bytes(piece) for piece in pieces)
