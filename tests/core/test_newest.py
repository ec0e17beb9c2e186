"""Which side is newer, and when nobody can tell."""

from __future__ import annotations

import pytest

from crmsync.core.newest import newest
from crmsync.model import Side

AT = "2026-01-01T10:{}:00Z"


@pytest.mark.parametrize(
    ("ours", "theirs", "seen", "now", "side", "why"),
    [
        ("30", "40", "20", "50", Side.REMOTE, ""),
        ("40", "30", "20", "50", Side.CRM, ""),
        ("40", "30", "", "50", Side.CRM, ""),
        (None, "40", "20", "50", None, "another account"),
        ("30", "", "20", "50", None, "does not say"),
        ("30", "55", "20", "50", None, "future"),
        ("30", "51", "20", "50", Side.REMOTE, ""),
        ("30", "10", "20", "50", None, "older than a look"),
        ("15", "19", "20", "50", Side.REMOTE, ""),
        ("30", "30", "20", "50", None, "same second"),
    ],
)
def test_the_later_of_two_times_wins_if_both_can_be_trusted(
    ours: str | None, theirs: str, seen: str, now: str, side: Side | None, why: str
) -> None:
    mine, other, look = (AT.format(text) if text else "" for text in (ours, theirs, seen))
    result = newest(None if ours is None else mine, other, look, AT.format(now))
    assert result.side is side
    assert why in result.why
    assert bool(result.why) is (side is None)
