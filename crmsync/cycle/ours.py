"""Keeps note of what is our work at a remote, so that an ejection takes back exactly that."""

from __future__ import annotations

from crmsync import translate
from crmsync.errors import Unreadable
from crmsync.model import Item, Link, LinkState
from crmsync.store.collections_of import Collection
from crmsync.store.store import Tables
from crmsync.values import Fields


def wrote(tx: Tables, collection: Collection, link: Link, item: Item) -> None:
    """The item is there as we wrote it. Called while link and mirror still tell what was there before."""
    if link.state is LinkState.CREATING:
        tx.ours.created(collection.id, item.href, item.raw)
        return
    mirrored = tx.mirror.get(collection.id, link.href)
    if mirrored is not None:
        shown, intent = _fields(tx, collection, link, mirrored.item.raw), link.intent or {}
        before = {name: shown.get(name) for name in intent}
        tx.ours.changed(collection.id, item.href, mirrored.item.raw, item.raw, before, intent)


def found_made(tx: Tables, collection: Collection, link: Link, item: Item) -> None:
    """An item that a cycle made before it was cut off. Unless it shows what was sent, it is not ours alone."""
    shown, intent = _fields(tx, collection, link, item.raw), link.intent or {}
    edited = any(value is not None and shown.get(name) != value for name, value in intent.items())
    tx.ours.created(collection.id, item.href, item.raw, edited=edited)


def _fields(tx: Tables, collection: Collection, link: Link, raw: bytes) -> Fields:
    record = tx.records.get(link.record, deleted=True)
    assert record is not None
    try:
        return translate.read(collection.format, record.type, raw).fields
    except Unreadable:
        return {}
