"""The connector to a `MemoryRemote`: the shortest one that keeps every promise; the engine is tested with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Self
from urllib.parse import quote

from crmsync.connectors.base import (
    Change,
    Connector,
    Delta,
    Gone,
    Known,
    RemoteCollection,
    Settings,
    Unusable,
    Upsert,
    Written,
)
from crmsync.connectors.memory_remote import EXTENSIONS, Got, MemoryRemote, Row, TokenRefused, canonical
from crmsync.connectors.tempers import Deltas
from crmsync.connectors.uids import find_uid
from crmsync.errors import BadConfig, Moved
from crmsync.model import Cursor, Item

_REMOTES: dict[str, MemoryRemote] = {}
_ROW_BYTES = 100
_OPTIONS = {"look-before": ("yes", "no"), "removals": ("listing", "delta")}


def publish(name: str, remote: MemoryRemote) -> None:
    """Makes a remote reachable as `Settings(url=name)`, in this process; replaces the one that had the name."""
    _REMOTES[name] = remote


def withdraw(name: str) -> None:
    """Makes the name unknown again."""
    _REMOTES.pop(name, None)


class MemoryConnector(Connector):
    """Options: `look-before=yes` reads before each write, for remotes that ignore preconditions or name items
    themselves (it may also come as a hint); `removals=listing` lists all hrefs at each pull, for remotes whose deltas
    hide removals.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        if settings.url not in _REMOTES:
            raise BadConfig("no remote in memory has this name", thing=settings.url, next_step="Publish it first")
        self._remote = _REMOTES[settings.url]
        self.late = self._remote.tempers.late_by > 0
        chosen = {**settings.hints, **settings.options}
        for key, value in settings.options.items():
            if value not in _OPTIONS.get(key, ()):
                raise BadConfig(f'there is no option "{key}={value}"', thing="memory")
        self._looks_before = chosen.get("look-before") == "yes"
        self._lists_for_removals = chosen.get("removals") == "listing"

    @classmethod
    def to(cls, remote: MemoryRemote, **options: str) -> Self:
        """A connector to this very remote, without a name; underscores in option names stand for `-`."""
        name = f"#{id(remote)}"
        publish(name, remote)
        try:
            return cls(Settings(url=name, options={key.replace("_", "-"): value for key, value in options.items()}))
        finally:
            withdraw(name)

    def schedules(self, collection: RemoteCollection) -> bool:
        """See `Connector`."""
        return self._remote.tempers.schedules

    def collections(self) -> Sequence[RemoteCollection]:
        """See `Connector`."""
        self.traffic.requests += 1
        return self._remote.collections()

    def pull(self, collection: RemoteCollection, cursor: Cursor | None, known: Known) -> Iterator[Delta]:
        """See `Connector`."""
        if cursor is not None and self._remote.tempers.deltas is not Deltas.NONE:
            try:
                yield from self._since(collection, cursor)
                return
            except TokenRefused:
                pass
        yield from self._everything(collection, known())

    def listing(self, collection: RemoteCollection) -> frozenset[str]:
        """See `Connector`."""
        return frozenset(row.href for row in self._entries(collection))

    def fetch(self, collection: RemoteCollection, hrefs: Sequence[str]) -> Sequence[Item]:
        """See `Connector`."""
        return [self._item(collection, got) for got in self._get(collection, hrefs) if got.raw is not None]

    def find(self, collection: RemoteCollection, uid: str) -> Item | None:
        """See `Connector`."""
        if not self._remote.tempers.chooses_hrefs:
            return next(iter(self.fetch(collection, [self._href(collection, uid)])), None)
        self.traffic.requests += 1
        found = [
            self._item(collection, got) for got in self._remote.search(collection.href, uid) if got.raw is not None
        ]
        return found[0] if found else None

    def create(self, collection: RemoteCollection, uid: str, raw: bytes) -> Written:
        """See `Connector`."""
        if self._looks_before and (there := self.find(collection, uid)) is not None:
            raise Moved("it is there already", thing=there.href)
        href = None if self._remote.tempers.chooses_hrefs else self._href(collection, uid)
        self._sends(raw)
        return Written(*self._remote.put(collection.href, href, raw, if_none_match=True))

    def update(self, collection: RemoteCollection, href: str, raw: bytes, etag: str | None) -> Written:
        """See `Connector`."""
        if self._looks_before and not self._unchanged(collection, href, etag):
            raise Moved("it changed or vanished meanwhile", thing=href)
        self._sends(raw)
        return Written(*self._remote.put(collection.href, href, raw, if_match=etag or "*"))

    def delete(self, collection: RemoteCollection, href: str, etag: str | None) -> None:
        """See `Connector`."""
        if self._looks_before and not self._unchanged(collection, href, etag):
            if not self.fetch(collection, [href]):
                return
            raise Moved("it changed meanwhile", thing=href)
        self._sends(b"")
        self._remote.delete(collection.href, href, etag)

    def _since(self, collection: RemoteCollection, cursor: Cursor) -> Iterator[Delta]:
        token: str = cursor
        while True:
            self.traffic.requests += 1
            page = self._remote.changes(collection.href, token)
            token = page.token
            changes = self._changes(collection, page.rows, {})
            if not page.more:
                break
            yield Delta(changes, total=page.left)
        listing = self.listing(collection) if self._lists_for_removals else None
        yield Delta(changes, Cursor(token), complete=True, listing=listing, total=page.left)

    def _everything(self, collection: RemoteCollection, known: Mapping[str, str | None]) -> Iterator[Delta]:
        if self._remote.tempers.deltas is Deltas.NONE:
            rows = self._entries(collection)
            size = self._remote.tempers.page_size
            pages = [rows[start : start + size] for start in range(0, len(rows), size)]
            for part in pages:
                yield Delta(self._changes(collection, part, known), total=len(rows))
            yield Delta(complete=True, listing=frozenset(row.href for row in rows))
            return
        seen: set[str] = set()
        token: str | None = None
        while True:
            self.traffic.requests += 1
            page = self._remote.changes(collection.href, token)
            token = page.token
            for row in page.rows:
                (seen.discard if row.gone else seen.add)(canonical(row.href))
            changes = self._changes(collection, page.rows, known)
            if not page.more:
                break
            yield Delta(changes, total=page.left)
        yield Delta(changes, Cursor(token), complete=True, listing=frozenset(seen), total=page.left)

    def _changes(
        self, collection: RemoteCollection, rows: Sequence[Row], known: Mapping[str, str | None]
    ) -> tuple[Change, ...]:
        """The rows with their bytes. What a row names and a multiget does not have is left to the next pull."""
        changes: list[Change] = [Gone(canonical(row.href)) for row in rows if row.gone]
        wanted = [canonical(row.href) for row in rows if not row.gone and not self._is_known(row, known)]
        for got in self._get(collection, wanted):
            if got.reason is not None:
                changes.append(Unusable(canonical(got.href), got.etag, got.reason))
            elif got.raw is not None:
                item = self._item(collection, got)
                if item.etag is None or known.get(item.href) != item.etag:
                    changes.append(Upsert(item))
        return tuple(changes)

    def _is_known(self, row: Row, known: Mapping[str, str | None]) -> bool:
        return row.etag is not None and known.get(canonical(row.href)) == row.etag

    def _entries(self, collection: RemoteCollection) -> list[Row]:
        self.traffic.requests += 1
        rows = self._remote.entries(collection.href)
        self.traffic.bytes += _ROW_BYTES * len(rows)
        return [Row(canonical(row.href), row.etag) for row in rows]

    def _get(self, collection: RemoteCollection, hrefs: Sequence[str]) -> Iterator[Got]:
        size = self._remote.tempers.batch_size
        for start in range(0, len(hrefs), size):
            self.traffic.requests += 1
            for got in self._remote.multiget(collection.href, hrefs[start : start + size]):
                self.traffic.bytes += len(got.raw or b"")
                yield got

    def _item(self, collection: RemoteCollection, got: Got) -> Item:
        raw = got.raw or b""
        return Item(canonical(got.href), got.etag, find_uid(collection.format, raw), raw)

    def _unchanged(self, collection: RemoteCollection, href: str, etag: str | None) -> bool:
        there = self.fetch(collection, [href])
        return bool(there) and etag in (None, there[0].etag)

    def _href(self, collection: RemoteCollection, uid: str) -> str:
        return canonical(f"{collection.href}{quote(uid, safe='')}{EXTENSIONS[collection.format]}")

    def _sends(self, raw: bytes) -> None:
        self.traffic.requests += 1
        self.traffic.bytes += len(raw)
