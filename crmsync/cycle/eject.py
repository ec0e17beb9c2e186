"""Taking back what we wrote: before an account is removed, on demand (M2.3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from crmsync.connectors.base import Connector
from crmsync.cycle.job import MARK, remote_of
from crmsync.cycle.prepare import forget
from crmsync.cycle.rules import Clock
from crmsync.errors import Moved, Refused
from crmsync.store.session import Stamp
from crmsync.store.store import Store


@dataclass(slots=True)
class Ejected:
    """How many items were removed at the remote; what stays there, and why."""

    deleted: int = 0
    kept: list[str] = field(default_factory=list)


def eject(store: Store, account: str, connector: Connector, clock: Clock) -> Ejected:
    """Deletes every item that we created in the account's collections, and not one that was there before us.

    An item that changed at the remote since the last sync stays, since that change is nowhere else. Stopped half-way,
    it can be called again. Raises `Retry` and `Halt`.
    """
    result = Ejected()
    with store.view() as view:
        collections = view.collections.of(view.accounts.get(account).id)
        ours = [
            (one, link)
            for one in collections
            for link in view.links.of_collection(one.id)
            if link.href and link.uid.startswith(MARK)
        ]
    for collection, link in ours:
        try:
            connector.delete(remote_of(collection), link.href, link.etag)
        except (Moved, Refused) as error:
            result.kept.append(f"{link.href}: {error}")
            continue
        with store.transaction(Stamp(clock(), account, account, None, "ejected"), durable=False) as tx:
            forget(tx, collection, link.id, link.href)
        result.deleted += 1
    return result
