"""What both halves of the suite stand on: what a remote declares about itself, fixtures and tools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import ClassVar

import pytest

from crmsync.connectors.base import Connector, RemoteCollection, Written
from crmsync.formats import registry
from tests.contract import samples
from tests.contract.backend import Backend, Opener, collection_of
from tests.contract.mirror import Mirror


class Ground:
    """The class attributes are what a connector's test sets."""

    format: ClassVar[str] = "vcard"
    exempt: ClassVar[Mapping[str, str]] = {}
    """Test name -> why this remote cannot keep that promise. The test must then fail."""
    quiet_requests: ClassVar[int] = 1
    """How many requests a pull without changes may cost."""
    has_cursor: ClassVar[bool] = True
    """False for remotes that can only be listed (then `known` is what makes a quiet pull cheap)."""
    patience: ClassVar[int] = 1
    """How many pulls it takes until a write can be seen, at remotes that show it late."""
    many: ClassVar[int] = 120
    """How many items the tests with many items use; more than one page or batch, if that is affordable."""

    @pytest.fixture(autouse=True)
    def _exemptions(self, request: pytest.FixtureRequest) -> None:
        unknown = [name for name in self.exempt if not hasattr(self, name)]
        assert not unknown, f"exempt names no test: {unknown}"
        reason = self.exempt.get(request.node.originalname)
        if reason:
            request.applymarker(pytest.mark.xfail(reason=reason, strict=True))

    @pytest.fixture
    def backend(self) -> Iterator[Backend]:
        raise NotImplementedError

    @pytest.fixture
    def open(self, backend: Backend) -> Iterator[Opener]:
        with ExitStack() as stack:
            yield Opener(backend, stack)

    @pytest.fixture
    def connector(self, open: Opener) -> Connector:
        return open()

    @pytest.fixture
    def book(self, connector: Connector, backend: Backend) -> RemoteCollection:
        return collection_of(connector, backend)

    @pytest.fixture
    def mirror(self, connector: Connector, book: RemoteCollection) -> Mirror:
        return Mirror(connector, book)

    def item(self, uid: str, name: str = "Ada Lovelace", note: str = "") -> bytes:
        """A small item in this connector's format; overridden where a remote wants something of its own."""
        return samples.item(self.format, uid, name, note)

    def same(self, one: bytes | None, other: bytes | None) -> bool:
        """Whether two texts mean the same item."""
        if one is None or other is None or one == other:
            return one == other
        digest = registry.get(self.format).digest
        return digest(one) == digest(other)

    def settle(self, mirror: Mirror) -> None:
        """Pulls as often as it takes until everything written so far can be seen."""
        for _ in range(self.patience):
            mirror.pull()

    # --- tools

    def listing(self, connector: Connector, book: RemoteCollection) -> frozenset[str]:
        """The listing, asked as often as it takes to show everything written so far."""
        for _ in range(self.patience - 1):
            connector.listing(book)
        return connector.listing(book)

    def etag(self, connector: Connector, book: RemoteCollection, href: str) -> str | None:
        """The etag that the item has now."""
        (item,) = connector.fetch(book, [href])
        return item.etag

    def _etag_is_current(self, connector: Connector, book: RemoteCollection, written: Written) -> None:
        if written.etag is not None:
            assert written.etag == self.etag(connector, book, written.href)
