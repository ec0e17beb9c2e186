"""When a field goes back and forth, and when people only correct each other."""

from __future__ import annotations

import pytest

from crmsync.core.ping_pong import Change, oscillates

ROUNDS = [Change("b", "A", "B"), Change("a", "B", "A"), Change("b", "A", "B")]


def test_the_second_return_to_the_same_value_between_two_accounts_is_an_oscillation() -> None:
    assert oscillates("note", ROUNDS, "a", "A")
    assert oscillates("note", [*ROUNDS, Change("", None, "A")], "a", "A")


@pytest.mark.parametrize(
    ("past", "origin", "value"),
    [
        (ROUNDS[:2], "a", "A"),
        ([ROUNDS[0], Change("", "B", "A"), ROUNDS[2]], "a", "A"),
        (ROUNDS, "c", "A"),
        (ROUNDS, "a", "C"),
        ([Change("a", "A", "B"), *ROUNDS[1:]], "a", "A"),
        ([*ROUNDS[:2], Change("b", "C", "B")], "a", "A"),
        ([*ROUNDS[:2], Change("b", "A", "C")], "a", "A"),
    ],
)
def test_anything_else_is_news(past: list[Change], origin: str, value: str) -> None:
    assert not oscillates("note", past, origin, value)
