"""Two birthdays: one, one with a slip of the hand, or two."""

from __future__ import annotations

import re
from enum import Enum, auto

_DATE = re.compile(r"([0-9]{4}|-)-([0-9]{2})-([0-9]{2})")


class Birthdays(Enum):
    """What two birthdays say about each other."""

    UNKNOWN = auto()
    EQUAL = auto()
    CLOSE = auto()
    OTHER = auto()


def compare_birthdays(mine: str, theirs: str) -> Birthdays:
    """`CLOSE` is one digit off, two digits or day and month exchanged, or equal as far as the year is known."""
    a, b = _DATE.fullmatch(mine), _DATE.fullmatch(theirs)
    if a is None or b is None:
        return Birthdays.UNKNOWN
    if mine == theirs:
        return Birthdays.EQUAL if a[1] != "-" else Birthdays.CLOSE
    if "-" in (a[1], b[1]):
        return Birthdays.CLOSE if a.groups()[1:] == b.groups()[1:] else Birthdays.OTHER
    differing = [place for place in range(len(mine)) if mine[place] != theirs[place]]
    exchanged = len(differing) == 2 and sorted(mine) == sorted(theirs)
    turned = a[1] == b[1] and (a[2], a[3]) == (b[3], b[2])
    return Birthdays.CLOSE if len(differing) == 1 or exchanged or turned else Birthdays.OTHER
