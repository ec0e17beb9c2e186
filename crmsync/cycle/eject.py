"""Taking back what we wrote: before an account is removed, on demand (M2.3).

What is ours is what the store noted when we wrote it (`store.stretches`), never what an item looks like: a copy that
somebody made of a card of ours bears our mark too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmsync.admission.without_us import without_us
from crmsync.connectors.base import Connector, RemoteCollection
from crmsync.cycle.job import MARK, Job, remote_of
from crmsync.cycle.prepare import forget
from crmsync.cycle.recover import recover
from crmsync.cycle.rules import Clock, Rules, RunResult
from crmsync.errors import Halt, Locked, Moved, Refused, Retry, Unreachable, Unreadable
from crmsync.model import Item
from crmsync.store.collections_of import Collection
from crmsync.store.session import Stamp
from crmsync.store.store import Store, Tables
from crmsync.store.stretches import Stretch

_BATCH = 50
_EDITED = "it was edited there since crmsync made it"
_COPY = "it bears a mark of crmsync, but crmsync did not make it there"
_OVERWRITTEN = "others have overwritten all that crmsync had written there"
_STILL_THERE = "the remote says it is removed and lists it all the same"


@dataclass(slots=True)
class Ejected:
    """The report. `removed`: items we had made; `restored`: items of others, without what we had written in them;
    `kept` and `failed`: href and why."""

    removed: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The object of CLI.md."""
        return {
            "removed": self.removed,
            "restored": self.restored,
            "kept": [{"href": href, "reason": reason} for href, reason in self.kept],
            "failed": [{"href": href, "reason": reason} for href, reason in self.failed],
        }


def eject(store: Store, account: str, connector: Connector, clock: Clock) -> Ejected:
    """Deletes every item that we made and nobody edited since, and takes our changes out of all others.

    What anybody else wrote stays: in an item of theirs, and in one of ours, which then stays with it. Links to whatever
    was dealt with are dropped and the collections leave the sync, so that nothing is written again before the account
    is removed. Stopped half-way, it can be called again. Raises `Retry` and `Halt`.
    """
    result = Ejected()
    with store.transaction(Stamp(clock(), account, account)) as tx:
        run = tx.begin_run("eject", account)
        job = Job(store, tx.accounts.get(account), connector, Rules(), clock, RunResult(account, run))
        collections = tx.collections.of(job.account.id)
        for collection in collections:
            tx.collections.select(collection.id, False)
    try:
        for collection in collections:
            recover(job, collection)  # what a cycle that was cut off has written is ours as well
            with store.view() as view:
                written = list(view.pushes.of_collection(collection.id))
                result.kept += [(href, _COPY) for href in _copies(view, collection, {one[0].href for one in written})]
            _Ejection(job, collection, result).run(written)
    except (Retry, Halt) as error:
        _finish(job, result, error)
        raise
    _finish(job, result, None)
    return result


def _finish(job: Job, result: Ejected, error: Exception | None) -> None:
    counts = {name: len(lines) for name, lines in result.to_json().items()}
    with job.store.transaction(job.stamp()) as tx:
        tx.runs.finish(job.result.id, "failed" if error or result.failed else "done", counts, str(error or ""))


def _copies(view: Tables, collection: Collection, written: set[str]) -> Sequence[str]:
    links = view.links.of_collection(collection.id)
    return [link.href for link in links if link.uid.startswith(MARK) and link.href and link.href not in written]


@dataclass(frozen=True, slots=True)
class _Ejection:
    """One collection."""

    job: Job
    collection: Collection
    result: Ejected

    def run(self, written: Sequence[Sequence[Stretch]]) -> None:
        """Deals with every item that we wrote; afterwards the remote is asked whether what we removed is gone."""
        removed: list[str] = []
        for start in range(0, len(written), _BATCH):
            batch = {stretches[0].href: stretches for stretches in written[start : start + _BATCH]}
            for item in self._fetch(list(batch)):
                stretches = batch.pop(item.href)
                try:
                    removed += [item.href] if self._take_back(item, stretches) else []
                except (Moved, Locked, Refused) as error:
                    self.result.failed.append((item.href, str(error)))
                    continue
                self._forget(item.href)
            for href in batch:  # gone already, or cannot be had, which `_fetch` has said
                if not any(href == failed for failed, _ in self.result.failed):
                    self._forget(href)
        listed = self.job.connector.listing(self._remote) if removed and not self.job.connector.late else frozenset()
        self.result.failed += [(href, _STILL_THERE) for href in removed if href in listed]
        self.result.removed += [href for href in removed if href not in listed]

    @property
    def _remote(self) -> RemoteCollection:
        return remote_of(self.collection)

    def _fetch(self, hrefs: Sequence[str]) -> Iterator[Item]:
        """The items as they are now; one that cannot be had does not stop the others."""
        try:
            yield from self.job.connector.fetch(self._remote, hrefs)
        except Unreachable as error:
            if len(hrefs) > 1:
                self.job.connector.listing(self._remote)  # raises where it is not one item that cannot be had
                for href in hrefs:
                    yield from self._fetch([href])
            else:
                self.result.failed.append((hrefs[0], str(error)))

    def _take_back(self, item: Item, stretches: Sequence[Stretch]) -> bool:
        """Whether the item was removed."""
        if stretches[-1].original is None:
            if stretches[0].untouched(item.raw):
                self.job.connector.delete(self._remote, item.href, item.etag)
                return True
            self.result.kept.append((item.href, _EDITED))
            return False
        try:
            raw = self._without_us(item, stretches)
        except Unreadable as error:
            self.result.kept.append((item.href, str(error)))
            return False
        if raw == item.raw:
            self.result.kept.append((item.href, _OVERWRITTEN))
        else:
            self.job.connector.update(self._remote, item.href, raw, item.etag)
            self.result.restored.append(item.href)
        return False

    def _without_us(self, item: Item, stretches: Sequence[Stretch]) -> bytes:
        """The bytes of the item without our writes: as they were, where nobody else has written since.

        Raises `Unreadable`.
        """
        with self.job.store.view() as view:
            link = view.links.by_href(self.collection.id, item.href)
            record = view.records.get(link.record, deleted=True) if link else None
        return without_us(self.collection.format, record.type if record else None, item.raw, stretches)

    def _forget(self, href: str) -> None:
        with self.job.store.transaction(self.job.stamp("ejected"), durable=False) as tx:
            link = tx.links.by_href(self.collection.id, href)
            if link is not None:
                forget(tx, self.collection, link.id, href)
            tx.pushes.let_go(self.collection.id, href)
