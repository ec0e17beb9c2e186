"""What the import queue shows of an item."""

from __future__ import annotations

from crmsync.formats import registry
from crmsync.model import Item
from crmsync.store.collections_of import Collection
from crmsync.store.import_queue import Found


def shown(collection: Collection, item: Item, hash: bytes) -> Found:
    """Its summary, and the hash of its bytes, which tells whether it changed. Raises `Unreadable`."""
    seen = registry.get(collection.format).summary(item.raw)
    who = (seen.name, seen.organization, seen.emails, seen.phones, seen.kind, seen.start)
    return Found(item.href, *who, hash.hex(), uid=item.uid)
