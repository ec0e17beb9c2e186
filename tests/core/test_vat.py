"""VAT numbers: keys and check digits. The numbers are published examples or real companies' public numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.core.vat import tax_key, vat_key, vat_valid

RIGHT = [
    "IT00743110157",
    "CZ25123891",
    "CZ 7103192745",
    "CZ 640903926",
    "DE136695976",
    "FR40303265045",
    "FRK7399859412",
    "ES54362315K",
    "ESX2482300W",
    "ESK0867756N",
    "ESA58818501",
    "ESQ2826000H",
    "GB980780684",
    "XI980780684",
    "GB 980 7806 84 001",
]


@pytest.mark.parametrize("text", RIGHT)
def test_a_right_number_is_valid_with_and_without_its_country(text: str) -> None:
    assert vat_valid(text)
    assert vat_valid(text.replace(" ", ".").lower())
    assert vat_valid(vat_key(text))


@pytest.mark.parametrize("text", [number for number in RIGHT if number not in ("CZ 640903926", "FRK7399859412")])
def test_a_mistyped_digit_is_found(text: str) -> None:
    country, body = text[:2], vat_key(text)
    place = next(i for i, sign in enumerate(body) if sign.isdecimal() and i >= 2)
    wrong = body[:place] + str((int(body[place]) + 1) % 10) + body[place + 1 :]
    assert not vat_valid(country + wrong)


@pytest.mark.parametrize(
    "text",
    """
    IT0074311015 IT00000000000 IT0074311015X DE036695976 DE13669597 DE13669597X FR4030326504 FR41303265045 GB12345678
    GB98078068X CZ1234567 CZ2512389X CZ95123891 ESX248230W -
    """.split(),  # noqa: SIM905  words read best as words
)
def test_a_number_of_the_wrong_shape_is_not_valid(text: str) -> None:
    assert not vat_valid(text)


def test_a_country_without_a_rule_is_looked_at_for_its_length_only() -> None:
    assert vat_valid("ATU12345678")
    assert not vat_valid("ATU123456789012345")


def test_a_key_has_no_country_and_no_punctuation() -> None:
    assert vat_key("IT 007.431-10157") == vat_key("00743110157") == "00743110157"
    assert vat_key("SENZA") == "SENZA"
    assert tax_key("rss nna 80a41 f205b") == "RSSNNA80A41F205B"


@given(st.text())
def test_every_text_has_an_answer(text: str) -> None:
    assert vat_valid(text) in (True, False)
    assert isinstance(vat_key(text), str)
