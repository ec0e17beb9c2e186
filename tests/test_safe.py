"""Foreign text on a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.safe import columns, fit, safe


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Anna Rossi", "Anna Rossi"),
        ("[ACME] x [/foo]", "[ACME] x [/foo]"),
        ("a\x1b[31mb", "a␛[31mb"),
        ("a\0b", "a␀b"),
        ("a\nb\tc", "a␊b␉c"),
        ("a\x7fb", "a␡b"),
        ("a\x9bb", "a<U+009B>b"),
        ("a\u202eb", "a<U+202E>b"),
        ("a\u200bb", "a<U+200B>b"),
        ("a\u2028b", "a<U+2028>b"),
        ("a\U000e0041b", "a<U+E0041>b"),
        ("a\udc80b", "a?b"),
        ("漢字 é 😀", "漢字 é 😀"),
    ],
)
def test_what_a_terminal_would_obey_is_made_visible(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(st.text(alphabet=st.characters(codec=None)))
def test_the_result_is_one_printable_line_and_stays_as_it_is(text: str) -> None:
    shown = safe(text)
    assert len(shown.splitlines()) <= 1
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in shown)
    assert safe(shown) == shown
    shown.encode()


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("ｱ", 1), ("Ａ", 2), ("", 0)])
def test_columns_are_counted_as_a_terminal_does(text: str, width: int) -> None:
    assert columns(text) == width


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("abc", 5, "abc  "), ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("漢字漢字", 5, "漢字…"), ("漢字漢字", 4, "漢… ")],
)
def test_a_text_is_filled_up_or_cut_to_the_column(text: str, width: int, shown: str) -> None:
    assert fit(text, width) == shown


@given(st.text().map(safe), st.integers(1, 90))
def test_a_fitted_text_has_exactly_its_width(text: str, width: int) -> None:
    assert columns(fit(text, width)) == width
