"""Phone numbers: what is one number, with and without the library."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.core.phone import _SIMPLE, _SIMPLE_LONG, _international, phone_key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("+39 02 5550001", "+39025550001"),
        ("0039 02 5550001", "+39025550001"),
        ("tel:+39-02-5550001", "+39025550001"),
        ("+39 (02) 555.00.01", "+39025550001"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("+44 020 7946 0958", "+442079460958"),
        ("+1 212 555 0100", "+12125550100"),
        ("+1 800 FLOWERS", "+18003569377"),
        ("+7 (495) 123-45-67", "+74951234567"),
        ("+420 601 123 456", "+420601123456"),
        ("+49 030 123456", "+4930123456"),
        ("+٣٩ ٠٢ ٥٥٥٠٠٠١", "+39025550001"),
        ("+39 333 1234567 ext. 12", "+393331234567;ext=12"),
        ("+39 02 55", "+390255"),
        ("+39 02 5550001 2345678 9999", "+39 02 5550001 2345678 9999"),
    ],
)
def test_an_international_number_has_one_key(text: str, key: str) -> None:
    if " " in key:
        key = "".join(key.split())
    assert phone_key(text) == key


@pytest.mark.parametrize(
    ("text", "key"),
    [("02 5550001", "+39025550001"), ("02/5550001 int. 3", "+39025550001;ext=3"), ("Max 12", "max 12"), ("x", "x")],
)
def test_a_region_completes_a_number(text: str, key: str) -> None:
    assert phone_key(text, "IT") == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("02 5550001", "025550001"),
        ("02 5550001 ext 12", "025550001;ext=12"),
        ("02 5550001x12", "025550001;ext=12"),
        ("ask  Maria", "ask maria"),
        ("Maria 12", "maria 12"),
        ("Max 12", "max 12"),
        ("*21#", "*21#"),
        ("+42", "+42"),
        ("٠٢", "02"),
        ("-", "-"),
        ("", ""),
    ],
)
def test_a_number_without_country_is_what_would_be_dialled(text: str, key: str) -> None:
    assert phone_key(text) == key


def test_two_people_written_as_phone_numbers_are_two_entries() -> None:
    assert phone_key("Maria 12") != phone_key("Rosa 12")


COUNTRIES = st.sampled_from(sorted(_SIMPLE | _SIMPLE_LONG))


@given(COUNTRIES, st.text("0123456789", min_size=4, max_size=13), st.sampled_from(["", " ", "-", "/"]))
def test_the_quick_way_agrees_with_the_library(country: str, number: str, gap: str) -> None:
    text = f"+{country}{gap}{number[:3]}{gap}{number[3:]}"
    if quick := _international(text):
        parsed = phonenumbers.parse(text, None)
        assert quick == phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@given(st.text("0123456789 ()-./", min_size=1, max_size=12))
def test_a_leading_plus_and_a_leading_00_are_the_same(rest: str) -> None:
    assert phone_key("+39" + rest) == phone_key("0039" + rest)


@given(st.text(), st.sampled_from(["", "IT", "US"]))
def test_every_text_has_a_key(text: str, region: str) -> None:
    assert isinstance(phone_key(text, region), str)
