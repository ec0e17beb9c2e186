"""What the import queue shows of an item."""

from __future__ import annotations

from hashlib import blake2b

from crmsync.formats import registry
from crmsync.model import Item
from crmsync.store.collections_of import Collection
from crmsync.store.import_queue import Found


def shown(collection: Collection, item: Item) -> Found:
    """Its summary, and a digest that tells whether it changed. Raises `Unreadable`."""
    seen = registry.get(collection.format).summary(item.raw)
    who = (seen.name, seen.organization, seen.emails, seen.phones, seen.kind, seen.start)
    return Found(item.href, *who, blake2b(item.raw, digest_size=8).hexdigest(), uid=item.uid)
