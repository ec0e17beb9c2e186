"""What one record takes over from another one that is the same somebody."""

from __future__ import annotations

import pytest
from hypothesis import given

from crmsync.core.entries import Diff
from crmsync.core.keys import same
from crmsync.core.unite import unite
from crmsync.model import RecordType
from crmsync.values import Fields, Labelled, is_list
from tests.core.field_values import records

WORK, HOME = Labelled("ada@work.example", "work"), Labelled("ada@home.example", "home")


def test_gaps_are_filled_lists_joined_and_values_kept() -> None:
    united = unite(
        {"name": "Ada", "title": "CTO", "emails": (WORK,)},
        {"name": "Ada", "title": "Countess", "note": "n", "emails": (HOME, Labelled("ADA@work.example", "work"))},
    )
    assert united.filled == {"note": "n"}
    assert united.joined == {"emails": (WORK, HOME)}
    assert united.added == {"emails": (HOME,)}
    assert united.lost == {"title": "Countess"}


@pytest.mark.parametrize(
    ("mine", "theirs", "label", "lost"),
    [("", "work", "work", False), ("work", "", "work", False), ("home", "work", "home", True)],
)
def test_of_two_labels_of_one_entry_that_of_the_one_that_stays_stands(
    mine: str, theirs: str, label: str, lost: bool
) -> None:
    united = unite({"emails": (Labelled("a@x.it", mine),)}, {"emails": (Labelled("a@x.it", theirs),)})
    (entry,) = united.joined.get("emails", (Labelled("a@x.it", mine),))  # type: ignore[misc, union-attr]
    assert isinstance(entry, Labelled)
    assert entry.label == label
    assert ("emails" in united.lost) is lost
    assert united.added == {}


@pytest.mark.parametrize(
    ("keep", "other", "filled", "lost"),
    [
        ({"name": "Ada Byron"}, {"name": "Byron Ada", "given": "Ada"}, {"given"}, {"name"}),
        ({"name": "Ada Byron"}, {"given": "Ada", "family": "Byron"}, {"given", "family"}, set()),
        ({"name": "Ada Byron"}, {"name": "Ada King", "given": "Ada"}, set(), {"name", "given"}),
        ({"given": "Ada", "family": "Byron"}, {"name": "Ada King"}, set(), {"name"}),
        ({"note": "x"}, {"name": "Ada King", "given": "Ada"}, {"name", "given"}, set()),
        ({"name": "Ada Byron"}, {"note": "x"}, {"note"}, set()),
    ],
)  # fmt: skip
def test_parts_of_another_name_fill_no_gap(keep: Fields, other: Fields, filled: set[str], lost: set[str]) -> None:
    united = unite(keep, other)
    assert (set(united.filled), set(united.lost)) == (filled, lost)


@given(records(RecordType.CONTACT), records(RecordType.LEAD))
def test_no_value_of_either_is_nowhere(keep: Fields, other: Fields) -> None:
    united = unite(keep, other)
    after = {**keep, **united.filled, **united.joined}
    for name, value in keep.items():
        if is_list(name):
            assert Diff.of(name, None, value).after.keys() <= Diff.of(name, None, after[name]).after.keys()
        else:
            assert after[name] == value
    for name, value in other.items():
        if name in united.lost:
            assert united.lost[name] == value
        elif is_list(name):
            assert Diff.of(name, None, value).after.keys() <= Diff.of(name, None, after[name]).after.keys()
        else:
            assert same(name, after.get(name), value)


@given(records(RecordType.CONTACT))
def test_a_record_takes_nothing_over_from_its_equal(one: Fields) -> None:
    united = unite(one, one)
    assert not (united.filled or united.joined or united.added or united.lost)
