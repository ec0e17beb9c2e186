"""Short forms of given names."""

from __future__ import annotations

import pytest

from crmsync.core.names import fold
from crmsync.core.nicknames import formal, formal_names, is_given, meanings, same_given


@pytest.mark.parametrize(
    ("short", "name"),
    [
        ("beppe", "giuseppe"),
        ("gigi", "luigi"),
        ("honza", "jan"),
        ("pepa", "josef"),
        ("babeth", "elisabeth"),
        ("fritz", "friedrich"),
        ("nacho", "ignacio"),
        ("bill", "william"),
    ],
)
def test_a_short_form_is_the_name(short: str, name: str) -> None:
    assert same_given(short, name)
    assert same_given(name, short)
    assert name in meanings(short)


def test_two_names_with_one_short_form_stay_two_names() -> None:
    assert not same_given("alessandro", "alessandra")
    assert same_given("alex", "alessandra")


def test_an_unknown_word_stands_for_itself() -> None:
    assert (formal("xyzzy"), meanings("xyzzy"), is_given("xyzzy")) == ("xyzzy", {"xyzzy"}, False)
    assert same_given("xyzzy", "xyzzy")
    assert not same_given("xyzzy", "anna")
    assert (formal("anna"), formal("peppe")) == ("anna", "giuseppe")


def test_every_word_of_the_lists_is_folded() -> None:
    assert [word for word in formal_names() if fold(word) != word or not word.isalpha()] == []
