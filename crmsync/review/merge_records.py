"""Two records of the CRM are one: merged, and taken apart again.

The one that stays takes over what it lacks (see `core.unite`), the sync flags, and the items of the other in every
collection where it has none; the other one is deleted. Where both have an item in one collection, the second item is a
question to a person (delete it, or not after all): it is never removed in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crmsync.core.fieldmap import is_business
from crmsync.core.unite import United, unite
from crmsync.errors import Usage
from crmsync.model import PEOPLE, Conflict, Link, LinkState, Record
from crmsync.review import undo as undoing
from crmsync.review.conflicts import ask_about_item, is_written
from crmsync.store.store import Tables
from crmsync.typed import field_values
from crmsync.values import Value


@dataclass(frozen=True, slots=True)
class Merging:
    """What a merge would do, and does.

    `flags`: users who get the record on their phone. `moved`: items that become the record's. `asked`: items of the
    other record beside one that the record has. `left`: such items where nothing may be written.
    """

    keep: Record
    other: Record
    united: United
    flags: Sequence[int]
    moved: Sequence[Link]
    asked: Sequence[Link]
    left: Sequence[Link]


def weigh(tx: Tables, keep_id: str, other_id: str) -> Merging:
    """What `merge` would do. Writes nothing. Raises `Usage` for two records that cannot be one."""
    keep, other = _get(tx, keep_id), _get(tx, other_id)
    if keep.id == other.id:
        raise Usage("a record cannot be merged with itself", thing=keep.id)
    if keep.type not in PEOPLE or other.type not in PEOPLE:
        raise Usage("only people and organizations are merged", thing=f"{keep.type} and {other.type}")
    if is_business(keep.type, keep.fields) is not is_business(other.type, other.fields):
        raise Usage("one is a person, one an organization", thing=f"{keep.id} and {other.id}")
    moved: list[Link] = []
    asked: list[Link] = []
    left: list[Link] = []
    for link in tx.links.for_record(other.id):
        if link.state not in (LinkState.LINKED, LinkState.GONE):
            raise Usage("a sync is writing one of its items", thing=other.id, next_step="Run `crmsync sync`, try again")
        collection = tx.collections.get(link.collection)
        if link.state is LinkState.GONE:
            continue  # there is no item any more, and so no question about it
        if keep.type in collection.accepts and tx.links.between(keep.id, collection.id) is None:
            moved.append(link)
        elif is_written(tx, link):
            asked.append(link)
        else:
            left.append(link)
    had = set(tx.flags.users(keep.id))
    flags = [user for user in tx.flags.users(other.id) if user not in had]
    return Merging(keep, other, unite(keep.fields, other.fields), flags, moved, asked, left)


def merge(tx: Tables, keep_id: str, other_id: str) -> Merging:
    """Makes two records one. Raises like `weigh`."""
    merging = weigh(tx, keep_id, other_id)
    keep, other, united = merging.keep, merging.other, merging.united
    for name, value in united.lost.items():
        _keep_in_log(tx, keep, name, value, other.id)
    tx.links.unlink([link.id for link in tx.links.for_record(other.id) if link.state is LinkState.GONE])
    for link in merging.moved:
        tx.links.move(link.id, keep.id)
    tx.records.delete(other.id, reason=f"merged into {keep.id}")
    tx.records.change(keep.id, {**united.filled, **united.joined}, reason=f"merged from {other.id}")
    for user in merging.flags:
        tx.flags.set(user, [keep.id], on=True)
    for link in merging.asked:
        ask_about_item(tx, link)
    tx.merged.put(other.id, keep.id)
    return merging


def places_of(tx: Tables, merging: Merging) -> dict[int, str]:
    """The account of each item."""
    links = (*merging.moved, *merging.asked, *merging.left)
    return {link.id: tx.accounts.by_id(tx.collections.get(link.collection).account).name for link in links}


def in_words(merging: Merging, places: dict[int, str]) -> Iterator[str]:
    """What it does, line by line; `places` is `places_of` it."""
    united = merging.united
    for name, value in sorted(united.filled.items()):
        yield f"fills {name}: {field_values.in_words(value)}"
    for name, value in sorted(united.added.items()):
        yield f"adds to {name}: {field_values.in_words(value)}"
    for name, value in sorted(united.lost.items()):
        kept = field_values.in_words(merging.keep.fields.get(name)) or "(empty)"
        yield f"keeps {name}: {kept} (the other's, {field_values.in_words(value)}, stays in the conflict log)"
    for link in merging.moved:
        yield f"takes over its item at {places[link.id]}: {link.href}"
    for link in merging.asked:
        yield f"asks whether its second item goes (`crmsync conflicts list`), at {places[link.id]}: {link.href}"
    for link in merging.left:
        yield f"leaves its item where nothing is written, at {places[link.id]}: {link.href}"


def undo(tx: Tables, other_id: str) -> undoing.Undone:
    """Takes the merge back in which a record went, in a transaction that belongs to a run of its own.

    What was edited since stays, see `review.undo`. Raises `Usage` when the record was not merged, or not in a run.
    """
    run = tx.merged.run_of(other_id)
    if run is None:
        raise Usage("it was not merged into another record", thing=other_id, next_step="See `crmsync runs list`")
    return undoing.undo(tx, run)


def _get(tx: Tables, id: str) -> Record:
    record = tx.records.get(id)
    if record is None:
        raise Usage("there is no such record", thing=id, next_step="See `crmsync records list`")
    return record


def _keep_in_log(tx: Tables, keep: Record, name: str, value: Value, other: str) -> None:
    """A value that is not taken over; it belongs to no item, so to no link and no collection."""
    conflict = Conflict(keep.id, 0, name, None, keep.fields.get(name), value)
    tx.conflicts.note(conflict, 0, f"merged from {other}: the value of the record that stays", value)
