"""Which items of a remote are our work, and what stood there before we wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from crmsync.store.jsontext import dump_fields, load_changes
from crmsync.store.session import Session
from crmsync.values import Changes


@dataclass(frozen=True, slots=True)
class Stretch:
    """Writes of ours to one item, with no edit of somebody else in between.

    `original`: the bytes before; `None` when we created the item. `before` and `after`: the fields we changed, as the
    remote showed them. `edited`: somebody else has changed an item that we created.
    """

    href: str
    number: int
    original: bytes | None
    left_as: bytes
    before: Changes
    after: Changes
    edited: bool

    def untouched(self, raw: bytes) -> bool:
        """Whether these bytes are the ones we left."""
        return not self.edited and self.left_as == _hash(raw)


_ROW = "href, stretch, original, left_as, before, after, edited"


class Ours:
    """The table `ours`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def created(self, collection: int, href: str, raw: bytes, *, edited: bool = False) -> None:
        """We made this item."""
        self._session.write(
            "INSERT OR REPLACE INTO ours (collection, href, stretch, left_as, edited) VALUES (?, ?, 0, ?, ?)",
            (collection, href, _hash(raw), int(edited)),
        )

    def changed(self, collection: int, href: str, replaced: bytes, raw: bytes, before: Changes, after: Changes) -> None:
        """We replaced these bytes by those; `before` and `after` are the fields that changed by it."""
        last = self._last(collection, href)
        foreign = last is not None and last.left_as != _hash(replaced)
        if last is None or (foreign and last.original is not None):
            number = 0 if last is None else last.number + 1
            self._session.write(
                f"INSERT INTO ours (collection, {_ROW}) VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
                (collection, href, number, replaced, _hash(raw), dump_fields(before), dump_fields(after)),
            )
            return
        merged = {**before, **last.before}, {**last.after, **after}
        self._session.write(
            "UPDATE ours SET left_as = ?, before = ?, after = ?, edited = edited OR ? "
            "WHERE collection = ? AND href = ? AND stretch = ?",
            (_hash(raw), *map(dump_fields, merged), int(foreign), collection, href, last.number),
        )

    def left(self, collection: int, href: str, raw: bytes, shown: Changes) -> None:
        """What the remote made of our last write: its bytes, and the fields of it that we had changed."""
        last = self._last(collection, href)
        if last is not None:
            after = {**last.after, **{name: value for name, value in shown.items() if name in last.after}}
            self._session.write(
                "UPDATE ours SET left_as = ?, after = ? WHERE collection = ? AND href = ? AND stretch = ?",
                (_hash(raw), dump_fields(after), collection, href, last.number),
            )

    def edited(self, collection: int, href: str) -> None:
        """Somebody else wrote right after us: the item is not ours alone any more."""
        self._session.write("UPDATE ours SET edited = 1 WHERE collection = ? AND href = ?", (collection, href))

    def of(self, collection: int) -> Iterator[list[Stretch]]:
        """The stretches of each item, newest first, item by item."""
        item: list[Stretch] = []
        sql = f"SELECT {_ROW} FROM ours WHERE collection = ? ORDER BY href, stretch DESC"
        for stretch in map(_stretch, self._session.all(sql, (collection,))):
            if item and item[0].href != stretch.href:
                yield item
                item = []
            item.append(stretch)
        if item:
            yield item

    def edited_since(self, collection: int, href: str, raw: bytes) -> bool:
        """Whether an item that we made is not as we left it; False where that is not known."""
        last = self._last(collection, href)
        return last is not None and not last.untouched(raw)

    def item(self, collection: int, href: str) -> list[Stretch]:
        """The stretches of one item of somebody else, newest first; none of one that we created."""
        sql = f"SELECT {_ROW} FROM ours WHERE collection = ? AND href = ? ORDER BY stretch DESC"
        found = [_stretch(row) for row in self._session.all(sql, (collection, href))]
        return found if found and found[-1].original is not None else []

    def forget(self, collection: int, href: str) -> None:
        """The item is gone, or no longer our business."""
        self._session.write("DELETE FROM ours WHERE collection = ? AND href = ?", (collection, href))

    def _last(self, collection: int, href: str) -> Stretch | None:
        row = self._session.one(
            f"SELECT {_ROW} FROM ours WHERE collection = ? AND href = ? ORDER BY stretch DESC LIMIT 1",
            (collection, href),
        )
        return None if row is None else _stretch(row)


def _hash(raw: bytes) -> bytes:
    return blake2b(raw, digest_size=16).digest()


def _stretch(row: tuple[Any, ...]) -> Stretch:
    href, number, original, left_as, before, after, edited = row
    return Stretch(href, number, original, left_as, load_changes(before), load_changes(after), bool(edited))
