"""What did not work several times rests: when it is tried once more, and when nothing is left to try."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from crmsync.core.plan import Plan, Update
from crmsync.core.reconcile import Pair
from crmsync.cycle.job import Job
from crmsync.store.collections_of import Collection
from crmsync.store.parked import ParkedItem
from crmsync.store.store import Tables

ATTEMPTS = 5
"""How often something that a remote refuses is tried cycle after cycle."""

_PATIENCE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Resting:
    """What is parked in one collection, by href (a record's id where it has no item there), and what time it is."""

    parked: Mapping[str, ParkedItem]
    now: str
    full: bool

    @classmethod
    def of(cls, job: Job, tx: Tables, collection: Collection) -> Resting:
        """As the store has it now."""
        parked = tx.parked.outlines(collection.id)
        return cls(parked, job.clock() if parked else "", job.full)

    def rests(self, href: str, touched: int) -> bool:
        """Whether it was tried often enough for now. `touched`: the journal entry that last concerned its record.

        Tried again at once: what was edited since on either side (an item that moved is for the caller to see), and
        what a person asked for. Once a day, and in a full sync: everything that nobody dropped.
        """
        one = self.parked.get(href)
        if one is None or one.retry or touched > one.seq or not (one.dropped or one.attempts >= ATTEMPTS):
            return False
        return one.dropped or not (self.full or self._waited(one))

    def _waited(self, one: ParkedItem) -> bool:
        return datetime.fromisoformat(self.now) - datetime.fromisoformat(one.at) >= _PATIENCE


def let_go(tx: Tables, collection: Collection, pairs: Iterable[Pair], plan: Plan) -> None:
    """An item that was read, and to which nothing is to be written any more, is not parked any more."""
    parked = tx.parked.outlines(collection.id)
    if not parked:
        return
    idle = {action.link for action in plan.actions if isinstance(action, Update) and not action.remote}
    busy = {action.link for action in plan.actions} - idle
    done = [
        pair.remote.href
        for pair in pairs
        if pair.link is not None and pair.remote is not None and pair.link.id not in busy
    ]
    tx.parked.drop_hrefs(collection.id, [href for href in done if href in parked])
