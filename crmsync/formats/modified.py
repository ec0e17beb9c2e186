"""When an item was changed last, as far as it says so: REV in a card, LAST-MODIFIED in an appointment or task."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_LINES = {
    "vcard": re.compile(rb"^(?:[A-Za-z0-9-]+\.)?REV(?:;[^:\r\n]*)?:([0-9TZ:+.\-]+)[ \t]*\r?$", re.I | re.M),
    "ical": re.compile(rb"^LAST-MODIFIED(?:;[^:\r\n]*)?:([0-9TZ:+.\-]+)[ \t]*\r?$", re.I | re.M),
}


def modified(format: str, raw: bytes) -> str:
    """The time as ISO 8601 in UTC; `""` where the item has none, or one without a time zone. Never raises.

    Of several components of one appointment, the one changed last counts.
    """
    pattern = _LINES.get(format)
    times = [_utc(found.decode()) for found in pattern.findall(raw)] if pattern else []
    return max(times, default="")


def _utc(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return "" if moment.tzinfo is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
