"""What the remote holds, as far as we know. Bytes in, bytes out; what they mean is the cycle's to say.

An item is dirty from the moment its bytes changed, it appeared or it vanished, until a cycle has looked at it. An etag
that moved while the bytes stayed is no change.
"""

from __future__ import annotations

from collections.abc import Collection as AnyCollection
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from crmsync.model import Item
from crmsync.store.fingerprint import fingerprint
from crmsync.store.session import Session, batches, marks

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Put:
    """What a page brought, by href. `hashes`: of the bytes of each."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    hashes: Mapping[str, bytes] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Mirrored:
    """An item in the mirror. `gone`: the remote no longer lists it; these are its last bytes."""

    item: Item
    dirty: bool
    gone: bool


_ITEM = "m.id, m.href, m.etag, m.uid, w.raw, m.dirty, m.gone FROM mirror m JOIN mirror_raw w ON w.id = m.id"


class Mirror:
    """The tables `mirror` and `mirror_raw`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put_many(self, collection: int, items: Iterable[Item], *, dirty: bool = True) -> Put:
        """Takes in items as the remote has them now; new and changed ones become dirty. Memory stays flat.

        An item named twice counts as the remote named it last. One that was gone and is back is `changed`.
        With `dirty` off the caller looks at them in the same transaction, and marks those that have to wait.
        """
        source, new, changed, same = iter(items), list[str](), list[str](), list[str]()
        hashes: dict[str, bytes] = {}
        while batch := {item.href: item for item in islice(source, _BATCH)}:
            hashes |= {href: fingerprint(item.raw) for href, item in batch.items()}
            known = self._known(collection, list(batch))
            fresh = [item for href, item in batch.items() if href not in known]
            self._insert(collection, fresh, hashes, dirty=dirty)
            new += [item.href for item in fresh]
            for href, (id, etag, hash, gone) in known.items():
                item = batch[href]
                if hash == hashes[href] and not gone:
                    same.append(href)
                    if etag != item.etag:
                        self._session.write("UPDATE mirror SET etag = ? WHERE id = ?", (item.etag, id))
                else:
                    changed.append(href)
                    self._replace(id, item, hashes[href], dirty=dirty)
        return Put(tuple(new), tuple(changed), tuple(same), hashes)

    def etags(self, collection: int) -> dict[str, str | None]:
        """href -> etag of everything that is there; reads no item bytes."""
        return dict(self._session.all("SELECT href, etag FROM mirror WHERE collection = ? AND NOT gone", (collection,)))

    def absent(self, collection: int, listing: AnyCollection[str]) -> list[str]:
        """What the mirror holds and a full listing does not. Nothing is marked: the guard decides first."""
        rows = self._session.all("SELECT href FROM mirror WHERE collection = ? AND NOT gone", (collection,))
        return [href for (href,) in rows if href not in listing]

    def mark_gone(self, collection: int, hrefs: Iterable[str]) -> int:
        """The remote no longer has these; each becomes dirty once. Returns how many were there until now."""
        return self._session.write_many(
            "UPDATE mirror SET gone = 1, dirty = 1 WHERE collection = ? AND href = ? AND NOT gone",
            [(collection, href) for href in hrefs],
        )

    def mark_dirty(self, collection: int, hrefs: Iterable[str]) -> None:
        """A cycle shall look at these again."""
        self._session.write_many(
            "UPDATE mirror SET dirty = 1 WHERE collection = ? AND href = ?", [(collection, href) for href in hrefs]
        )

    def clear_dirty(self, collection: int, hrefs: Iterable[str]) -> None:
        """A cycle has looked at these."""
        self._session.write_many(
            "UPDATE mirror SET dirty = 0 WHERE collection = ? AND href = ? AND dirty",
            [(collection, href) for href in hrefs],
        )

    def drop(self, collection: int, hrefs: Iterable[str]) -> None:
        """Forgets items: gone, and dealt with."""
        self._session.write_many(
            "DELETE FROM mirror WHERE collection = ? AND href = ?", [(collection, href) for href in hrefs]
        )

    def get(self, collection: int, href: str) -> Mirrored | None:
        """One item, gone or not; `None` when it was never seen."""
        return self.many(collection, [href]).get(href)

    def many(self, collection: int, hrefs: Sequence[str]) -> dict[str, Mirrored]:
        """These items, as far as they are known."""
        found: dict[str, Mirrored] = {}
        for batch in batches(hrefs):
            where = f"m.collection = ? AND m.href IN ({marks(len(batch))})"
            for row in self._session.all(f"SELECT {_ITEM} WHERE {where}", (collection, *batch)):
                found[row[1]] = _mirrored(row)
        return found

    def hashes(self, collection: int, hrefs: Sequence[str]) -> dict[str, str]:
        """href -> hash of the bytes of those of these items that are known, gone ones too; reads none of the bytes."""
        return {
            href: known[2].hex() for batch in batches(hrefs) for href, known in self._known(collection, batch).items()
        }

    def dirty(self, collection: int, *, after: int = 0, limit: int = _BATCH) -> tuple[list[Mirrored], int]:
        """A page of what a cycle has yet to look at, gone items included, and the `after` of the next page."""
        rows = self._session.all(
            f"SELECT {_ITEM} WHERE m.collection = ? AND m.dirty AND m.id > ? ORDER BY m.id LIMIT ?",
            (collection, after, limit),
        )
        return [_mirrored(row) for row in rows], rows[-1][0] if rows else after

    def count(self, collection: int) -> int:
        """How many items are there; costs the same at any size."""
        row = self._session.one("SELECT n FROM totals WHERE what = 'mirror' AND name = ?", (str(collection),))
        return row[0] if row else 0

    def _known(self, collection: int, hrefs: Sequence[str]) -> Mapping[str, tuple[int, str | None, bytes, int]]:
        rows = self._session.all(
            f"SELECT href, id, etag, hash, gone FROM mirror WHERE collection = ? AND href IN ({marks(len(hrefs))})",
            (collection, *hrefs),
        )
        return {href: (id, etag, hash, gone) for href, id, etag, hash, gone in rows}

    def _insert(self, collection: int, items: Sequence[Item], hashes: Mapping[str, bytes], *, dirty: bool) -> None:
        first = self._session.one("SELECT coalesce(max(id), 0) + 1 FROM mirror")[0]
        self._session.insert_many(
            "INSERT INTO mirror (id, collection, href, etag, uid, hash, dirty)",
            "(?, ?, ?, ?, ?, ?, ?)",
            [
                (id, collection, item.href, item.etag, item.uid, hashes[item.href], dirty)
                for id, item in enumerate(items, first)
            ],
        )
        self._session.write_many(
            "INSERT INTO mirror_raw VALUES (?, ?)", [(id, item.raw) for id, item in enumerate(items, first)]
        )

    def _replace(self, id: int, item: Item, hash: bytes, *, dirty: bool) -> None:
        self._session.write(
            "UPDATE mirror SET etag = ?, uid = ?, hash = ?, dirty = ?, gone = 0 WHERE id = ?",
            (item.etag, item.uid, hash, dirty, id),
        )
        self._session.write("UPDATE mirror_raw SET raw = ? WHERE id = ?", (item.raw, id))


def _mirrored(row: tuple[int, str, str | None, str, bytes, int, int]) -> Mirrored:
    _, href, etag, uid, raw, dirty, gone = row
    return Mirrored(Item(href, etag, uid, raw), bool(dirty), bool(gone))
