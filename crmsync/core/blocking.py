"""Which of many records are worth comparing with each other: those that have one of these keys in common.

Each key is made to lead to a handful. They are wider than those of `core.keys`, which the store keeps and every new
record pays for: here a slip in the name may be made up for by the address or the birthday.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from crmsync.core.keys import Key
from crmsync.core.phonetics import sound
from crmsync.core.postal import Postal
from crmsync.core.probe import Profile

MOST = 50
"""A key that more records have is no sign of anything."""


FEW, CROWD = 9, 40


def chosen(keys: Iterable[Key], found: Mapping[Key, Sequence[str]]) -> list[str]:
    """The records to compare an item with, of those that have its keys: all that a telling key leads to.

    What many records have (a switchboard, a desk's mailbox, a name like Mario Rossi) says little: those are looked at
    when two such keys lead to them, or nothing else leads anywhere; at most `CROWD` of them.
    """
    telling: dict[str, None] = {}
    often: Counter[str] = Counter()
    for key in dict.fromkeys(keys):
        ids = found.get(key, ())
        if len(ids) <= (FEW if key[0] in ("phone", "email") else CROWD):
            telling.update(dict.fromkeys(ids))
        else:
            often.update(ids)
    least = 2 if telling else 1
    crowd = [id for id, count in often.items() if count >= least and id not in telling]
    return [*telling, *sorted(crowd, key=lambda id: (-often[id], id))[:CROWD]]


def pair_keys(profile: Profile) -> Iterator[tuple[str, ...]]:
    """The keys that two profiles of one person or company are likely to share; some may come twice."""
    for key in profile.emails:
        yield "email", key
    for key in profile.phones:
        yield "phone", key
    if profile.vat:
        yield "vat", profile.vat
    if profile.tax:
        yield "tax", profile.tax
    firms = list(profile.organizations)
    if profile.probe.business:
        for key in firms:
            yield "org", key
        return
    sounds = sorted({sound(word) for name in profile.names for word in name.words if len(word) > 1})
    if sounds:
        yield "name", *sounds
    birthday = profile.probe.birthday
    if birthday:
        yield "birthday", birthday
    for word in sounds:
        for key in firms:
            yield "at", word, key
        for place in profile.postals:
            for part in (place.postcode, place.street[:5], place.extended[:6], place.city[:6]):
                if part:
                    yield "in", word, part
    for place in profile.postals:
        yield from _places(place)


def _places(place: Postal) -> Iterator[tuple[str, ...]]:
    """An address without the people."""
    for first, second in (
        (place.street[:6], place.number),
        (place.street[:6], place.postcode),
        (place.street[:5], place.city[:5]),
        (place.number, place.postcode),
        (place.number, place.city),
        (place.number, place.extended[:6]),
    ):
        if first and second:
            yield "place", first, second


def pairs(records: Iterable[tuple[str, Iterable[tuple[str, ...]]]]) -> list[tuple[str, str]]:
    """The pairs of ids, given with their keys, that have a key in common: each once, in order."""
    blocks: dict[int, list[str]] = {}
    for id, keys in records:
        for key in {hash(key) for key in keys}:  # two keys with one hash cost a comparison, the keys much memory
            ids = blocks.setdefault(key, [])
            if len(ids) <= MOST:
                ids.append(id)
    return sorted({pair for ids in blocks.values() if len(ids) <= MOST for pair in _pairs(sorted(ids))})


def _pairs(ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    for place, first in enumerate(ids):
        for second in ids[place + 1 :]:
            yield first, second
