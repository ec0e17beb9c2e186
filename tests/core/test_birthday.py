"""Birthdays."""

from __future__ import annotations

import pytest

from crmsync.core.birthday import Birthdays, compare_birthdays


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ("1980-05-17", "1980-05-17", Birthdays.EQUAL),
        ("1980-05-17", "1980-05-18", Birthdays.CLOSE),
        ("1980-05-17", "1980-05-71", Birthdays.CLOSE),
        ("1980-05-07", "1980-07-05", Birthdays.CLOSE),
        ("1980-11-25", "1980-25-11", Birthdays.CLOSE),
        ("--05-17", "1980-05-17", Birthdays.CLOSE),
        ("--05-17", "--05-17", Birthdays.CLOSE),
        ("--05-17", "--05-18", Birthdays.OTHER),
        ("1980-05-17", "1975-06-18", Birthdays.OTHER),
        ("", "1980-05-17", Birthdays.UNKNOWN),
        ("1980-05-17", "in May", Birthdays.UNKNOWN),
    ],
)
def test_two_birthdays(mine: str, theirs: str, expected: Birthdays) -> None:
    assert compare_birthdays(mine, theirs) is expected
    assert compare_birthdays(theirs, mine) is expected
