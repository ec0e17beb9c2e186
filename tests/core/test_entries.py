"""What a list takes over from the other side, entry by entry."""

from __future__ import annotations

from crmsync.core.entries import Diff, carry, overruled_labels
from crmsync.values import Labelled


def test_an_empty_diff_changes_nothing() -> None:
    onto = Diff.of("emails", None, (Labelled("a@x"),))
    assert carry(Diff.of("emails", None, None), onto=onto, wins=True) == (Labelled("a@x"),)


def test_two_entries_with_one_key_count_once() -> None:
    assert len(Diff.of("emails", None, (Labelled("a@x"), Labelled("A@x", "work"))).after) == 1


def test_an_entry_added_without_a_label_does_not_take_one_away() -> None:
    onto = Diff.of("emails", None, (Labelled("a@x", "work"),))
    assert carry(Diff.of("emails", None, (Labelled("a@x"),)), onto=onto, wins=True) == (Labelled("a@x", "work"),)


def test_no_label_is_overruled_when_only_one_side_set_one() -> None:
    labelled, plain = Diff.of("emails", None, (Labelled("a@x", "work"),)), Diff.of("emails", None, (Labelled("a@x"),))
    assert not overruled_labels(loser=labelled, winner=plain)
    assert overruled_labels(loser=labelled, winner=Diff.of("emails", None, (Labelled("a@x", "home"),)))
