"""Folders of files, as the tests of their connector look at them."""

from __future__ import annotations

from pathlib import Path

from crmsync.connectors.base import Connector, RemoteCollection, Settings
from crmsync.connectors.folder import FolderConnector
from tests.contract import samples
from tests.contract.mirror import Mirror

CARD = samples.item("vcard", "u1", "Ada")
OTHER = samples.item("vcard", "u2", "Grace")
EVENT = samples.item("ical", "e1", "Meeting")


def collections(root: Path, **options: str) -> dict[str, RemoteCollection]:
    """What a folder has, by href."""
    with FolderConnector(Settings(url=str(root), options=options)) as connector:
        return {collection.href: collection for collection in connector.collections()}


def only(root: Path, account: Settings | None = None) -> tuple[FolderConnector, RemoteCollection]:
    """A connector to a folder, and the one collection there is."""
    connector = FolderConnector(account or Settings(url=str(root)))
    (collection,) = connector.collections()
    return connector, collection


def pulled(connector: Connector, collection: RemoteCollection) -> Mirror:
    """All that is there."""
    mirror = Mirror(connector, collection)
    mirror.pull()
    return mirror
