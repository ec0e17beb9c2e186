"""An item under another UID: how one that vanished is made anew as ours, with everything that was in it."""

from __future__ import annotations

import re

from crmsync.formats.row import ROW

_LINES = re.compile(rb"[^\n]*\n(?:[ \t][^\n]*\n)*|[^\n]+")
_DEPTH = {b"VCARD": 1, b"VEVENT": 2, b"VTODO": 2}
"""Where the UID of an item stands; alarms and cards inside of cards have their own."""


def rename(format: str, raw: bytes, uid: str) -> bytes:
    """The item with this UID (ASCII letters, digits, `-`) and every other byte as it was; all parts of a series too.

    Raises `Unreadable` for a row that cannot be read. Takes time linear in the length.
    """
    if format == "row":
        return ROW.patch(raw, {"uid": uid}, {})
    ours = f"UID:{uid}".encode()
    stack: list[bytes] = []
    named = False
    out: list[bytes] = []
    for line in _LINES.findall(raw):
        head, _, value = line.partition(b":")
        name = head.partition(b";")[0].rpartition(b".")[2].strip().upper()
        inside = bool(stack) and len(stack) == _DEPTH.get(stack[-1])
        if name == b"BEGIN":
            stack.append(value.strip().upper())
            named = named and len(stack) > _DEPTH.get(stack[-1], 0)
        elif name == b"UID" and inside:
            line, named = ours + line[len(line.rstrip(b"\r\n")) :], True
        elif name == b"END" and stack:
            if inside and not named:
                out.append(ours + b"\r\n")
            stack.pop()
        out.append(line)
    return b"".join(out)
