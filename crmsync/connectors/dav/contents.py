"""Items with their bytes: in batches that fit into memory, and so that one which cannot be had stops no other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crmsync.connectors.base import Change, RemoteCollection, Unusable, Upsert
from crmsync.connectors.dav import bodies
from crmsync.connectors.dav.hrefs import at, origin
from crmsync.connectors.dav.multistatus import Row
from crmsync.connectors.dav.session import Answer, Session, fail, is_page
from crmsync.connectors.uids import find_uid
from crmsync.errors import Unreachable, Untrusted
from crmsync.model import Item

_FIRST, _MOST = 100, 500
_WEIGHT = 16 * 1024 * 1024  # bytes that one answer should bring at most, going by the one before
_PATIENCE = 64  # failing answers in one pull, after which it is the server that is ill, not a few items


class Contents:
    """Asks for items by multiget (RFC 6352 section 8.7, RFC 4791 section 7.9)."""

    def __init__(self, session: Session, url: str, collection: RemoteCollection) -> None:
        """`url`: where the collection is."""
        self._session = session
        self._url = url
        self._collection = collection
        self._failures = 0

    def pages(self, hrefs: Sequence[str]) -> Iterator[tuple[Change, ...]]:
        """Every item that is there, at most 500 to a page; those that do not exist are left out."""
        start, size = 0, _FIRST
        while start < len(hrefs):
            batch = hrefs[start : start + size]
            start += len(batch)
            page = tuple(self._multiget(batch))
            weight = sum(len(change.item.raw) for change in page if isinstance(change, Upsert))
            size = min(_MOST, max(1, _WEIGHT * len(batch) // max(weight, 1)))
            yield page

    def _multiget(self, hrefs: Sequence[str]) -> Iterator[Change]:
        """A batch on which the server fails is halved until the bad item is found, and that one is asked for alone."""
        body = bodies.multiget(self._collection.format, hrefs)
        answer = self._session.send("REPORT", self._url, body, depth="0")
        rows = self._rows(answer)
        if rows is None and len(hrefs) > 1:
            half = len(hrefs) // 2
            yield from self._multiget(hrefs[:half])
            yield from self._multiget(hrefs[half:])
            return
        waiting = dict.fromkeys(hrefs)
        for row in rows or ():
            if row.href in waiting:
                del waiting[row.href]
                if row.status not in (404, 410):
                    yield change_of(self._collection, row)
        for href in waiting:  # servers leave out what does not exist, and what they name in another way
            yield from self._alone(href)

    def _rows(self, answer: Answer) -> Sequence[Row] | None:
        """What a multiget brought; `None` when one of its items may be what makes the server fail."""
        if answer.status not in (200, 207, 500):
            fail(answer)
        try:
            if answer.status != 500:
                return answer.multistatus().rows
        except Unreachable:  # a control character inside one card makes the whole answer no XML
            if answer.status != 207:
                raise
        self._failures += 1
        if self._failures > _PATIENCE:
            raise Unreachable("it fails for one item after the other", thing=self._collection.href)
        return None

    def _alone(self, href: str) -> Iterator[Change]:
        answer = self._session.send("GET", at(origin(self._url), href))
        if answer.status == 200:
            if is_page(answer):
                raise Untrusted("a page for people came back instead of an item", thing=href)
            uid = find_uid(self._collection.format, answer.body)
            yield Upsert(Item(href, answer.headers.get("etag") or None, uid, answer.body))
        elif answer.status in (401, 429, 503):
            fail(answer)
        elif answer.status not in (404, 410):
            yield Unusable(href, None, f"the server fails when it is asked for this item ({answer.status})")


def change_of(collection: RemoteCollection, row: Row) -> Change:
    """What one row of a multiget or a query says."""
    if not 200 <= row.status < 300:
        return Unusable(row.href, row.etag, f"the server does not give it ({row.status})")
    if row.data is None:
        return Unusable(row.href, row.etag, "the server gave no content for it")
    raw = row.data.encode("utf-8")
    return Upsert(Item(row.href, row.etag, find_uid(collection.format, raw), raw))
