"""One cycle of one account while it runs: who takes part, and what is said about it."""

from __future__ import annotations

from dataclasses import dataclass

from crmsync.connectors.base import Connector, RemoteCollection
from crmsync.cycle.rules import Clock, Progress, Rules, RunResult, quiet
from crmsync.store.accounts import Account
from crmsync.store.collections_of import Collection
from crmsync.store.session import Stamp
from crmsync.store.store import Store, Tables

MARK = "crmsync-"


def uid_of(record: str) -> str:
    """The UID of every item we create for a record: how our own work is recognised, at any remote, at any time."""
    return MARK + record


def record_of(uid: str) -> str | None:
    """The record whose item carries this UID, if the UID is one of ours."""
    return uid.removeprefix(MARK) if uid.startswith(MARK) else None


def remote_of(collection: Collection) -> RemoteCollection:
    """The collection as its connector knows it."""
    return RemoteCollection(
        collection.href,
        collection.kind,
        collection.name,
        collection.format,
        collection.accepts,
        collection.read_only,
    )


@dataclass(slots=True)
class Job:
    """Everything the steps of a cycle share. `seen` is the newest journal entry the decisions are made on."""

    store: Store
    account: Account
    connector: Connector
    rules: Rules
    clock: Clock
    result: RunResult
    progress: Progress = quiet
    full: bool = False
    dry_run: bool = False
    seen: int = 0

    def stamp(self, reason: str = "") -> Stamp:
        """The signature under every change this cycle makes."""
        return Stamp(self.clock(), self.account.name, self.account.name, self.result.id or None, reason)

    def park(
        self,
        tx: Tables,
        collection: Collection,
        href: str,
        etag: str | None,
        reason: str,
        raw: bytes | None,
        *,
        refused: bool = False,
    ) -> None:
        """Sets one item, or one write that was `refused`, aside with its text; the rest of the batch goes on."""
        tx.parked.put(collection.id, href, etag, reason, raw, refused=refused)
        self.result.parked += 1
