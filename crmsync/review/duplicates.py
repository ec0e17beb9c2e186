"""Records of the CRM that may be one: found and weighed by the engine that says who a queued item is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crmsync.core.blocking import pair_keys, pairs
from crmsync.core.match import MEDIUM, score
from crmsync.core.probe import Probe, Profile
from crmsync.core.spread import Spread
from crmsync.model import PEOPLE, Candidate, Record
from crmsync.store.record_list import Selection
from crmsync.store.store import Tables

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two records that may be one, and why. `first` is the one that says more."""

    first: Record
    second: Record
    match: Candidate


def duplicates(view: Tables, region: str, least: int = MEDIUM) -> list[Duplicate]:
    """Every pair that scores at least so much, the likeliest first. Reads all records once, and once more to compare.

    Companies are compared with companies and people with people: a company and who works there are two records.
    """
    spread = Spread()
    found = pairs((record.id, _keys(record, region, spread)) for record in view.records.each(Selection(types=PEOPLE)))
    likely = [one for start in range(0, len(found), _BATCH) for one in _compared(
        view, region, found[start : start + _BATCH], spread) if one.match.score >= least]  # fmt: skip
    return sorted(likely, key=lambda one: (-one.match.score, one.first.id, one.second.id))


def _keys(record: Record, region: str, spread: Spread) -> list[tuple[str, ...]]:
    profile = Profile.of(Probe.of_record(record), region)
    spread.add(profile)
    return list(pair_keys(profile))


def _compared(view: Tables, region: str, some: Sequence[tuple[str, str]], spread: Spread) -> Iterator[Duplicate]:
    records = view.records.many({id for pair in some for id in pair}, deleted=False)
    profiles = {id: Profile.of(Probe.of_record(record), region) for id, record in records.items()}
    for pair in some:
        fuller, other = sorted((records[id] for id in pair), key=lambda record: (-len(record.fields), record.id))
        first, second = profiles[fuller.id], profiles[other.id]
        if first.probe.business is second.probe.business:
            yield Duplicate(fuller, other, score(second, first, fuller, spread.shared(second), spread.common(second)))
