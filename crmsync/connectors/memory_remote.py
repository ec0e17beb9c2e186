"""A whole remote in memory: the reference that shows what the contract means, with the habits of real ones.

It keeps no clock and draws no lots: the same calls give the same hrefs, etags and tokens. Several connectors may share
one. The methods of the first part are what travels "over the wire"; those of the second reach in behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from crmsync.connectors.base import RemoteCollection
from crmsync.connectors.faults import Fault, FaultScript, Operation
from crmsync.connectors.tempers import POLITE, Deltas, Etags, Tempers
from crmsync.connectors.uids import find_uid
from crmsync.errors import Moved, Refused
from crmsync.model import PEOPLE, CollectionKind, RecordType

EXTENSIONS = {"vcard": ".vcf", "ical": ".ics", "row": ""}
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


class TokenRefused(Exception):
    """The remote does not honour this token (DAV:valid-sync-token, 410, EXPIRED_SYNC_TOKEN)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a listing or of a delta."""

    href: str
    etag: str | None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to "what changed?". With `more`, ask again with `token`; `left` counts the rows from here on."""

    rows: tuple[Row, ...]
    token: str
    more: bool
    left: int


@dataclass(frozen=True, slots=True)
class Got:
    """One answer of a multiget: the bytes, or why there are none. `raw` and `reason` are both `None` for a 404."""

    href: str
    etag: str | None = None
    raw: bytes | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Stored:
    raw: bytes
    uid: str
    version: int  # counts all changes of the remote
    edition: int  # counts the changes of this item since it was made


@dataclass(frozen=True, slots=True)
class _Event:
    seq: int
    href: str
    stored: _Stored | None
    visible_at: int


@dataclass(slots=True)
class _Place:
    about: RemoteCollection
    items: dict[str, _Stored] = field(default_factory=dict)
    log: list[_Event] = field(default_factory=list)
    spoiled: dict[str, str] = field(default_factory=dict)
    pulls: int = 0

    def copy(self) -> _Place:
        return replace(self, items=dict(self.items), log=list(self.log), spoiled=dict(self.spoiled))

    def horizon(self) -> int:
        """The last change that can be seen: everything before it can be seen too."""
        seq = 0
        for event in self.log:
            if event.visible_at > self.pulls:
                break
            seq = event.seq
        return seq

    def latest(self, after: int, upto: int) -> list[_Event]:
        """The last event of each href in that window, oldest first."""
        last = {event.href: event for event in self.log if after < event.seq <= upto}
        return sorted(last.values(), key=lambda event: event.seq)


