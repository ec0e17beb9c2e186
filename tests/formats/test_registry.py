"""Formats are found by the name a collection bears."""

from __future__ import annotations

import pytest

from crmsync.errors import Bug
from crmsync.formats.registry import get


@pytest.mark.parametrize("name", ["vcard", "ical", "row"])
def test_every_format_is_found_by_name_and_keeps_its_promises(name: str) -> None:
    form = get(name)
    raw = form.build("u-1", "event" if name == "ical" else "individual", {"start": "2026-01-01", "title": "x"}, {})
    assert form.parse(raw).uid == "u-1"
    assert form.split(raw) == [raw.strip() if name == "row" else raw]
    assert form.patch(raw, {}, {}) == raw
    assert form.digest(raw) == form.digest(raw)


def test_an_unknown_format_is_our_own_mistake() -> None:
    with pytest.raises(Bug, match="jcard"):
        get("jcard")
