"""How long a server asks us to wait (RFC 9110 section 10.2.3), never more than a day."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 24 * 3600.0
USUAL = 60.0


def seconds(header: str | None, now: datetime | None = None) -> float:
    """The seconds to wait: 0 for a moment that has passed, a minute where nothing sensible is said."""
    text = (header or "").strip()
    if text.isdecimal():
        return min(float(text[:9]), LONGEST)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return USUAL
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - (now or datetime.now(UTC))).total_seconds()), LONGEST)
