"""What a remote must offer to be tested: hands that reach into it behind the connector's back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import ExitStack

from crmsync.connectors.base import Connector, RemoteCollection


class Backend(ABC):
    """One remote holding one empty collection, and hands that reach into it behind the connector's back."""

    collection: str
    """The href of that collection."""

    @abstractmethod
    def connect(self) -> Connector:
        """A new connector to this remote, with settings of its own. The suite closes it."""

    @abstractmethod
    def put(self, name: str, raw: bytes) -> str:
        """Adds an item without the connector. `name`: ASCII letters, digits, `-`. Returns the href that `pull` uses."""

    @abstractmethod
    def edit(self, href: str, raw: bytes) -> None:
        """Replaces an item without the connector."""

    @abstractmethod
    def remove(self, href: str) -> None:
        """Removes an item without the connector."""

    @abstractmethod
    def raw(self, href: str) -> bytes | None:
        """What the remote holds there now; `None` when nothing."""

    def spoil(self, href: str) -> None:
        """Makes the item unreadable or unfetchable without removing it."""
        raise NotImplementedError

    def protect(self) -> None:
        """Makes the collection read-only for the connector."""
        raise NotImplementedError


class Opener:
    """Opens connectors and has them closed when the test ends."""

    def __init__(self, backend: Backend, stack: ExitStack) -> None:
        self._backend = backend
        self._stack = stack

    def __call__(self) -> Connector:
        return self._stack.enter_context(self._backend.connect())


def collection_of(connector: Connector, backend: Backend) -> RemoteCollection:
    """The backend's collection as this connector describes it."""
    (found,) = [one for one in connector.collections() if one.href == backend.collection]
    return found
