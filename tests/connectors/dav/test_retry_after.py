"""How long a server asks us to wait."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crmsync.connectors.dav.retry_after import LONGEST, USUAL, seconds

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("0", 0),
        (" 30 ", 30),
        ("86401", LONGEST),
        ("9" * 5000, LONGEST),
        ("Tue, 24 Nov 2026 12:00:30 GMT", 30),
        ("Tue, 24 Nov 2026 13:00:30 +0100", 30),
        ("Tue, 24 Nov 2026 12:00:30 -0000", 30),
        ("Tue, 24 Nov 2026 11:59:00 GMT", 0),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0),
        ("Fri, 31 Dec 9999 23:59:59 -2359", LONGEST),
        (None, USUAL),
        ("", USUAL),
        ("-5", USUAL),
        ("1.5", USUAL),
        ("soon", USUAL),
        ("Tue, 99 Nov 2026 12:00:30 GMT", USUAL),
        ("Mon, 01 Jan 2027 00:00:00 +99999999999", USUAL),
    ],
)
def test_seconds_and_dates_are_obeyed_within_a_day_and_rubbish_is_a_minute(header: str | None, expected: float) -> None:
    assert seconds(header, NOW) == expected
