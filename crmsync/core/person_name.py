"""Two names of people: are they one name, could they be, or are they two people's?

Words are paired without regard to their order, the surest pairs first. What is left over on both sides decides: two
given names beside one family name are two people of one family, two family names beside one given name may be one
person before and after a wedding. Which word is which is known where either side keeps them apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import permutations
from typing import Self

from crmsync.core.likeness import jaro_winkler, slips
from crmsync.core.names import fold, name_key
from crmsync.core.nicknames import is_given, same_given
from crmsync.core.phonetics import sound

CLOSE = 0.86
JOINED = 0.93
"""Words less alike than this (Jaro-Winkler) are two words."""

_PARTICLES = frozenset("da das de degli dei del della den der di do dos du e la le lo of van vom von y zu".split())  # noqa: SIM905
_GENERATIONS = {"jr": 2, "junior": 2, "jun": 2, "ml": 2, "ii": 2, "sen": 1, "senior": 1, "st": 1, "iii": 3, "iv": 4}
_VOWELS = frozenset("aeiouy")
_UMLAUT = re.compile("([aou])e")  # Müller, whose key is muller, also writes himself Mueller


@dataclass(frozen=True, slots=True)
class PersonName:
    """The words of one spelling of a name. `given` and `family` are empty where nothing says which word is which."""

    text: str
    words: tuple[str, ...]
    given: str = ""
    family: str = ""
    generation: int = 0

    @classmethod
    def of(cls, text: str, given: str = "", family: str = "") -> Self:
        """The name as it was typed, with the parts that are known of it."""
        words = name_key(text).split()
        kept = [word for word in words if word not in _GENERATIONS] if len(words) > 2 else words
        generation = 0
        if len(kept) != len(words):
            generation = next(_GENERATIONS[word] for word in words if word in _GENERATIONS)
        return cls(text, tuple(kept), given, family, generation)


def _words(text: str) -> frozenset[str]:
    return frozenset(name_key(text).split())


class Verdict(Enum):
    """What two names say about each other."""

    EQUAL = "name equal"
    NICKNAME = "name equal but for a short form"
    CLOSE = "name close"
    FITS = "name fits"
    SINGLE = "single name equal"
    PARTLY = "part of the name equal"
    OTHER_FAMILY = "other family name"
    OTHER_GENERATION = "other generation"
    OTHER_GIVEN = "other first name"
    OTHER = "other name"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A verdict; `likeness` is that of the two words that are least alike among those taken for one, 0 to 1."""

    verdict: Verdict
    likeness: float = 1.0


_ORDER = {verdict: place for place, verdict in enumerate(Verdict)}


def compare(mine: Sequence[PersonName], theirs: Sequence[PersonName]) -> Comparison | None:
    """The best that any two spellings come to; `None` where one side has no name."""
    found = [_compare(a, b) for a in mine for b in theirs]
    return min(found, key=lambda one: (_ORDER[one.verdict], -one.likeness), default=None)


def _compare(a: PersonName, b: PersonName) -> Comparison:
    if a.generation and b.generation and a.generation != b.generation:
        return Comparison(Verdict.OTHER_GENERATION)
    if a.words == b.words:
        return Comparison(_of_equal(a.words))
    pairing = _Pairing(a.words, b.words)
    pairing.drop_particles()
    if pairing.left and pairing.right:
        return _two_names(pairing, a, b)
    least = min(pairing.likeness)
    if pairing.left or pairing.right or pairing.initials:
        solid = len(pairing.solid)
        if not solid:
            return Comparison(Verdict.OTHER)
        if any(_half(word, a, b) for word in (*pairing.left, *pairing.right)):
            return Comparison(Verdict.OTHER_GIVEN)
        return Comparison(Verdict.FITS if solid + len(pairing.initials) > 1 else Verdict.PARTLY, least)
    if least < 1.0:
        return Comparison(Verdict.CLOSE, least)
    return Comparison(Verdict.NICKNAME if pairing.nicknames else Verdict.EQUAL)


def _two_names(pairing: _Pairing, a: PersonName, b: PersonName) -> Comparison:
    """Something is left over on both sides."""
    if not pairing.solid:
        return Comparison(Verdict.OTHER)
    given, family = _words(a.given) | _words(b.given), _words(a.family) | _words(b.family)
    roles = {_is_first(word, given, family) for word in (*pairing.left, *pairing.right)}
    if True in roles and False not in roles:
        return Comparison(Verdict.OTHER_GIVEN)
    shared = [_is_first(mine, given, family) for mine, _ in pairing.solid]
    if all(shared):
        return Comparison(Verdict.OTHER_FAMILY)
    return Comparison(Verdict.OTHER if roles >= {True, False} else Verdict.OTHER_GIVEN)


