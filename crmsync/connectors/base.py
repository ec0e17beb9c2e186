"""What a connector promises the engine. The contract suite (`tests/contract`) asserts each sentence for every kind.

A connector moves bytes: it never interprets an item beyond finding its UID, never compares with the hub and never
decides. All methods may raise `Unreachable`, `Busy`, `SignInNeeded`, `Untrusted`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self, TypeAlias

from crmsync.model import CollectionKind, Cursor, Item, RecordType


class Secret:
    """A password or token that does not show itself in repr, str, logs or tracebacks."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself; call it only where it goes on the wire."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an account was set up with. `url` is a URL, a host name, an e-mail address, or a path for file kinds.

    `options` are the account's `--set KEY=VALUE` pairs; a connector raises `BadConfig` for one it cannot read.
    `hints` is what `Connector.hints()` returned last time (what was learned about this server).
    """

    url: str = ""
    username: str = ""
    secret: Secret | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RemoteCollection:
    """A collection as its remote describes it. `href` names it for good; `format` is a name in formats.registry."""

    href: str
    kind: CollectionKind
    name: str
    format: str
    accepts: tuple[RecordType, ...]
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Upsert:
    """The item is there, and may be new or changed."""

    item: Item


@dataclass(frozen=True, slots=True)
class Gone:
    """The item is no longer there."""

    href: str


@dataclass(frozen=True, slots=True)
class Unusable:
    """The item is there but its content could not be had (an error for this href alone)."""

    href: str
    etag: str | None
    reason: str


Change: TypeAlias = Upsert | Gone | Unusable


@dataclass(frozen=True, slots=True)
class Delta:
    """One page of a pull. Pages may come in any order and name an item twice (the last one counts).

    Only the last page has `complete`; a pull whose last page was never seen says nothing about absence, and its cursor
    must not be kept. `cursor` (last page only) starts the next pull; `None`: the remote has no cursors, list again.
    `listing` (last page only): after a full listing, every href that exists, so whatever is missing there is gone;
    `None` after a true delta. `total` is how many changes the whole pull will bring, where that is known.
    """

    changes: tuple[Change, ...] = ()
    cursor: Cursor | None = None
    complete: bool = False
    listing: frozenset[str] | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """The answer to a write. `etag` is `None` where the remote did not say; `raw` is what it kept, if it said that."""

    href: str
    etag: str | None
    raw: bytes | None = None


Known: TypeAlias = Callable[[], Mapping[str, str | None]]
"""Gives href -> etag of everything the mirror holds for a collection; called only when a full listing needs it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way from an address to collections: what was asked, and what came of it. Neither is a secret."""

    asked: str
    answer: str

    def __str__(self) -> str:
        return f"{self.asked} -> {self.answer}"


Tell: TypeAlias = Callable[[Step], None]


def unheard(step: Step) -> None:
    """Where nobody listens."""


@dataclass(slots=True)
class Traffic:
    """What a connector has cost so far: requests sent, and bytes received and sent in bodies."""

    requests: int = 0
    bytes: int = 0


class Connector(ABC):
    """One account's remote. Not shared between threads; `close` when done (it is a context manager).

    `late`: the remote may show what we wrote only some time later (Google People: minutes). Until then it still shows
    the version before, by its old etag.
    `tell` is told each step of `collections`, by connectors that have steps; whoever wants to hear of them sets it.
    """

    late: bool = False

    def __init__(self, settings: Settings) -> None:
        """Keeps the settings; touches neither network nor disk. Raises `BadConfig`."""
        self.settings = settings
        self.traffic = Traffic()
        self.tell: Tell = unheard

    @abstractmethod
    def collections(self) -> Sequence[RemoteCollection]:
        """Every collection that this account can see and we can use. Proves the credentials on the way."""

    @abstractmethod
    def pull(self, collection: RemoteCollection, cursor: Cursor | None, known: Known) -> Iterator[Delta]:
        """What changed since `cursor`, in pages; everything when it is `None` or the remote no longer honours it.

        With a full listing, items whose etag equals the known one need not be sent again; they are in `listing`.
        """

    @abstractmethod
    def listing(self, collection: RemoteCollection) -> frozenset[str]:
        """Every href, by another way than `pull` takes where there is one. Asked before "empty" is believed."""

    @abstractmethod
    def fetch(self, collection: RemoteCollection, hrefs: Sequence[str]) -> Sequence[Item]:
        """The items as they are now, in any order; those that do not exist are left out.

        One that exists but cannot be had raises `Unreachable`: nobody may take it for gone.
        """

    @abstractmethod
    def find(self, collection: RemoteCollection, uid: str) -> Item | None:
        """The item that a `create` with this UID made, if it did: how a lost answer is recognised."""

    @abstractmethod
    def create(self, collection: RemoteCollection, uid: str, raw: bytes) -> Written:
        """Stores a new item. Never overwrites: raises `Moved` when ours is there already, `Refused` when not taken.

        The href is derived from `uid` where the client chooses it (so that asking twice cannot double an item),
        else the remote's. `uid` is ours: ASCII letters, digits and `-`.
        """

    @abstractmethod
    def update(self, collection: RemoteCollection, href: str, raw: bytes, etag: str | None) -> Written:
        """Replaces an item, only if its etag is still `etag` (`None`: always). Raises `Moved`, `Locked`, `Refused`."""

    @abstractmethod
    def delete(self, collection: RemoteCollection, href: str, etag: str | None) -> None:
        """Removes an item, only if its etag is still `etag`. Gone already is fine. Raises as `update` does."""

    def schedules(self, collection: RemoteCollection) -> bool:
        """Whether the remote mails the participants of meetings by itself when an item changes (RFC 6638)."""
        return False

    def hints(self) -> Mapping[str, str]:
        """What is worth knowing about this server next time (kept with the account, given back in `Settings`)."""
        return {}

    def close(self) -> None:  # noqa: B027  nothing to give back is a fine default
        """Gives back connections and files."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
