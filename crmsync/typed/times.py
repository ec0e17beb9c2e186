"""What people type where a moment, a zone or a rule belongs: taken if it is one, refused before anything is changed.

Remotes can hold only what means something; a value that they could not be given would be in the CRM alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from crmsync.errors import Usage
from crmsync.values import Value

_YEARLESS = re.compile(r"--\d\d-\d\d")
_MOMENTS = ("start", "end", "due", "completed")


def checked(field: str, text: str) -> str:
    """The text as the field keeps it. Raises `Usage` where the field cannot hold that."""
    match field:
        case _ if field in _MOMENTS:
            return _moment(field, text.strip())
        case "birthday":
            return _birthday(text.strip())
        case "timezone":
            return _zone(text.strip())
        case "rrule":
            return _rules(text)
        case _:
            return text


def in_order(fields: Mapping[str, Value]) -> None:
    """Raises `Usage` for something that ends before it starts."""
    start, end = fields.get("start"), fields.get("end", fields.get("due"))
    if isinstance(start, str) and isinstance(end, str) and len(start) == len(end) and end < start:
        raise Usage(f"it would end ({end}) before it starts ({start})", next_step="Set both, start=... end=...")


def _moment(field: str, text: str) -> str:
    try:
        if len(text) == len("YYYY-MM-DD"):
            return date.fromisoformat(text).isoformat()
        told = datetime.fromisoformat(text.removesuffix("Z"))
        if told.tzinfo is not None:
            raise ValueError
    except ValueError as error:
        step = "It takes 2026-03-31, or 2026-03-31T10:00:00 with Z behind it for UTC"
        raise Usage(f'"{text}" is no date or time', thing=field, next_step=step) from error
    return told.replace(microsecond=0).isoformat() + ("Z" if text.endswith("Z") else "")


def _birthday(text: str) -> str:
    try:
        # 2000 had a 29 February.
        date.fromisoformat(f"2000{text[1:]}" if _YEARLESS.fullmatch(text) else text)
    except ValueError as error:
        step = "It takes 1975-03-31, or --03-31 where the year is not known"
        raise Usage(f'"{text}" is no date', thing="birthday", next_step=step) from error
    return text


def _zone(text: str) -> str:
    from crmsync.formats.ical_zones import known

    if not known(text):
        raise Usage(f'there is no time zone "{text}"', thing="timezone", next_step="It takes Europe/Rome and the like")
    return text


def _rules(text: str) -> str:
    from crmsync.formats.recurrence import fault, read_rule

    lines = [line.strip() for line in text.replace("\\n", "\n").splitlines() if line.strip()]
    named = [line if ":" in line else f"RRULE:{line}" for line in lines]
    for line in named:
        name, _, rest = line.partition(":")
        if name.upper() not in ("RRULE", "EXRULE"):
            continue
        rule = read_rule(rest)
        reason = "it is not a recurrence rule" if rule is None else fault(rule)
        if reason is not None:
            raise Usage(f'"{rest}": {reason}', thing="rrule", next_step="It takes FREQ=WEEKLY;COUNT=6 and the like")
    return "\n".join(named)
