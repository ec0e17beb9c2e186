"""Two names, one after the other: every verdict with the pairs that must come to it."""

from __future__ import annotations

import pytest

from crmsync.core.person_name import Comparison, PersonName, Verdict, alike, compare


def verdict(mine: str, theirs: str, given: str = "", family: str = "") -> Verdict | None:
    found = compare([PersonName.of(mine)], [PersonName.of(theirs, given, family)])
    back = compare([PersonName.of(theirs, given, family)], [PersonName.of(mine)])
    assert (found and found.verdict) == (back and back.verdict)
    return found.verdict if found else None


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ("Anna Rossi", "ROSSI, Anna", Verdict.EQUAL),
        ("Annamaria Rossi", "Anna Maria Rossi", Verdict.EQUAL),
        ("Luca De Rossi", "Luca Rossi", Verdict.EQUAL),
        ("Beppe Rossi", "Rossi Giuseppe", Verdict.NICKNAME),
        ("Honza Novák", "Jan Novak", Verdict.NICKNAME),
        ("Uschi Schmidt", "Ursula Schmidt", Verdict.NICKNAME),
        ("Paco García", "Francisco Garcia", Verdict.NICKNAME),
        ("Bob Smith", "Robert Smith", Verdict.NICKNAME),
        ("Babeth Petit", "Élisabeth Petit", Verdict.NICKNAME),
        ("Giovani Rossi", "Giovanni Rossi", Verdict.CLOSE),
        ("Jana Nováková", "Jana Novák", Verdict.CLOSE),
        ("Jan Mueller", "Jan Müler", Verdict.CLOSE),
        ("Bwn Armiento", "Ben Armiento", Verdict.CLOSE),
        ("Kate Smallcobme", "Kate Smallscombe", Verdict.CLOSE),
        ("A. Rossi", "Anna Rossi", Verdict.FITS),
        ("Juan García López", "Juan García", Verdict.FITS),
        ("A Rossi", "A R", Verdict.OTHER),
        ("A B", "Anna Bruna", Verdict.OTHER),
        ("Rossi", "Anna Rossi", Verdict.PARTLY),
        ("Rossi", "Rossi", Verdict.SINGLE),
        ("A", "A", Verdict.PARTLY),
        ("Maria Rossi", "Anna Rossi", Verdict.OTHER_GIVEN),
        ("Mario Rossi", "Marco Rossi", Verdict.OTHER_GIVEN),
        ("Jean Moreau", "Jean-Luc Moreau", Verdict.OTHER_GIVEN),
        ("Jean Luc Moreau", "Jean-Luc Moreau", Verdict.EQUAL),
        ("Anna Rossi-Qwertz", "Anna Rossi", Verdict.FITS),
        ("Anna Maria Rossi-Qwertz", "Anna Rossi-Qwertz", Verdict.FITS),
        ("Mario Rossi", "Maria Rossi", Verdict.OTHER_GIVEN),
        ("Martin Novak", "Martina Novak", Verdict.OTHER_GIVEN),
        ("Xyzzy Rossi", "Plugh Rossi", Verdict.OTHER_GIVEN),
        ("Anna Rossi", "Anna Bianchi", Verdict.OTHER_FAMILY),
        ("Anna Qwert Rossi", "Anna Zuiop Bianchi", Verdict.OTHER_FAMILY),
        ("Anna Rossi", "Luca Verdi", Verdict.OTHER),
        ("John Smith jr", "John Smith Senior", Verdict.OTHER_GENERATION),
        ("John Smith jr", "John Smith", Verdict.EQUAL),
    ],
)
def test_two_names_as_they_are_typed(mine: str, theirs: str, expected: Verdict) -> None:
    assert verdict(mine, theirs) is expected


@pytest.mark.parametrize(
    ("mine", "expected"),
    [
        ("Plugh Rossi", Verdict.OTHER_GIVEN),
        ("Xyzzy Verdi", Verdict.OTHER_FAMILY),
        ("Plugh Marino Verdi", Verdict.OTHER),
        ("Rossi Plugh Quux", Verdict.OTHER_GIVEN),
    ],
)
def test_a_card_that_keeps_the_parts_apart_says_which_word_is_which(mine: str, expected: Verdict) -> None:
    assert verdict(mine, "Xyzzy Rossi", "Xyzzy", "Rossi") is expected


def test_a_middle_name_that_differs_and_a_family_name_that_differs_are_somebody_else() -> None:
    assert verdict("Anna Marino Xyzzy", "Plugh Rossi Xyzzy", "Plugh Quux", "Rossi Xyzzy") is Verdict.OTHER


def test_who_has_no_name_is_not_compared_and_the_best_spelling_counts() -> None:
    assert compare([], [PersonName.of("Anna")]) is None
    two = [PersonName.of("Dott. Mago"), PersonName.of("Anna Rossi")]
    assert compare(two, [PersonName.of("Anna Rossi")]) == Comparison(Verdict.EQUAL)


def test_names_in_pieces_are_put_together() -> None:
    assert verdict("Kim Brads Haw", "Kim Bradshaw") is Verdict.EQUAL
    assert verdict("Ssha un Campbell", "Shaun Campbell") is Verdict.EQUAL
    assert verdict("Annaxmaria Rossi", "Anna Maria Rossi") is Verdict.EQUAL
    assert verdict("Anna Rossi One Two Three Four Five", "Quite Another Bianchi") is Verdict.OTHER


def test_words_that_are_alike() -> None:
    assert alike("rossi", "rossi") == 1.0
    assert alike("a", "anna") == 0.0
    assert alike("rossi", "rosso") == 0.0  # one vowel at the end is another name
    assert alike("svoboda", "svobodova") == 0.98
    assert alike("fischer", "vischer") >= 0.94
    assert alike("ng", "wu") == 0.0
