"""Taking one change of a field back, whatever came after it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.core.inverse import Inverse, inverse
from crmsync.core.keys import same
from crmsync.values import Labelled, Value

A, B, C = (Labelled(f"+39 02 {n}00000") for n in (1, 2, 3))
PHONES = st.lists(st.sampled_from([A, B, C, Labelled("+39 02 400000")]), unique=True).map(
    lambda some: tuple(some) or None
)
NAMES = st.sampled_from(["Anna", "Bea", "Carla", None])


@pytest.mark.parametrize(
    ("field", "before", "after", "now", "expected"),
    [
        ("title", "Buyer", "CEO", "CEO", Inverse("Buyer")),
        ("title", None, "CEO", "CEO", Inverse(None)),
        ("title", "Buyer", None, None, Inverse("Buyer")),
        ("title", "Buyer", "CEO", "Buyer", Inverse("Buyer")),  # somebody has put it back already
        ("title", "Buyer", "CEO", "Boss", Inverse("Boss", survived=True)),
        ("phones", (A,), (A, B), (A, B), Inverse((A,))),
        ("phones", (A,), (A, B), (A, B, C), Inverse((A, C), survived=True)),
        ("phones", (A, B), (A,), (A, C), Inverse((A, C, B), survived=True)),
    ],
)
def test_what_a_field_becomes(
    field: str, before: Value | None, after: Value | None, now: Value | None, expected: Inverse
) -> None:
    assert inverse(field, before, after, now) == expected


@given(st.sampled_from(["name", "phones"]), st.data())
def test_a_change_that_nothing_followed_is_gone(field: str, data: st.DataObject) -> None:
    values = NAMES if field == "name" else PHONES
    before, after = data.draw(values), data.draw(values)
    taken = inverse(field, before, after, after)
    assert same(field, taken.value, before)
    assert not taken.survived


@given(PHONES, PHONES, PHONES)
def test_what_was_added_later_is_there_and_what_was_removed_later_is_not(
    before: Value | None, after: Value | None, now: Value | None
) -> None:
    taken = inverse("phones", before, after, now).value
    as_set = lambda value: set(value or ())  # noqa: E731
    if not same("phones", now, before):
        assert as_set(now) - as_set(after) <= as_set(taken)
        assert not (as_set(after) - as_set(now)) - as_set(before) & as_set(taken)
