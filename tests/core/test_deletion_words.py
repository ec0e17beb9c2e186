"""Words that say that something is to go."""

from __future__ import annotations

import pytest

from crmsync.core.deletion_words import DELETION_WORDS, deletion_words
from crmsync.values import Fields


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"note": "Da  CANCELLARE!"}, "da cancellare"),
        ({"note": "da\u00a0cancellare"}, "da cancellare"),
        ({"note": "line\nannullato\nline"}, "annullato"),
        ({"summary": "ANNULLATA: riunione"}, "annullata"),
        ({"description": "(cancelled)"}, "cancelled"),
        ({"note": "annullatore"}, ""),
        ({"note": "deleted"}, ""),
        ({"title": "to delete"}, ""),
        ({}, ""),
    ],
)
def test_a_word_counts_by_itself_in_a_note(fields: Fields, found: str) -> None:
    assert deletion_words(DELETION_WORDS, fields) == ((found,) if found else ())


def test_the_words_are_a_matter_of_configuration() -> None:
    assert deletion_words(("à supprimer", "x"), {"note": "X: A SUPPRIMER"}) == ("à supprimer", "x")
    assert deletion_words((), {"note": "to delete"}) == ()
