"""VAT numbers and tax codes: when two are the same, and whether one can be right."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

_NOISE = re.compile(r"[^0-9A-Z]+")
_COUNTRIES = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CH",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "EL",
        "ES",
        "FI",
        "FR",
        "GB",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
        "SM",
        "XI",
    ]
)
_MIX = re.compile(r"[0-9A-Z]{2}[0-9]{9}")
_SPANISH = re.compile(r"[0-9A-Z][0-9]{7}[0-9A-Z]")
_SPANISH_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def vat_key(text: str) -> str:
    """The number without its country prefix, spaces and punctuation: people leave the country out inside it."""
    _, body = _parts(text)
    return body


def tax_key(text: str) -> str:
    """A tax code in capitals, without spaces and punctuation."""
    return _NOISE.sub("", text.upper())


def vat_valid(text: str) -> bool:
    """Whether the number can be one. Check digits are known for IT, CZ, DE, FR, ES and GB.

    Of another country only the shape is looked at (at least one digit, at most 15 signs). Without a country prefix
    it is enough to be right in one of the six.
    """
    country, body = _parts(text)
    if country in ("XI", "GB"):  # Northern Ireland numbers are British numbers
        return _gb(body)
    if rule := _RULES.get(country):
        return rule(body)
    if country:
        return len(body) <= 13
    return any(rule(body) for rule in _RULES.values())


def _parts(text: str) -> tuple[str, str]:
    body = _NOISE.sub("", text.upper())
    if body[:2] in _COUNTRIES and any("0" <= sign <= "9" for sign in body[2:]):
        return body[:2], body[2:]
    return "", body


def _digits(body: str) -> list[int]:
    return [int(sign) for sign in body]


def _weighted(digits: Sequence[int], weights: Sequence[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def _luhn(digits: Sequence[int]) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _it(body: str) -> bool:
    return len(body) == 11 and body.isdecimal() and _luhn(_digits(body)) and body != "0" * 11


def _de(body: str) -> bool:
    """ISO 7064, MOD 11,10."""
    if len(body) != 9 or not body.isdecimal() or body[0] == "0":
        return False
    product = 10
    for digit in _digits(body[:8]):
        product = ((digit + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(body[8])


def _fr(body: str) -> bool:
    """Nine digits of SIREN (Luhn) behind a key: two digits computed from it, or two signs with a letter."""
    if not _MIX.fullmatch(body) or not _luhn(_digits(body[2:])):
        return False
    key, siren = body[:2], int(body[2:])
    return not key.isdecimal() or int(key) == (12 + 3 * (siren % 97)) % 97


def _gb(body: str) -> bool:
    """Nine digits, twelve with a branch; the last two of nine make the sum 0 modulo 97, or 55 for newer numbers."""
    if len(body) not in (9, 12) or not body.isdecimal():
        return False
    digits = _digits(body[:9])
    total = _weighted(digits, (8, 7, 6, 5, 4, 3, 2)) + digits[7] * 10 + digits[8]
    return total % 97 in (0, 42)


def _cz(body: str) -> bool:
    """Eight digits of a legal person with a check digit; nine or ten of a natural person."""
    if not body.isdecimal() or len(body) not in (8, 9, 10):
        return False
    digits = _digits(body)
    if len(body) == 8:
        check = (11 - _weighted(digits, (8, 7, 6, 5, 4, 3, 2)) % 11) % 10
        return body[0] != "9" and check == digits[7]
    if len(body) == 9:  # birth numbers given before 1954 have no check digit
        return True
    return int(body) % 11 == 0 or (int(body[:9]) % 11 == 10 and digits[9] == 0)


def _es(body: str) -> bool:
    """NIF and NIE (a letter from the remainder by 23), CIF (a digit or a letter from a Luhn-like sum)."""
    if not _SPANISH.fullmatch(body):
        return False
    first, middle, last = body[0], body[1:8], body[8]
    if first.isdecimal() or first in "XYZKLM":
        leading = {"X": "0", "Y": "1", "Z": "2", "K": "", "L": "", "M": ""}.get(first, first)
        return _SPANISH_LETTERS[int(leading + middle) % 23] == last
    odd = sum(sum(divmod(int(digit) * 2, 10)) for digit in middle[::2])
    check = (10 - (odd + sum(_digits(middle[1::2]))) % 10) % 10
    return last in (str(check), "JABCDEFGHI"[check])


_RULES: Mapping[str, Callable[[str], bool]] = {"IT": _it, "CZ": _cz, "DE": _de, "FR": _fr, "ES": _es, "GB": _gb}
