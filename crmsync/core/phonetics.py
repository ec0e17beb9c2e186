"""How a name sounds, roughly, and in several languages at once: names that sound alike are looked at together.

A key for finding, never a reason. It keeps each vowel in one of three classes, since dropping them (as Soundex and its
like do) leads from one common name to hundreds of others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, product

from crmsync.core.names import name_key
from crmsync.core.nicknames import formal, meanings

# What is written in several ways, longer groups first; the letters that are left follow one by one.
_GROUPS = {
    **dict.fromkeys(("tsch", "tch", "sch", "cz", "sh", "ch", "cs", "tz", "ts"), "s"),
    "ph": "f",
    "pf": "f",
    "th": "t",
    "dt": "t",
    "ck": "k",
    "gh": "k",
    "qu": "k",
    "ae": "a",
    "oe": "o",
    "ue": "u",
    "ce": "se",
    "ci": "si",
    "cy": "sy",  # Mueller, Müller
    "np": "mp",
    "nb": "mp",
    "nf": "mf",
    "nv": "mf",
    "nm": "m",
}
_GROUP = re.compile("|".join(_GROUPS))
_ALTERNATIVES = 6
_LETTERS = str.maketrans("vwdqxcgzbejy", "fftkkkkspiii")
_TWICE = re.compile(r"(.)\1+")


@lru_cache(maxsize=16384)
def sound(word: str) -> str:
    """How one folded word sounds: the same for Müller and Mueller, Novák and Nováková, Mario and Maria."""
    if not word.isalpha():
        return word  # "Room 12" is read, not heard
    code = word[:-3] if len(word) > 5 and word[-3:] == "ova" else word
    code = _GROUP.sub(lambda found: _GROUPS[found[0]], code)
    code = code[:1] + code[1:].replace("h", "")
    code = _TWICE.sub(r"\1", code.translate(_LETTERS))
    return code[:2] + code[2:].rstrip("aiou")


def sound_key(text: str) -> str:
    """How a whole name sounds, whatever the order of its words, with short forms of given names written out."""
    return " ".join(sorted(sound(formal(word)) for word in name_key(text).split()))


def sound_keys(text: str) -> Iterator[str]:
    """The keys to look for a name under: a short form may stand for several names (Tony: Antonio, Anthony)."""
    words = name_key(text).split()
    choices = [sorted(meanings(word)) for word in words]
    for some in islice(product(*choices), _ALTERNATIVES if words else 0):
        yield " ".join(sorted(map(sound, some)))
