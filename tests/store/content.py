"""What the tests of the store put into it."""

from __future__ import annotations

from crmsync.model import CollectionKind, Item, Link, Record, RecordType
from crmsync.store.accounts import Account
from crmsync.store.collections_of import Collection
from crmsync.store.session import Stamp
from crmsync.store.store import Tables
from crmsync.values import Labelled

NOW = "2026-03-01T09:00:00Z"
LATER = "2026-03-01T10:00:00Z"
STAMP = Stamp(NOW, origin="cli", actor="anna", reason="typed")


def contact(id: str, name: str, **fields: object) -> Record:
    """A contact; `emails` and `phones` may be given as plain text."""
    made: dict[str, object] = {"name": name, **fields}
    for many in ("emails", "phones"):
        if isinstance(made.get(many), str):
            made[many] = (Labelled(str(made[many])),)
    return Record(id, RecordType.CONTACT, made)  # type: ignore[arg-type]


def card(href: str, text: str = "", etag: str | None = '"1"') -> Item:
    """An item whose bytes are its href unless told otherwise."""
    return Item(href, etag, f"uid-{href}", (text or href).encode())


def add_collection(tx: Tables, name: str = "work", href: str = "/book/") -> Collection:
    """An address book of the account of that name, made when it is not there."""
    account = tx.accounts.find(name) or tx.accounts.add(Account(0, name, "dav", url="https://dav.example"))
    people = (RecordType.COMPANY, RecordType.CONTACT)
    return tx.collections.upsert(account.id, href, CollectionKind.ADDRESSBOOK, "People", "vcard", people)


def link(record: str, collection: int, href: str, **more: object) -> Link:
    return Link(0, record, collection, href, f"uid-{href}", '"1"', {"name": record}, **more)  # type: ignore[arg-type]
