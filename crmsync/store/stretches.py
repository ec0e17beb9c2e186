"""Which items of a remote are our work, and what stood there before we wrote: the write log, read item by item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import assert_never

from crmsync.store.fingerprint import fingerprint
from crmsync.values import Changes, Value


class Act(StrEnum):
    """What an entry of the write log tells of an item."""

    CREATED = "created"  # by us
    UPDATED = "updated"  # by us
    DELETED = "deleted"  # by us
    SETTLED = "settled"  # what the remote made of our write
    EDITED = "edited"  # by somebody else right after us: the item is not ours alone any more
    LET_GO = "let go"  # it is gone, or no longer our business


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of one write, or (`field` is `""`) something about an item. `replaced`: bytes of somebody else."""

    href: str
    act: Act
    field: str
    stood: Value | None
    after: Value | None
    replaced: bytes | None
    left_as: bytes


@dataclass(frozen=True, slots=True)
class Stretch:
    """Writes of ours to one item, with no edit of somebody else in between.

    `original`: the bytes before; `None` when we created the item. `before` and `after`: the fields we changed, as the
    remote showed them. `edited`: somebody else has changed an item that we created.
    """

    href: str
    original: bytes | None
    left_as: bytes
    before: Changes = field(default_factory=dict)
    after: Changes = field(default_factory=dict)
    edited: bool = False

    def untouched(self, raw: bytes) -> bool:
        """Whether these bytes are the ones we left."""
        return not self.edited and self.left_as == fingerprint(raw)


def stretches(entries: Iterable[Entry]) -> Iterator[list[Stretch]]:
    """The stretches of each item that is our work, newest first. The entries come item by item, oldest first."""
    for _, of_item in groupby(entries, key=attrgetter("href")):
        found: list[Stretch] = []
        for entry in of_item:
            _take(found, entry)
        if found:
            yield found[::-1]


def _take(found: list[Stretch], entry: Entry) -> None:
    match entry.act:
        case Act.CREATED:
            found[:] = [Stretch(entry.href, None, entry.left_as)]
        case Act.DELETED | Act.LET_GO:
            found.clear()
        case Act.EDITED:
            found[:] = [replace(one, edited=True) for one in found]
        case Act.UPDATED:
            if entry.replaced is not None:
                _replaced(found, entry, entry.replaced)
            if found:
                found[-1] = _updated(found[-1], entry)
        case Act.SETTLED:
            if found:
                shown = {entry.field: entry.after} if entry.field in found[-1].after else {}
                found[-1] = replace(found[-1], left_as=entry.left_as, after={**found[-1].after, **shown})
        case _:
            assert_never(entry.act)


def _replaced(found: list[Stretch], entry: Entry, original: bytes) -> None:
    """Somebody else had written: in an item of ours that ends our claim, in one of theirs a new stretch begins."""
    if found and found[-1].original is None:
        found[-1] = replace(found[-1], edited=True)
    else:
        found.append(Stretch(entry.href, original, entry.left_as))


def _updated(last: Stretch, entry: Entry) -> Stretch:
    if not entry.field:
        return replace(last, left_as=entry.left_as)
    before = {entry.field: entry.stood, **last.before}
    return replace(last, left_as=entry.left_as, before=before, after={**last.after, entry.field: entry.after})
