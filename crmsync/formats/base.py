"""What every format promises: bytes to fields and back, with everything it does not know left as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from crmsync.values import Changes, Fields


@dataclass(frozen=True, slots=True)
class Parsed:
    """One item, read. `fields` are named as in `crmsync.values`; `blobs` holds the bytes behind `sha256:<hex>` values.

    `kind` says what the item itself claims to be: `individual`, `org`, `group`, `event`, `todo`, `row`;
    `members` are the UIDs of a group's members.
    """

    uid: str
    kind: str
    fields: Fields
    blobs: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    members: tuple[str, ...] = ()


class Summary(NamedTuple):  # made for every item of a first sync, in a third of a frozen dataclass's time
    """What the import queue shows of an item, read without the rest. A task without a start starts when it is due."""

    uid: str
    kind: str
    name: str
    organization: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    start: str = ""


class Format(Protocol):
    """Pure functions. All raise `Unreadable` for bytes that are no item of this format, and nothing else."""

    def parse(self, raw: bytes) -> Parsed:
        """All fields of one item."""

    def summary(self, raw: bytes) -> Summary:
        """What the import queue shows; raises for exactly what `parse` raises for, at a fraction of its time."""

    def digest(self, raw: bytes) -> str:
        """Equal for two texts that mean the same (order, folding, PRODID, REV ... do not count)."""

    def build(self, uid: str, kind: str, fields: Fields, blobs: Mapping[str, bytes]) -> bytes:
        """A new item, in the version most programs read."""

    def patch(self, raw: bytes, changes: Changes, blobs: Mapping[str, bytes]) -> bytes:
        """The same item with these fields changed (`None`: emptied); all other lines stay byte for byte."""

    def split(self, raw: bytes) -> list[bytes]:
        """The single items in a file that may hold many. Text that belongs to none is an element of its own."""
