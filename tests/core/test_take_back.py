"""Taking a write of ours back: our change goes, everybody else's stays."""

from __future__ import annotations

import pytest

from crmsync.core.take_back import take_back
from crmsync.values import Labelled, Value


def phones(*numbers: str) -> tuple[Labelled, ...]:
    return tuple(Labelled(number) for number in numbers)


@pytest.mark.parametrize(
    ("name", "before", "ours", "now", "changes"),
    [
        ("note", "theirs", "ours", "ours", {"note": "theirs"}),
        ("note", None, "ours", "ours", {"note": None}),
        ("note", "theirs", None, None, {"note": "theirs"}),
        ("note", "theirs", "ours", "edited since", {}),
        ("note", "theirs", "ours", "theirs", {}),
        ("phones", phones("1"), phones("1", "2"), phones("1", "2", "3"), {"phones": phones("1", "3")}),
        ("phones", phones("1"), phones("2"), phones("2", "3"), {"phones": phones("3", "1")}),
        ("phones", phones("1"), phones("1", "2"), phones("1"), {}),
        ("phones", None, phones("2"), phones("2", "3"), {"phones": phones("3")}),
    ],
)
def test_only_our_change_is_taken_out(
    name: str, before: Value | None, ours: Value | None, now: Value | None, changes: dict[str, Value | None]
) -> None:
    held = {} if now is None else {name: now}
    assert take_back(held, {name: before}, {name: ours}) == changes
