"""Records that a person deletes, and what that comes to at each account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crmsync.errors import Usage
from crmsync.model import LinkState, Mode, Record
from crmsync.store.store import Tables


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one item of the record: whether the next sync removes it, and why, or why not."""

    account: str
    href: str
    removed: bool
    why: str


def weigh(tx: Tables, id: str) -> tuple[Record, Sequence[Fate]]:
    """What `delete` would do. Writes nothing. Raises `Usage` for a record that is not there."""
    record = tx.records.get(id)
    if record is None:
        raise Usage("there is no such record", thing=id, next_step="See `crmsync records list`")
    return record, list(_fates(tx, id))


def delete(tx: Tables, ids: Sequence[str]) -> int:
    """Deletes records; those that are not there are left out. Returns how many."""
    return len(tx.records.delete_many(list(tx.records.many(ids, deleted=False)), reason="deleted by hand"))


def _fates(tx: Tables, id: str) -> Iterator[Fate]:
    for link in tx.links.for_record(id):
        collection = tx.collections.get(link.collection)
        account = tx.accounts.by_id(collection.account)
        if link.state is LinkState.GONE:
            removed, why = False, "it is not there any more"
        elif account.mode is Mode.IMPORT:
            removed, why = False, "nothing is written to an import-only account"
        elif collection.read_only:
            removed, why = False, "its collection is read only"
        elif not collection.selected:
            removed, why = False, "its collection is not selected for the sync"
        elif account.mode is Mode.EXPORT:
            removed, why = True, "the next sync removes it"
        else:
            removed, why = True, "the next sync removes it, unless it was edited there meanwhile: then you are asked"
        yield Fate(account.name, link.href, removed, why)