class _Places(dict[str, _Place]):
    def __missing__(self, href: str) -> _Place:
        raise Moved("there is no such collection", thing=href)  # as servers do, with 404


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A backup of everything, for `restore_backup`."""

    places: dict[str, _Place]


def canonical(href: str) -> str:
    """The one spelling of an href (RFC 3986 section 6.2.2): nothing encoded that need not be, hex in upper case."""

    def one(found: re.Match[str]) -> str:
        char = chr(int(found[1], 16))
        return char if _UNRESERVED.fullmatch(char) else found[0].upper()

    return re.sub(r"%([0-9A-Fa-f]{2})", one, href)


class MemoryRemote:
    """One remote with its collections and its tempers. `between_pages` is called before each further page."""

    def __init__(self, tempers: Tempers = POLITE) -> None:
        self.tempers = tempers
        self.between_pages: Callable[[], None] | None = None
        self.now = 0
        self._places = _Places()
        self._faults = FaultScript()
        self._generation = 0
        self._reads = 0

    # --- over the wire

    def collections(self) -> list[RemoteCollection]:
        """What a client may see."""
        return self._faults.run(Operation.COLLECTIONS, lambda: [place.about for place in self._places.values()])

    def changes(self, collection: str, token: str | None) -> Page:
        """One page of what changed since `token`, or of everything. Raises `TokenRefused`."""
        return self._faults.run(Operation.CHANGES, lambda: self._changes(self._places[collection], token))

    def entries(self, collection: str) -> list[Row]:
        """Every href and etag."""
        return self._faults.run(Operation.ENTRIES, lambda: self._entries(self._places[collection]))

    def multiget(self, collection: str, hrefs: Sequence[str]) -> list[Got]:
        """The bytes behind these hrefs."""
        return self._faults.run(Operation.MULTIGET, lambda: self._multiget(self._places[collection], hrefs))

    def search(self, collection: str, uid: str) -> list[Got]:
        """The items that carry this UID."""
        place = self._places[collection]
        return self._faults.run(
            Operation.SEARCH,
            lambda: self._multiget(place, [href for href, stored in place.items.items() if stored.uid == uid]),
        )

    def put(
        self, collection: str, href: str | None, raw: bytes, *, if_match: str | None = None, if_none_match: bool = False
    ) -> tuple[str, str | None]:
        """Stores bytes under `href`, or under one of its own when `None`. `if_match` may be `*`.

        Raises `Moved` for a failed precondition, `Refused` for what it does not take.
        """
        place = self._places[collection]
        return self._faults.run(Operation.PUT, lambda: self._put(place, href, raw, if_match, if_none_match))

    def delete(self, collection: str, href: str, if_match: str | None) -> None:
        """Removes an item. Raises `Moved` for a failed precondition; an absent one is fine."""
        self._faults.run(Operation.DELETE, lambda: self._delete(self._places[collection], href, if_match))

    # --- behind its back

    def add_collection(
        self,
        href: str,
        format: str = "vcard",
        kind: CollectionKind | None = None,
        *,
        name: str = "",
        accepts: tuple[RecordType, ...] = (),
        read_only: bool = False,
    ) -> RemoteCollection:
        """Makes an empty collection. Kind, name and accepted types follow from the format unless they are given."""
        kinds = {"vcard": CollectionKind.ADDRESSBOOK, "ical": CollectionKind.CALENDAR, "row": CollectionKind.TABLE}
        kind = kind or kinds[format]
        types = {CollectionKind.CALENDAR: (RecordType.APPOINTMENT,), CollectionKind.TASKS: (RecordType.TASK,)}
        accepts = accepts or types.get(kind, PEOPLE)
        about = RemoteCollection(href, kind, name or href.strip("/"), format, accepts, read_only)
        self._places[href] = _Place(about)
        return about

    def remove_collection(self, href: str) -> None:
        """Takes a whole collection away."""
        del self._places[href]

    def protect(self, collection: str, read_only: bool = True) -> None:
        """Makes a collection read-only, or writable again."""
        place = self._places[collection]
        place.about = replace(place.about, read_only=read_only)

    def seed(self, collection: str, name: str, raw: bytes) -> str:
        """Adds an item as another client would; returns its href."""
        place = self._places[collection]
        href = f"{collection}{name}{EXTENSIONS[place.about.format]}"
        self._store(place, canonical(href), raw, late_by=0)
        return canonical(href)

    def edit(self, collection: str, href: str, raw: bytes) -> None:
        """Replaces an item as another client would; makes it when it is not there."""
        self._store(self._places[collection], canonical(href), raw, late_by=0)

    def remove(self, collection: str, href: str) -> None:
        """Removes an item as another client would."""
        self._drop(self._places[collection], canonical(href), late_by=0)

    def spoil(self, collection: str, href: str, reason: str = "internal error") -> None:
        """Lets reading this one item fail; an empty reason heals it."""
        self._places[collection].spoiled[canonical(href)] = reason

    def raw(self, collection: str, href: str) -> bytes | None:
        """The bytes there now, or `None`."""
        stored = self._places[collection].items.get(canonical(href))
        return stored.raw if stored else None

    def contents(self, collection: str) -> dict[str, bytes]:
        """href -> bytes of all items, as they are now."""
        return {href: stored.raw for href, stored in self._places[collection].items.items()}

    def fail(self, *faults: Fault) -> None:
        """Plans faults; see `Fault`. Operations are counted from now on."""
        for fault in faults:
            self._faults.add(fault)

    def stop_failing(self) -> None:
        """Forgets the faults that have not happened yet."""
        self._faults.clear()

    def forget_tokens(self) -> None:
        """Honours no token handed out so far."""
        self._generation += 1

    def wipe(self, collection: str) -> None:
        """Loses all items without a trace, as after a broken disk: the collection is simply empty, tokens are void."""
        place = self._places[collection]
        place.items.clear()
        place.log.clear()
        self._generation += 1

    def snapshot(self) -> Snapshot:
        """A backup."""
        return Snapshot({href: place.copy() for href, place in self._places.items()})

    def restore_backup(self, snapshot: Snapshot) -> None:
        """Puts everything back to what it was. Tokens handed out since then come from the future."""
        self._places = _Places((href, place.copy()) for href, place in snapshot.places.items())
        self._generation += 1

    # --- how it works

    def _changes(self, place: _Place, token: str | None) -> Page:
        further = token is not None and token.endswith("+")
        if further and self.between_pages is not None:
            self.between_pages()
        if not further:
            place.pulls += 1
        horizon = place.horizon()
        position, floor, born = self._read_token(place, token, horizon)
        events = [e for e in place.latest(position, horizon) if e.stored is not None or self._tells(e, floor)]
        page = events[: self.tempers.page_size]
        more = len(events) > len(page)
        after = page[-1].seq if more else horizon
        shown = place.latest(position - 1, position) + page[::-1] if self.tempers.repeats_rows and further else page
        rows = tuple(self._row(event.href, event.stored) for event in shown)
        following = f"{self._generation}.{after}.{floor if more else 0}.{born}{'+' if more else ''}"
        return Page(rows, following, more, len(events))

    def _tells(self, event: _Event, floor: int) -> bool:
        return self.tempers.deltas is Deltas.TOKEN and event.seq > floor

    def _read_token(self, place: _Place, token: str | None, horizon: int) -> tuple[int, int, int]:
        """Position, floor (removals up to it are not told) and the pull at which the client last listed all."""
        start = (0, horizon, place.pulls)
        if token is None:
            return start
        found = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)\.(\d+)(\+?)", token)
        if not self.tempers.accepts_foreign_tokens and (
            found is None or int(found[1]) != self._generation or int(found[2]) > horizon
        ):
            raise TokenRefused(token)
        if found is None:
            return (horizon, 0, place.pulls)
        position, floor, born = int(found[2]), int(found[3]), int(found[4])
        if not found[5]:
            lasts = self.tempers.token_lasts
            if self.tempers.refuses_tokens or (lasts is not None and place.pulls - born > lasts):
                raise TokenRefused(token)
            if self.tempers.deltas is Deltas.EVERYTHING:
                return (0, horizon, born)
        return (position, floor, born)

    def _entries(self, place: _Place) -> list[Row]:
        place.pulls += 1
        if not self.tempers.late_by:
            return [self._row(href, stored) for href, stored in place.items.items()]
        events = place.latest(0, place.horizon())
        return [self._row(event.href, event.stored) for event in events if event.stored is not None]

    def _row(self, href: str, stored: _Stored | None) -> Row:
        if stored is None:
            return Row(self._spell(href), None, gone=True)
        return Row(self._spell(href), None if self.tempers.etags is Etags.WITH_ITEM else self._etag(stored))

    def _multiget(self, place: _Place, hrefs: Sequence[str]) -> list[Got]:
        found = [self._got(place, canonical(href)) for href in hrefs]
        return [got for got in found if not self.tempers.omits_missing or got.raw is not None or got.reason]

    def _got(self, place: _Place, href: str) -> Got:
        stored = place.items.get(href)
        spelled = self._spell(href)
        if stored is None:
            return Got(spelled)
        if reason := place.spoiled.get(href):
            return Got(spelled, self._etag(stored), None, reason)
        return Got(spelled, self._etag(stored), stored.raw)

    def _put(
        self, place: _Place, href: str | None, raw: bytes, if_match: str | None, if_none_match: bool
    ) -> tuple[str, str | None]:
        self._writable(place)
        limit = self.tempers.largest_item
        if limit is not None and len(raw) > limit:
            raise Refused(f"the remote takes items up to {limit} bytes", thing=href or "")
        if href is None:
            href = f"{place.about.href}id{self.now + 1}"
        href = canonical(href)
        there = place.items.get(href)
        if there is not None and if_none_match and not self.tempers.ignores_if_none_match:
            raise Moved("something is there already", thing=href)
        self._matches(there, if_match, href)
        uid = find_uid(place.about.format, raw)
        if self.tempers.refuses_duplicate_uid and any(
            stored.uid == uid and other != href for other, stored in place.items.items()
        ):
            raise Refused(f"another item has the UID {uid}", thing=href)
        stored = self._store(place, href, raw, self.tempers.late_by)
        changed = stored.raw != raw and not self.tempers.etag_despite_rewrite
        return href, None if changed or self.tempers.put_hides_etag else self._etag(stored)

    def _delete(self, place: _Place, href: str, if_match: str | None) -> None:
        self._writable(place)
        href = canonical(href)
        there = place.items.get(href)
        if there is not None:
            self._matches(there, if_match, href)
            self._drop(place, href, self.tempers.late_by)

    def _writable(self, place: _Place) -> None:
        if place.about.read_only:
            raise Refused("this collection is read-only", thing=place.about.href)

    def _matches(self, there: _Stored | None, if_match: str | None, href: str) -> None:
        if if_match is None or self.tempers.ignores_if_match:
            return
        if there is None:
            raise Moved("nothing is there any more", thing=href)
        current = str(there.edition if self.tempers.etags is Etags.REUSED else there.version)
        if if_match != "*" and if_match.removeprefix("W/").strip('"').partition("-")[0] != current:
            raise Moved("it changed meanwhile", thing=href)

    def _etag(self, stored: _Stored) -> str | None:
        match self.tempers.etags:
            case Etags.NULL:
                return None
            case Etags.FLAKY:
                self._reads += 1
                return f'W/"{stored.version}-{self._reads}"'
            case Etags.REUSED:
                return f'"{stored.edition}"'
            case _:
                return f'"{stored.version}"'

    def _store(self, place: _Place, href: str, raw: bytes, late_by: int) -> _Stored:
        kept = self.tempers.rewrites(raw) if self.tempers.rewrites else raw
        before = place.items.get(href)
        self.now += 1
        stored = _Stored(kept, find_uid(place.about.format, kept), self.now, before.edition + 1 if before else 1)
        place.items[href] = stored
        place.log.append(_Event(self.now, href, stored, place.pulls + late_by))
        return stored

    def _drop(self, place: _Place, href: str, late_by: int) -> None:
        if place.items.pop(href, None) is not None:
            self.now += 1
            place.log.append(_Event(self.now, href, None, place.pulls + late_by))

    def _spell(self, href: str) -> str:
        return href.replace("-", "%2d").replace(".", "%2e") if self.tempers.respells_hrefs else href
