"""Items become records: made, linked to where they came from, and agreed with it, so that nothing goes back there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from crmsync import translate
from crmsync.core.deletion_words import DELETION_WORDS, deletion_words
from crmsync.core.keys import Key
from crmsync.core.origin import Origin
from crmsync.core.selection import owned
from crmsync.model import Item, Record, RecordType
from crmsync.store.collections_of import Collection
from crmsync.store.jsontext import dump_fields
from crmsync.store.records import Made
from crmsync.store.store import Tables
from crmsync.values import Fields


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An item that was read as a record of a type."""

    collection: int
    href: str
    uid: str
    etag: str | None
    kind: str
    type: RecordType
    fields: Fields
    blobs: Mapping[str, bytes] = field(repr=False)
    keys: tuple[Key, ...]


def read(tx: Tables, collection: Collection, item: Item, type: RecordType) -> Newcomer:
    """Reads an item as a record of a type. Raises `Unreadable`."""
    found = translate.read(collection.format, type, item.raw)
    keys = tx.records.keys_of(type, found.fields)
    return Newcomer(collection.id, item.href, item.uid, item.etag, found.kind, type, found.fields, found.blobs, keys)


def enrol(tx: Tables, newcomers: Sequence[Newcomer], user: int | None, new_id: Callable[[], str]) -> list[str]:
    """Makes a record of each, flagged for `user` (`None`: for nobody), and returns their ids in order.

    Who sees only what is their own becomes the owner, or the records would leave that user's account again at once.
    """
    for one in newcomers:
        if one.blobs:
            tx.blobs.put_all(one.blobs)
    accounts = {id: _account(tx, id) for id in {one.collection for one in newcomers}}
    owner = None if user is None else tx.users.by_id(user)
    texts = [dump_fields(one.fields) for one in newcomers]
    made = []
    for one, text in zip(newcomers, texts, strict=True):
        record = Record(new_id(), one.type, one.fields)
        if owner is not None and (mine := owned(record, owner.name, owner.sight())) is not record:
            record, text = mine, dump_fields(mine.fields)
        made.append(Made(record, text, one.keys, Origin(tx.reason, accounts[one.collection], one.href).spelled()))
    tx.records.create_many(made)
    ids = [one.record.id for one in made]
    if user is not None:
        tx.flags.set(user, ids, on=True)
    tx.links.insert_agreed(
        [
            (id, one.collection, one.href, one.uid, one.etag, text)
            for id, text, one in zip(ids, texts, newcomers, strict=True)
        ]
    )
    for one in newcomers:
        # The next cycle asks about it, if the account's own list of such words has it too.
        if deletion_words(DELETION_WORDS, one.fields) and (link := tx.links.by_href(one.collection, one.href)):
            tx.links.touch([link.id])
    return ids


def _account(tx: Tables, collection: int) -> str:
    return tx.accounts.by_id(tx.collections.get(collection).account).name
