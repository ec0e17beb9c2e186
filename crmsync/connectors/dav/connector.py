"""The contract of `connectors.base`, spoken in CardDAV and CalDAV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from crmsync.connectors.dav import bodies, discovery
from crmsync.connectors.dav.hrefs import normal, origin, resolve
from crmsync.connectors.dav.multistatus import Multistatus, Row
from crmsync.connectors.dav.session import Answer, Session, fail
from crmsync.connectors.uids import find_uid
from crmsync.errors import Moved, Unreachable
from crmsync.model import CollectionKind, Cursor, Item

_BATCH = 500
_ENDINGS = {"vcard": ".vcf", "ical": ".ics"}
_TYPES = {"vcard": "text/vcard; charset=utf-8", "ical": "text/calendar; charset=utf-8"}
_NO_REPORT = (400, 403, 405, 415, 422, 501)


class DavConnector(Connector):
    """One account on a DAV server.

    Options: `trust` (hosts that may be asked although they are not the one set up, comma-separated), `ca` (a PEM file
    with the server's certificate authority).
    """

    def __init__(self, settings: Settings) -> None:
        """Raises `BadConfig` for an address that is none."""
        super().__init__(settings)
        self._origin = origin(discovery.starts(settings.url)[0])
        self._hints = dict(settings.hints)
        self._origin = self._hints.get("origin", self._origin)
        self._session = Session(
            settings.username,
            settings.secret,
            self.traffic,
            settings.options.get("trust", ""),
            settings.options.get("ca", ""),
        )

    def close(self) -> None:
        """Ends all connections."""
        self._session.close()

    def hints(self) -> Mapping[str, str]:
        """The origin that answered, and collections whose server knows no sync-collection."""
        return dict(self._hints)

    def collections(self) -> Sequence[RemoteCollection]:
        """Every address book, calendar and task list of the user."""
        return discovery.discover(self._session, self.settings.url)

    def pull(self, collection: RemoteCollection, cursor: Cursor | None, known: Known) -> Iterator[Delta]:
        """Changes by sync token; everything by etag where there is no token, or the server no longer honours it."""
        if self._hints.get(f"report {collection.href}") == "none":
            yield from self._listed(collection, known)
            return
        first = self._changes(collection, str(cursor or ""))
        if first is None and cursor:
            first, cursor = self._changes(collection, ""), None
        if first is None:
            yield from self._listed(collection, known)
            self._hints[f"report {collection.href}"] = (
                "none"  # only now: a server that fails is not one without reports
            )
            return
        yield from self._by_token(collection, first, known, full=not cursor)

    def _changes(self, collection: RemoteCollection, token: str) -> Multistatus | None:
        """One sync report; `None` when the server refuses the token, or knows no such report."""
        answer = self._session.send("REPORT", self._url(collection.href), bodies.changes(token), depth="0")
        # What counts is the precondition, not the status: Radicale says 403, Xandikos 412, others 409.
        if answer.status in (403, 409, 410, 412) and (token or answer.names("valid-sync-token")):
            return None
        if answer.status in _NO_REPORT:
            return None
        return _multistatus(answer)

    def _by_token(
        self, collection: RemoteCollection, first: Multistatus, known: Known, *, full: bool
    ) -> Iterator[Delta]:
        """The pages of a sync report, following it while the server says that it cut it."""
        listing: set[str] = set()
        have = known() if full else {}
        page, token = first, ""
        while True:
            rows = self._items(collection, page)
            gone = tuple(Gone(row.href) for row in rows if row.status in (404, 410))
            there = [row for row in rows if row.status not in (404, 410)]
            listing.difference_update(one.href for one in gone)
            listing.update(row.href for row in there)
            wanted = [row.href for row in there if not (full and row.etag and have.get(row.href) == row.etag)]
            if gone and not full:
                yield Delta(gone)
            yield from self._contents(collection, wanted)
            token, before = page.token or token, token
            if not page.truncated or not page.token or page.token == before:
                break
            following = self._changes(collection, page.token)
            if following is None:
                raise Unreachable("the server cut its answer and then refused to go on", thing=collection.href)
            page = following
        if page.truncated:
            raise Unreachable("the server cut its answer", thing=collection.href, next_step="The next sync asks again")
        yield Delta((), Cursor(token) if token else None, True, frozenset(listing) if full else None)

    def _listed(self, collection: RemoteCollection, known: Known) -> Iterator[Delta]:
        """Everything by etag: for servers without sync tokens."""
        have = known()
        rows = self._entries(collection)
        yield from self._contents(collection, [r.href for r in rows if not r.etag or have.get(r.href) != r.etag])
        yield Delta((), None, True, frozenset(row.href for row in rows))

    def listing(self, collection: RemoteCollection) -> frozenset[str]:
        """Every href, by PROPFIND, which has nothing to do with sync tokens."""
        return frozenset(row.href for row in self._entries(collection))

    def _entries(self, collection: RemoteCollection) -> Sequence[Row]:
        answer = self._session.send("PROPFIND", self._url(collection.href), bodies.ETAGS, depth="1")
        return [row for row in self._items(collection, _multistatus(answer)) if 200 <= row.status < 300]

    def _items(self, collection: RemoteCollection, answer: Multistatus) -> list[Row]:
        """The rows that are items: not the collection itself, and no collection inside it."""
        here = normal(collection.href).rstrip("/")
        return [
            r for r in answer.rows if r.href.rstrip("/") != here and not r.is_collection and not r.href.endswith("/")
        ]

    def _contents(self, collection: RemoteCollection, hrefs: Sequence[str]) -> Iterator[Delta]:
        for start in range(0, len(hrefs), _BATCH):
            batch = hrefs[start : start + _BATCH]
            yield Delta(tuple(self._multiget(collection, batch)), total=len(hrefs))

    def _multiget(self, collection: RemoteCollection, hrefs: Sequence[str]) -> Iterator[Change]:
        """The items with their content. A batch on which the server fails is halved until the bad item is found."""
        body = bodies.multiget(collection.format, hrefs)
        answer = self._session.send("REPORT", self._url(collection.href), body, depth="0")
        if answer.status == 500 and len(hrefs) > 1:
            half = len(hrefs) // 2
            yield from self._multiget(collection, hrefs[:half])
            yield from self._multiget(collection, hrefs[half:])
            return
        if answer.status == 500:
            yield Unusable(hrefs[0], None, "the server fails when it is asked for this item (500)")
            return
        wanted = frozenset(hrefs)
        for row in _multistatus(answer).rows:
            if row.href in wanted and row.status not in (404, 410):
                yield _change(collection, row)

    def fetch(self, collection: RemoteCollection, hrefs: Sequence[str]) -> Sequence[Item]:
        """The items as they are now."""
        found: list[Item] = []
        for start in range(0, len(hrefs), _BATCH):
            for change in self._multiget(collection, hrefs[start : start + _BATCH]):
                match change:
                    case Upsert(item):
                        found.append(item)
                    case Unusable(href, _, reason):
                        raise Unreachable(f"it is there, but {reason}", thing=href)
        return found

    def find(self, collection: RemoteCollection, uid: str) -> Item | None:
        """Where we would have put it; else wherever the server has an item with this UID."""
        for item in self.fetch(collection, [self._place(collection, uid)]):
            if item.uid == uid:
                return item
        component = "VTODO" if collection.kind is CollectionKind.TASKS else "VEVENT"
        body = bodies.by_uid(collection.format, uid, component)
        answer = self._session.send("REPORT", self._url(collection.href), body, depth="1")
        if answer.status in _NO_REPORT:
            return None
        for row in _multistatus(answer).rows:
            change = _change(collection, row)
            if isinstance(change, Upsert) and change.item.uid == uid:
                return change.item
        return None

    def create(self, collection: RemoteCollection, uid: str, raw: bytes) -> Written:
        """`PUT` with `If-None-Match: *` under a name made of the UID."""
        headers = {"If-None-Match": "*", "Content-Type": _TYPES[collection.format]}
        return self._put(self._place(collection, uid), collection, raw, headers)

    def update(self, collection: RemoteCollection, href: str, raw: bytes, etag: str | None) -> Written:
        """`PUT` with `If-Match`; an etag that is weak cannot be used there, so the item is looked at first."""
        headers = {"Content-Type": _TYPES[collection.format]}
        if etag is not None:
            headers |= self._condition(collection, href, etag)
        return self._put(href, collection, raw, headers)

    def delete(self, collection: RemoteCollection, href: str, etag: str | None) -> None:
        """`DELETE` with `If-Match`."""
        headers = self._condition(collection, href, etag) if etag is not None else {}
        answer = self._session.send("DELETE", self._at(collection, href), headers=headers)
        if answer.status not in (200, 202, 204, 404, 410):
            fail(answer)

    def _condition(self, collection: RemoteCollection, href: str, etag: str) -> dict[str, str]:
        if not etag.startswith("W/"):
            return {"If-Match": etag}
        now = self.fetch(collection, [href])
        if not now or now[0].etag != etag:
            raise Moved("it changed since we last saw it", thing=href)
        return {}

    def _put(self, href: str, collection: RemoteCollection, raw: bytes, headers: Mapping[str, str]) -> Written:
        url = self._at(collection, href)
        answer = self._session.send("PUT", url, raw, headers)
        if answer.status not in (200, 201, 204):
            fail(answer)
        location = answer.headers.get("location")
        if location and origin(resolve(url, location)) == origin(url):
            href = normal(location)
        return Written(href, answer.headers.get("etag") or None)

    def _place(self, collection: RemoteCollection, uid: str) -> str:
        base = normal(collection.href)
        return normal((base if base.endswith("/") else base + "/") + quote(uid, safe="") + _ENDINGS[collection.format])

    def _url(self, href: str) -> str:
        """Where a collection is."""
        return href if "://" in href else self._origin + href

    def _at(self, collection: RemoteCollection, href: str) -> str:
        """Where an item of a collection is."""
        return origin(self._url(collection.href)) + href


def _multistatus(answer: Answer) -> Multistatus:
    if answer.status not in (200, 207):
        fail(answer)
    return answer.multistatus()


def _change(collection: RemoteCollection, row: Row) -> Change:
    if not 200 <= row.status < 300:
        return Unusable(row.href, row.etag, f"the server does not give it ({row.status})")
    if row.data is None:
        return Unusable(row.href, row.etag, "the server gave no content for it")
    raw = row.data.encode("utf-8")
    return Upsert(Item(row.href, row.etag, find_uid(collection.format, raw), raw))
