"""What we wrote at a remote, into the write log: so that it can be reported, undone, and taken back to the byte."""

from __future__ import annotations

from dataclasses import replace

from crmsync import translate
from crmsync.errors import Unreadable
from crmsync.model import Item, Link, LinkState
from crmsync.store.pushes import Found
from crmsync.store.store import Tables
from crmsync.values import Fields


def created(link: Link, href: str) -> Link:
    """The link of an item that was made: both sides hold what was sent."""
    base = {name: value for name, value in (link.intent or {}).items() if value is not None}
    return replace(link, href=href, base=base)


def wrote(tx: Tables, begun: Link, item: Item) -> None:
    """The item is there as we wrote it. `begun` is the link as it was when the write was sent.

    Called while link and mirror still tell what was there before.
    """
    if begun.state is LinkState.CREATING:
        made = created(begun, item.href)
        tx.pushes.created(made, made.base, item.raw)
        return
    mirrored = tx.mirror.get(begun.collection, begun.href)
    found = None if mirrored is None else Found(mirrored.item.raw, _fields(tx, begun, mirrored.item.raw))
    shown = found.fields if found is not None else {}
    # Fields that both sides held, each its own way, when they were linked: there is no state to go back to.
    never = {name for name in begun.intent or {} if name in shown and name not in begun.base and name not in begun.echo}
    tx.pushes.updated(replace(begun, href=item.href), begun.intent or {}, found, item.raw, never)


def found_made(tx: Tables, begun: Link, item: Item) -> None:
    """An item that a cycle made before it was cut off. Unless it shows what was sent, it is not ours alone."""
    wrote(tx, begun, item)
    shown, intent = _fields(tx, begun, item.raw), begun.intent or {}
    if any(value is not None and shown.get(name) != value for name, value in intent.items()):
        tx.pushes.edited(replace(begun, href=item.href))


def removed(tx: Tables, link: Link) -> None:
    """The item is gone by our doing; its bytes are kept."""
    mirrored = tx.mirror.get(link.collection, link.href)
    tx.pushes.deleted(link, mirrored.item.raw if mirrored else None)


def _fields(tx: Tables, link: Link, raw: bytes) -> Fields:
    record = tx.records.get(link.record, deleted=True)
    assert record is not None
    try:
        return translate.read(tx.collections.get(link.collection).format, record.type, raw).fields
    except Unreadable:
        return {}
