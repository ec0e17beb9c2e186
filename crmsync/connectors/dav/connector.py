"""The contract of `connectors.base`, spoken in CardDAV and CalDAV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from crmsync.connectors.base import (
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
from crmsync.connectors.dav.contents import Contents, change_of
from crmsync.connectors.dav.hrefs import at, normal, origin, resolve, without_secret
from crmsync.connectors.dav.multistatus import Multistatus, Row
from crmsync.connectors.dav.session import Answer, Session, fail, is_page
from crmsync.errors import Moved, Unreachable, Untrusted
from crmsync.model import Cursor, Item, RecordType

_ENDINGS = {"vcard": ".vcf", "ical": ".ics"}
_TYPES = {"vcard": "text/vcard; charset=utf-8", "ical": "text/calendar; charset=utf-8"}
_NO_REPORT = (400, 403, 405, 415, 422, 501)


class DavConnector(Connector):
    """One account on a DAV server.

    Options: `trust` (hosts that may be asked although they are not the one set up, comma-separated), `ca` (a PEM file
    with the server's certificate authority), `guards` (`none`: the server ignores If-Match, so look before each write).
    """

    def __init__(self, settings: Settings) -> None:
        """Raises `BadConfig` for an address that is none."""
        super().__init__(settings)
        self._origin = origin(discovery.starts(settings.url)[0])
        self._hints = dict(settings.hints)
        self._session = Session(
            settings.username,
            settings.secret,
            self.traffic,
            discovery.reach(settings.url, settings.options.get("trust", "")),
            settings.options.get("ca", ""),
        )

    def close(self) -> None:
        """Ends all connections."""
        self._session.close()

    def hints(self) -> Mapping[str, str]:
        """`report HREF`: no sync-collection there; `tokens HREF`: they change by themselves; `guards`: see options."""
        return dict(self._hints)

    def collections(self) -> Sequence[RemoteCollection]:
        """Every address book, calendar and task list of the user."""
        return discovery.discover(self._session, self.settings.url, self.tell)

    def schedules(self, collection: RemoteCollection) -> bool:
        """What the server says of itself (RFC 6638 section 2); one that does not say what it can do may well."""
        told = self._session.send("OPTIONS", self._url(collection.href)).headers.get("dav", "")
        return not told or "calendar-auto-schedule" in told.lower()

    def pull(self, collection: RemoteCollection, cursor: Cursor | None, known: Known) -> Iterator[Delta]:
        """Changes by sync token; everything by etag where there is no token, or the server no longer honours it."""
        if self._hints.get(f"report {collection.href}") == "none":
            yield from self._listed(collection, known)
            return
        first = self._changes(collection, str(cursor or ""))
        if isinstance(first, Answer) and cursor:
            first, cursor = self._changes(collection, ""), None
        if isinstance(first, Answer):
            yield from self._listed(collection, known)
            if first.status != 403 or first.names("supported-report"):  # RFC 3253 section 3.6; else a right is missing
                self._hints[f"report {collection.href}"] = "none"  # a server whose listing failed is not remembered
            return
        if (
            cursor
            and first.token not in ("", cursor)
            and not first.names_something
            and self._may_be_restored(collection)
        ):
            yield from self._compared(collection, first.token, known)
            return
        yield from self._by_token(collection, first, known, full=not cursor)

    def _may_be_restored(self, collection: RemoteCollection) -> bool:
        """Whether another token without any change is strange: a server put back from a backup answers like that."""
        return self._hints.get(f"tokens {collection.href}") != "drift"

    def _compared(self, collection: RemoteCollection, token: str, known: Known) -> Iterator[Delta]:
        """Everything by etag, although the server claims that nothing changed."""
        have = known()
        pages = list(self._listed(collection, lambda: have))
        listing = pages[-1].listing or frozenset()
        if len(pages) == 1 and listing == have.keys():
            self._hints[f"tokens {collection.href}"] = "drift"
        yield from pages[:-1]
        yield Delta((), Cursor(token), True, listing)

    def _changes(self, collection: RemoteCollection, token: str) -> Multistatus | Answer:
        """One sync report; the answer itself when the server refuses the token, or knows no such report."""
        answer = self._session.send("REPORT", self._url(collection.href), bodies.changes(token), depth="0")
        # What counts is the precondition, not the status: Radicale says 403, Xandikos 412, others 409.
        if answer.status in (403, 409, 410, 412) and (token or answer.names("valid-sync-token")):
            return answer
        if answer.status in _NO_REPORT:
            return answer
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
            if isinstance(following, Answer):
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
        for page in self._bytes_of(collection).pages(hrefs):
            yield Delta(page, total=len(hrefs))

    def _bytes_of(self, collection: RemoteCollection) -> Contents:
        return Contents(self._session, self._url(collection.href), collection)

    def fetch(self, collection: RemoteCollection, hrefs: Sequence[str]) -> Sequence[Item]:
        """The items as they are now."""
        found: list[Item] = []
        for page in self._bytes_of(collection).pages(hrefs):
            for change in page:
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
        for component in _components(collection):
            body = bodies.by_uid(collection.format, uid, component)
            answer = self._session.send("REPORT", self._url(collection.href), body, depth="1")
            for row in () if answer.status in _NO_REPORT else _multistatus(answer).rows:
                change = change_of(collection, row)
                if isinstance(change, Upsert) and change.item.uid == uid:
                    return change.item
        return None

    def create(self, collection: RemoteCollection, uid: str, raw: bytes) -> Written:
        """`PUT` with `If-None-Match: *` under a name made of the UID."""
        href = self._place(collection, uid)
        if self._is_careless and self.fetch(collection, [href]):
            raise Moved("it is there already", thing=href)
        return self._put(href, collection, raw, {"If-None-Match": "*"})

    def update(self, collection: RemoteCollection, href: str, raw: bytes, etag: str | None) -> Written:
        """`PUT` with `If-Match`, after a look at the item where that is not enough."""
        if etag is not None and self._needs_a_look(etag):
            self._look(collection, href, etag)
        return self._put(href, collection, raw, _condition(etag))

    def delete(self, collection: RemoteCollection, href: str, etag: str | None) -> None:
        """`DELETE` with `If-Match`, after a look at the item where that is not enough."""
        if etag is not None and self._needs_a_look(etag) and not self._look(collection, href, etag, gone_is_fine=True):
            return
        answer = self._session.send("DELETE", self._at(collection, href), headers=_condition(etag))
        _no_page(answer)
        if answer.status not in (200, 202, 204, 404, 410):
            fail(answer)

    @property
    def _is_careless(self) -> bool:
        """Whether this server overwrites in spite of If-Match and If-None-Match."""
        return "none" in (self.settings.options.get("guards"), self._hints.get("guards"))

    def _needs_a_look(self, etag: str) -> bool:
        return self._is_careless or etag.startswith("W/")  # a weak one is no condition (RFC 9110 section 13.1.1)

    def _look(self, collection: RemoteCollection, href: str, etag: str, *, gone_is_fine: bool = False) -> bool:
        """Whether the item is there, with this etag. Raises `Moved` otherwise."""
        now = self.fetch(collection, [href])
        if not now and gone_is_fine:
            return False
        if not now or now[0].etag != etag:
            raise Moved("it changed since we last saw it", thing=href)
        return True

    def _put(self, href: str, collection: RemoteCollection, raw: bytes, condition: Mapping[str, str]) -> Written:
        url = self._at(collection, href)
        answer = self._session.send("PUT", url, raw, {"Content-Type": _TYPES[collection.format], **condition})
        _no_page(answer)
        if answer.status not in (200, 201, 204):
            fail(answer)
        if "If-None-Match" in condition and answer.status != 201:
            self._hints["guards"] = "none"  # it says that it replaced something, which it was asked not to do
        return Written(_told_place(url, answer) or href, answer.headers.get("etag") or None)

    def _place(self, collection: RemoteCollection, uid: str) -> str:
        base = normal(collection.href)
        return normal((base if base.endswith("/") else base + "/") + quote(uid, safe="") + _ENDINGS[collection.format])

    def _url(self, href: str) -> str:
        """Where a collection is."""
        return href if "://" in href else at(self._origin, href)

    def _at(self, collection: RemoteCollection, href: str) -> str:
        """Where an item of a collection is."""
        return at(origin(self._url(collection.href)), href)


def _multistatus(answer: Answer) -> Multistatus:
    if answer.status not in (200, 207):
        fail(answer)
    return answer.multistatus()


def _no_page(answer: Answer) -> None:
    """A network that wants a log-in first says 200 to everything, which is no success of a write."""
    if answer.status == 200 and is_page(answer):
        raise Untrusted(
            "a page for people came back, so nothing is known of what was written",
            thing=without_secret(answer.url),
            next_step="Is this network asking you to log in first?",
        )


def _condition(etag: str | None) -> dict[str, str]:
    return {} if etag is None or etag.startswith("W/") else {"If-Match": etag}


def _told_place(url: str, answer: Answer) -> str | None:
    """Where the server says that it put an item, if that is on the same server."""
    location = answer.headers.get("location")
    try:
        place = resolve(url, location) if location else ""
    except Untrusted:  # the item is written, whatever this may mean
        return None
    return normal(place) if place and origin(place) == origin(url) else None


def _components(collection: RemoteCollection) -> Sequence[str]:
    """What to look for in a calendar; for an address book any one word will do."""
    if collection.format == "vcard":
        return ("",)
    names = {RecordType.APPOINTMENT: "VEVENT", RecordType.TASK: "VTODO"}
    return [name for kind, name in names.items() if kind in collection.accepts]
