"""How much two postal addresses are one: the parts that agree, that nearly agree, and that do not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from crmsync.core.likeness import agreement
from crmsync.core.names import fold
from crmsync.values import Address

_WORD = re.compile(r"[^\W_]+")
# Kinds of street, which one leaves out and the other shortens.
_STREETS = frozenset(
    """
    av ave avda avenida avenue bd blvd boulevard c calle chemin circuit close corso court cres crescent crt ct
    drive dr gasse impasse lane largo nam namesti p pl place platz plaza plz piazza piazzale pza quai rd road route
    rue square sq st str strada street strasse straße tr trida ul ulice v via viale vicolo way weg
    """.split()  # noqa: SIM905  words read best as words
)


@dataclass(frozen=True, slots=True)
class Postal:
    """The parts of an address, folded, without spaces: `12`, `roma`, `milano`, `20100` ..."""

    number: str
    street: str
    whole_street: str
    extended: str
    city: str
    postcode: str
    region: str

    @classmethod
    def of(cls, address: Address) -> Self:
        """The address taken apart; house numbers are looked for in front of and behind the street."""
        words = _WORD.findall(fold(f"{address.street} {address.po_box}"))
        numbers = [word for word in words if word[0].isdigit()]
        street = [word for word in words if not word[0].isdigit()]
        named = [word for word in street if word not in _STREETS] or street
        return cls(
            "".join(numbers),
            "".join(named),
            "".join(street),
            _joined(address.extended),
            _joined(address.city),
            _joined(address.postcode),
            _joined(address.region),
        )


def _joined(text: str) -> str:
    return "".join(_WORD.findall(fold(text)))


def points(a: Postal, b: Postal) -> int:
    """What the two count for (up to 40), or against (down to -32) being of one household or office."""
    street = max(_text_points(a.street, b.street, 13, -9), _text_points(a.whole_street, b.whole_street, 13, -9))
    city = _text_points(a.city, b.city, 7, -7)
    street += _text_points(a.extended, b.extended, 7, -2)
    if street < 0:  # a house's name on the first line in one address, on the second in the other
        crossed = _text_points(a.whole_street, b.extended, 10, -8) + _text_points(a.extended, b.whole_street, 10, -8)
        street = max(street, crossed)
    number = _code_points(a.number, b.number, 6, -4)
    postcode = _code_points(a.postcode, b.postcode, 6, -7)
    region = _code_points(a.region, b.region, 1, -3)
    return round(street + city + number + postcode + region)


def _text_points(a: str, b: str, equal: int, other: int) -> float:
    if not a or not b:
        return 0.0
    if a == b:
        return equal
    likeness = agreement()(a, b)
    return equal * (likeness - 0.6) / 0.4 if likeness >= 0.7 else other


def _code_points(a: str, b: str, equal: int, other: int) -> float:
    if not a or not b:
        return 0.0
    if a == b:
        return equal
    return equal / 3 if len(a) > 2 and agreement()(a, b) >= 0.75 else other
