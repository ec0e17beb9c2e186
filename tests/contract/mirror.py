"""A reader that believes exactly what `connectors.base` promises, as the engine's mirror does."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from crmsync.connectors.base import Change, Connector, Delta, Gone, RemoteCollection, Unusable, Upsert
from crmsync.model import Cursor, Item


class Mirror:
    """What one client knows of a collection after its pulls."""

    def __init__(self, connector: Connector, collection: RemoteCollection) -> None:
        self.connector = connector
        self.collection = collection
        self.cursor: Cursor | None = None
        self.items: dict[str, Item] = {}
        self.unusable: dict[str, Unusable] = {}
        self.asked_known = 0
        self.last: Delta | None = None

    def known(self) -> Mapping[str, str | None]:
        self.asked_known += 1
        return {href: item.etag for href, item in self.items.items()}

    def pull(self, *, pages: int | None = None) -> list[Change]:
        """One pull, applied page by page. With `pages` it is broken off after so many, and its cursor is not kept."""
        stream = self.connector.pull(self.collection, self.cursor, self.known)
        changes: list[Change] = []
        self.last = None
        for delta in stream if pages is None else islice(stream, pages):
            assert self.last is None or not self.last.complete, "a page came after the last one"
            assert delta.complete or (delta.cursor is None and delta.listing is None), "told too early"
            self.last = delta
            for change in delta.changes:
                changes.append(change)
                self._apply(change)
        if pages is not None:
            return changes
        assert self.last is not None and self.last.complete, "the pull has no last page"
        if self.last.listing is not None:
            self.items = {href: item for href, item in self.items.items() if href in self.last.listing}
            self.unusable = {href: bad for href, bad in self.unusable.items() if href in self.last.listing}
        self.cursor = self.last.cursor
        return changes

    def _apply(self, change: Change) -> None:
        match change:
            case Upsert(item):
                self.items[item.href] = item
                self.unusable.pop(item.href, None)
            case Gone(href):
                self.items.pop(href, None)
                self.unusable.pop(href, None)
            case Unusable(href):
                self.items.pop(href, None)
                self.unusable[href] = change

    def raws(self) -> list[bytes]:
        return [item.raw for item in self.items.values()]

    def uids(self) -> list[str]:
        return sorted(item.uid for item in self.items.values())
