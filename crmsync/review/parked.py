"""What is set aside: whose it is, faults of one kind together, and trying again or leaving it so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crmsync.store.parked import ParkedItem
from crmsync.store.store import Tables

_PARTICULAR = re.compile(r'"[^"]*"|(?!(?<!\S)[45]\d\d(?!\d))\S*[/@\d]\S*')
"""What differs between two faults of one kind: what is quoted, and words with a digit, `/` or `@` in them.

A server's answer (`403`) stays: it says what kind of fault it is.
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """Faults of one kind, by their `ParkedItem.id`. `fault` is the reason without its particulars."""

    fault: str
    ids: Sequence[int]


def kind_of(reason: str) -> str:
    """The kind of a fault: its reason without what belongs to one item alone."""
    return " ".join(_PARTICULAR.sub("...", reason).split())


def faults(view: Tables) -> Sequence[Fault]:
    """All that is set aside by the kind of its fault, the most frequent first."""
    kinds: dict[str, list[int]] = {}
    for id, reason in view.parked.reasons():
        kinds.setdefault(kind_of(reason), []).append(id)
    return [Fault(kind, ids) for kind, ids in sorted(kinds.items(), key=lambda one: (-len(one[1]), one[0]))]


def alike(view: Tables, ids: Iterable[int]) -> Sequence[int]:
    """These, and all whose fault is of the same kind as one of theirs. Raises `Usage` for one that is not parked."""
    kinds = {kind_of(view.parked.get(id).reason) for id in ids}
    return [id for fault in faults(view) if fault.fault in kinds for id in fault.ids]


def of_account(view: Tables, name: str) -> Sequence[int]:
    """What is set aside of an account, but for what was dropped. Raises `Usage` for a stranger."""
    places = {collection.id for collection in view.collections.of(view.accounts.get(name).id)}
    return [one.id for place in sorted(places) for one in view.parked.list(collection=place) if not one.dropped]


def record_of(view: Tables, parked: ParkedItem) -> str | None:
    """Whose item it is, or is to become; `None`: nobody's."""
    link = view.links.by_href(parked.collection, parked.href)
    found = view.records.get(link.record if link else parked.href, deleted=True)
    return None if found is None else found.id


def retry(tx: Tables, ids: Sequence[int]) -> int:
    """The next sync tries again. Returns how many. Raises `Usage` for one that is not parked."""
    found = [tx.parked.get(id) for id in ids]
    tx.parked.retry(ids)
    for parked in found:
        tx.mirror.mark_dirty(parked.collection, [parked.href])
    return len(found)


def drop(tx: Tables, ids: Sequence[int]) -> Sequence[str]:
    """Nobody wants these. Returns the records that stay out of step because of it. Raises `Usage` like `retry`."""
    found = [tx.parked.get(id) for id in ids]
    records = [record for parked in found if (record := record_of(tx, parked)) is not None]
    tx.parked.drop(ids)
    return records
