"""What differs between two texts stands in brackets."""

from __future__ import annotations

import pytest

from crmsync_tui.difference import difference


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        ("+39 603 111 299", "+39 603 111 222", ("+39 603 111 2[99]", "+39 603 111 2[22]")),
        ("call her on Monday", "call him on Monday", ("call [her] on Monday", "call [him] on Monday")),
        ("one two", "one two three", ("one two", "one two[ three]")),
        ("petr@n.cz", "petr@m.cz", ("petr@[n].cz", "petr@[m].cz")),
        ("Boss", "Chief", ("Boss", "Chief")),  # nothing in common: no marks
        ("", "Chief", ("", "Chief")),
        ("same", "same", ("same", "same")),
    ],
)
def test_words_that_differ_are_marked_and_digits_one_by_one(one: str, other: str, shown: tuple[str, str]) -> None:
    assert tuple(text.plain for text in difference(one, other)) == shown


def test_what_differs_is_bold_too() -> None:
    left, _ = difference("call her", "call him")
    assert [(left.plain[span.start : span.end], span.style) for span in left.spans] == [("[her]", "bold")]


def test_of_long_texts_the_middle_of_what_is_equal_is_left_out() -> None:
    one, other = "a " * 200 + "left " + "b " * 200, "a " * 200 + "right " + "b " * 200
    left, right = difference(one, other)
    assert "[left]" in left.plain and "[right]" in right.plain
    assert len(left.plain) < 200
    assert left.plain.count(" (...) ") == 2
    whole, _ = difference(one, other, whole=True)
    assert whole.plain.replace("[", "").replace("]", "") == one


def test_texts_that_are_too_long_to_compare_are_cut_and_shown_whole_on_demand() -> None:
    one, other = "word " * 5000 + "a", "word " * 5000 + "b"
    assert all(len(text.plain) < 500 for text in difference(one, other))
    assert tuple(text.plain for text in difference(one, other, whole=True)) == (one, other)
