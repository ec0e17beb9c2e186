"""Who is this? Records an item of an address book may be, with a score that can be read.

A score is the sum of its reasons (0 to 100), and each reason says what it saw and how much that counts. The caller
finds the candidates through the keys of `core.keys` (some dozens at most) and decides what each `Confidence` leads to:

| confidence | score | means                                                                                        |
|------------|-------|----------------------------------------------------------------------------------------------|
| strong     | 80    | two independent things agree (mail and name, VAT number and company name): link by default   |
| medium     | 50    | one thing that is nearly always unique agrees (mail, VAT number), or name and organization   |
| low        | 20    | worth showing to a person: same name, same phone, or a shared mailbox                        |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from crmsync.core.evidence import reasons
from crmsync.core.keys import Key
from crmsync.core.phonetics import sound_key
from crmsync.core.probe import Probe, Profile
from crmsync.model import PEOPLE, Candidate, Confidence, Record, RecordType

__all__ = ["LOW", "MEDIUM", "STRONG", "Probe", "match", "rank", "score"]

STRONG, MEDIUM, LOW = 80, 50, 20

MANY = 3
"""As many records with one number or mailbox do not have it to themselves."""
_COMMON = 5
"""As many records with one name make it say less."""
_NOBODY: Mapping[Key, int] = {}


def match(probe: Probe, candidates: Sequence[Record], region: str = "") -> tuple[Candidate, ...]:
    """The candidates that the item may be, the best first. Deleted records and appointments are never among them."""
    known = [
        (record, Profile.of(Probe.of_record(record), region))
        for record in candidates
        if record.type in PEOPLE and not record.deleted
    ]
    owners = Counter(("phone", phone) for _, other in known for phone in other.phones)
    return rank(Profile.of(probe, region), known, owners)


def rank(
    item: Profile, candidates: Iterable[tuple[Record, Profile]], spread: Mapping[Key, int] = _NOBODY
) -> tuple[Candidate, ...]:
    """The same for profiles. `spread`: how many records have a key of `core.keys.record_keys`, where that is known."""
    found: list[Candidate] = []
    for record, other in candidates:
        candidate = score(item, other, record, spread)
        if candidate.score >= LOW:
            found.append(candidate)
    return tuple(sorted(found, key=lambda candidate: (-candidate.score, candidate.record)))


def score(item: Profile, other: Profile, record: Record, spread: Mapping[Key, int] = _NOBODY) -> Candidate:
    """How likely an item is a record, and why; `other` is the record's profile."""
    shared = [
        key for kind, keys in (("email", item.emails), ("phone", item.phones)) for key in keys
        if spread.get((kind, key), 0) >= MANY
    ]  # fmt: skip
    common = any(spread.get(("name", sound_key(name.text)), 0) >= _COMMON for name in item.names)
    found = list(reasons(item, other, shared, common))
    if item.probe.business and record.type is RecordType.CONTACT:
        found.append(("a company's card, a person's record", -20))
    points = max(0, min(100, sum(points for _, points in found)))
    return Candidate(record.id, _confidence(points), points, tuple(f"{text} {points:+d}" for text, points in found))


def _confidence(score: int) -> Confidence:
    if score >= STRONG:
        return Confidence.STRONG
    if score >= MEDIUM:
        return Confidence.MEDIUM
    return Confidence.LOW if score >= LOW else Confidence.NONE
