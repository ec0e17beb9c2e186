"""Which records a queued item may be: the keys find the candidates, `core.match` weighs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crmsync.core.keys import Key, summary_keys
from crmsync.model import PEOPLE, Candidate, CollectionKind
from crmsync.store.collections_of import Collection
from crmsync.store.import_queue import Found
from crmsync.store.store import Tables

_NO_KEYS: Mapping[str, Sequence[Key]] = {}


def suggested(
    tx: Tables,
    collection: Collection,
    items: Sequence[Found],
    region: str,
    keys: Mapping[str, Sequence[Key]] = _NO_KEYS,
) -> list[Found]:
    """The items, each with its best match; only people and organisations have any.

    `keys` by href, for items that were read whole; the others look by what the queue shows of them.
    """
    ranked = candidates(tx, collection, items, region, keys)
    best = [ranking[0] if ranking else None for ranking in ranked]
    return [
        item if item.suggestion == first else item._replace(suggestion=first)
        for item, first in zip(items, best, strict=True)
    ]


def candidates(
    tx: Tables,
    collection: Collection,
    items: Sequence[Found],
    region: str,
    keys: Mapping[str, Sequence[Key]] = _NO_KEYS,
) -> list[tuple[Candidate, ...]]:
    """For each of the items, every record that it may be, the best first."""
    nobody: list[tuple[Candidate, ...]] = [()] * len(items)
    if collection.kind not in (CollectionKind.ADDRESSBOOK, CollectionKind.TABLE):
        return nobody
    if not items or not tx.records.totals():  # the first sync of a new home: nobody need be looked for
        return nobody
    wanted = [keys.get(item.href) or keys_of(item, region) for item in items]
    found = tx.records.by_keys({key for keys in wanted for key in keys})
    if not found:
        return nobody
    # Only now, since most cycles find nobody, and what weighs people takes a while to load.
    from crmsync.core.blocking import FEW, chosen
    from crmsync.core.match import rank
    from crmsync.core.probe import Probe, Profile

    near = [chosen(own, found) for own in wanted]
    records = tx.records.many({record for ids in near for record in ids}, deleted=False)
    people = {
        record.id: (record, Profile.of(Probe.of_record(record), region))
        for record in records.values()
        if record.type in PEOPLE
    }
    shared = {key for (kind, key), ids in found.items() if kind in ("email", "phone") and len(ids) > FEW}
    ranked = []
    for item, ids in zip(items, near, strict=True):
        known = [people[id] for id in ids if id in people]
        probe = Probe.of_summary(item.kind, item.name, item.organization, item.emails, item.phones)
        ranked.append(rank(Profile.of(probe, region), known, shared) if known else ())
    return ranked


def keys_of(item: Found, region: str) -> Sequence[Key]:
    """What an item's records are looked for by."""
    return tuple(summary_keys(item.name, item.organization, item.emails, item.phones, region=region))
