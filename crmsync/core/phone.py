"""What makes two phone numbers the same number: E.164 where it can be known, what would be dialled otherwise.

Nothing here ever rewrites a number that somebody typed; keys are only compared.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_PLAIN = re.compile(r"\+[0-9 ()\-./\u00a0]+")
_PLAIN_NOISE = str.maketrans("", "", " ()-./\u00a0")

# An extension as people write it at the end of a number. `x` needs a digit before it, or "Max 12" would have one.
_EXTENSION = re.compile(
    r"(?:;ext=|[,;\s]*(?:\bext(?:ension)?|\bint(?:erno)?|\bkl(?:apka)?|\bdw|(?<=[0-9\s])x)[.:\s]*)([0-9]{1,7})$"
)

# Countries where a number that does not start with 0 after the country code is complete as it stands: the prefix
# for calls inside the country is 0, or there is none. Anything else is left to the library.
_SIMPLE = frozenset({"30", "31", "32", "33", "34", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49"})
_SIMPLE_LONG = frozenset({"351", "353", "359", "385", "386", "420", "421"})
_LEADING_ZERO_STAYS = "39"


@lru_cache(maxsize=16384)
def phone_key(text: str, region: str = "") -> str:
    """The key of a phone number: `+390255500`, or `+390255500;ext=12`.

    `region` (ISO 3166, "IT") gives a number without country code its country. Where the country is not known the
    key is what would be dialled; where there are words in it ("ask Maria"), the words. A leading `00` counts as `+`.
    """
    if _PLAIN.fullmatch(text) and (quick := _international(text)):
        return quick
    plain = unicodedata.normalize("NFKC", text).strip().casefold().removeprefix("tel:")
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    if plain.startswith("+") and (known := _from_library(plain, region)):
        return known
    number, extension = plain, ""
    if found := _EXTENSION.search(plain):
        number, extension = plain[: found.start()], f";ext={found[1]}"
    if any(map(str.isalpha, number)):
        return " ".join(plain.split())
    if region and (known := _from_library(plain, region)):
        return known
    dialled = "".join(_digit(sign) for sign in number if sign.isdecimal() or sign in "+*#")
    return (dialled or " ".join(number.split())) + extension


def _digit(sign: str) -> str:
    return str(unicodedata.decimal(sign)) if sign.isdecimal() else sign


def _international(text: str) -> str:
    """The key of a clean `+` number of a simple country; "" when the library has to look (it costs 70 ms once)."""
    if "(0" in text:
        return ""
    number = text.translate(_PLAIN_NOISE)
    if not 8 <= len(number) <= 15:
        return ""
    country, national = number[1:3], number[3:]
    if country not in _SIMPLE:
        country, national = number[1:4], number[4:]
        if country not in _SIMPLE_LONG:
            return ""
    if national[0] == "0" and country != _LEADING_ZERO_STAYS:
        return ""
    return number


def _from_library(text: str, region: str) -> str:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return ""
    key = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{key};ext={number.extension}" if number.extension else key