def _half(word: str, a: PersonName, b: PersonName) -> bool:
    """Whether a word is half of a first name with a hyphen: Jean and Jean-Luc may be brothers."""
    if "-" not in a.text + b.text or not is_given(word):
        return False
    return any(f"-{word}" in text or f"{word}-" in text for text in (fold(a.text), fold(b.text)))


def _is_first(word: str, given: frozenset[str], family: frozenset[str]) -> bool | None:
    """Whether a word is a first name; `None` where neither the cards nor the lists of names say."""
    if (word in given) is not (word in family):
        return word in given
    return True if is_given(word) else None


def _of_equal(words: Sequence[str]) -> Verdict:
    if max(map(len, words)) == 1:
        return Verdict.PARTLY
    return Verdict.EQUAL if len(words) > 1 else Verdict.SINGLE


class _Pairing:
    """Which word of one name stands for which of the other."""

    def __init__(self, left: Sequence[str], right: Sequence[str]) -> None:
        self.left = list(left)
        self.right = list(right)
        self.solid: list[tuple[str, str]] = []
        self.initials: list[tuple[str, str]] = []
        self.nicknames = False
        self.likeness: list[float] = [1.0]
        for word in left:
            if word in self.right:
                self._take(word, word)
        if len(self.left) != len(self.right):
            self._join()
        for mine in tuple(self.left):
            nick = next((word for word in self.right if same_given(mine, word)), None)
            if nick is not None:
                self.nicknames = True
                self._take(mine, nick)
        self._take_close()
        for mine in tuple(self.left):
            begun = next((word for word in self.right if 1 in (len(mine), len(word)) and mine[0] == word[0]), None)
            if begun is not None:
                self._take(mine, begun)

    def _take(self, mine: str, theirs: str) -> None:
        self.left.remove(mine)
        self.right.remove(theirs)
        (self.initials if 1 in (len(mine), len(theirs)) else self.solid).append((mine, theirs))

    def _take_close(self) -> None:
        if not self.left or not self.right:
            return
        close = [(alike(mine, theirs), mine, theirs) for mine in self.left for theirs in self.right]
        for likeness, mine, theirs in sorted(close, reverse=True):
            if likeness >= CLOSE and mine in self.left and theirs in self.right:
                self.likeness.append(likeness)
                self._take(mine, theirs)

    def _join(self) -> None:
        """Takes `annamaria` for `anna maria`."""
        for one, many in ((self.left, self.right), (self.right, self.left)):
            for word in tuple(one):
                parts = _parts(word, many)
                if parts:
                    one.remove(word)
                    for part in parts:
                        many.remove(part)
                    self.solid.append((word, word))

    def drop_particles(self) -> None:
        """Leaves out `de`, `van` and the like where only one side has them."""
        for words in (self.left, self.right):
            words[:] = [word for word in words if word not in _PARTICLES]


def _parts(word: str, among: Sequence[str]) -> tuple[str, ...]:
    if len(among) < 2 or len(among) > 4:
        return ()
    pieces = [piece for piece in among if len(piece) > 1 and piece in word]
    for count in range(2, len(pieces) + 1):
        for some in permutations(pieces, count):
            if "".join(some) == word:
                return some
    return next((two for two in permutations(among, 2) if alike("".join(two), word) >= JOINED), ())


def alike(a: str, b: str) -> float:
    """How alike two words of names are as spellings of one word, 0 to 1; 0 where they are known for two names."""
    if a == b:
        return 1.0
    if abs(len(a) - len(b)) > 3 or 1 in (len(a), len(b)):
        return 0.0
    likeness = jaro_winkler()(a, b)
    if likeness < 0.6 or _two_genders(a, b) or (is_given(a) and is_given(b)):
        return 0.0
    if _root(a) == _root(b):
        return 0.98
    likeness = max(likeness, jaro_winkler()(_UMLAUT.sub(r"\1", a), _UMLAUT.sub(r"\1", b)))
    if likeness >= 0.75 and sound(a) == sound(b):
        return max(likeness, 0.94)
    return likeness if likeness >= CLOSE else _slipped(a, b, likeness)


def _slipped(a: str, b: str, likeness: float) -> float:
    """A single slip of the finger is close in a short word too, two of them in a long one."""
    short = min(len(a), len(b))
    allowed = (short >= 3) + (short >= 7)
    return CLOSE if slips()(a, b, score_cutoff=allowed) <= allowed else likeness


def _two_genders(a: str, b: str) -> bool:
    """Francesco and Francesca, Martin and Martina: two people."""
    if len(a) == len(b):
        return a[:-1] == b[:-1] and a[-1] in _VOWELS and b[-1] in _VOWELS
    short, long = (a, b) if len(a) < len(b) else (b, a)
    return long[:-1] == short and long[-1] in "ae" and (is_given(short) or is_given(long))


def _root(word: str) -> str:
    """A Czech family name without the ending that a woman's has: novak, svobod."""
    if word.endswith("ova") and len(word) > 5:
        return word[:-3]
    return word[:-1] if len(word) > 4 and word[-1] == "a" else word
