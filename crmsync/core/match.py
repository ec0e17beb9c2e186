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

from collections.abc import Collection, Sequence

from crmsync.core.confidence import BEST, LOW, MEDIUM, STRONG, confidence
from crmsync.core.evidence import reasons
from crmsync.core.probe import Probe, Profile
from crmsync.core.spread import Spread
from crmsync.model import PEOPLE, Candidate, Record, RecordType

__all__ = ["BEST", "LOW", "MEDIUM", "STRONG", "Probe", "match", "rank", "score"]


def match(probe: Probe, candidates: Sequence[Record], region: str = "") -> tuple[Candidate, ...]:
    """The candidates that the item may be, the best first. Deleted records and appointments are never among them."""
    known = [
        (record, Profile.of(Probe.of_record(record), region))
        for record in candidates
        if record.type in PEOPLE and not record.deleted
    ]
    return rank(Profile.of(probe, region), known)


def rank(
    item: Profile, candidates: Sequence[tuple[Record, Profile]], shared: Collection[str] = ()
) -> tuple[Candidate, ...]:
    """The same for profiles. `shared`: mail and phone keys that more records have than are among the candidates."""
    spread = Spread(shared)
    for _, other in candidates:
        spread.add(other)
    common = spread.common(item)
    shared = spread.shared(item)
    found = [score(item, other, record, shared, common) for record, other in candidates]
    likely = [candidate for candidate in found if candidate.score >= LOW]
    return tuple(sorted(likely, key=lambda candidate: (-candidate.score, candidate.record)))


def score(item: Profile, other: Profile, record: Record, shared: Collection[str], common: bool) -> Candidate:
    """How likely an item is a record, and why; `other` is the record's profile, the rest what a `Spread` says."""
    found = list(reasons(item, other, shared, common))
    if item.probe.business and record.type is RecordType.CONTACT:
        found.append(("a company's card, a person's record", -20))
    points = max(0, min(BEST, sum(points for _, points in found)))
    return Candidate(record.id, confidence(points), points, tuple(f"{text} {points:+d}" for text, points in found))
