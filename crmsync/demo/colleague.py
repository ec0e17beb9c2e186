"""Somebody with a phone, who edits and deletes at the demo's server while the CRM is not looking."""

from __future__ import annotations

from crmsync.connectors.base import RemoteCollection, Secret, Settings
from crmsync.connectors.dav import DavConnector
from crmsync.demo.server import Address
from crmsync.errors import Bug
from crmsync.formats import registry
from crmsync.model import CollectionKind, Item
from crmsync.values import Value


class Colleague:
    """Works on the address book through a DAV client of its own; a context manager."""

    def __init__(self, address: Address) -> None:
        self._client = DavConnector(Settings(address.url, address.username, Secret(address.password)))

    def __enter__(self) -> Colleague:
        found = self._client.collections()
        self._book: RemoteCollection = next(one for one in found if one.kind is CollectionKind.ADDRESSBOOK)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def edits(self, name: str, **changes: Value | None) -> None:
        """Changes fields of the card with this name."""
        item = self._card(name)
        self._client.update(self._book, item.href, registry.get("vcard").patch(item.raw, changes, {}), item.etag)

    def deletes(self, name: str) -> None:
        """Removes the card with this name."""
        item = self._card(name)
        self._client.delete(self._book, item.href, item.etag)

    def _card(self, name: str) -> Item:
        for item in self._client.fetch(self._book, sorted(self._client.listing(self._book))):
            if registry.get("vcard").summary(item.raw).name == name:
                return item
        raise Bug("the demo's server has lost a card", thing=name)
