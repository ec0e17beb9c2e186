"""Linking: an item of the queue is a record that the CRM has. What that would do can be read before it is done.

In the CRM it fills what is empty and joins lists; it overwrites nothing. What the item says otherwise stays in the
conflict log. At the remote the item comes to hold what the CRM holds, with the next sync.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crmsync.admission.enrol import Newcomer
from crmsync.admission.sorting import Done, open_rows, read_row, set_aside
from crmsync.admission.suggest import candidates, suggested
from crmsync.core.adopt import Adoption, adopt
from crmsync.core.entries import Diff
from crmsync.core.fieldmap import display_name, view
from crmsync.core.merge import Lost, Merge, merge
from crmsync.core.origin import Origin
from crmsync.errors import Unreadable, Usage
from crmsync.model import Candidate, Conflict, Link, Mode, Policy, Record
from crmsync.store.import_queue import Queued, QueueState
from crmsync.store.store import Tables
from crmsync.values import Changes, Fields, Value, is_list


@dataclass(frozen=True, slots=True)
class Linking:
    """What linking an item to a record would do, and does. `crm` is what the record shows to the item's collection.

    `filled`: values that empty fields of the record get. `added`: entries that its lists get. `kept`: values of the CRM
    that stay although the item says otherwise (`Lost.value`). `sent`: what changes at the remote with the next sync.
    """

    row: Queued
    record: Record
    item: Newcomer
    crm: Fields
    filled: Fields
    added: Fields
    kept: tuple[Lost, ...]
    sent: Changes
    _adoption: Adoption
    _merge: Merge


def weigh(tx: Tables, id: int, record_id: str) -> Linking:
    """What `link` would do. Writes nothing.

    Raises `Usage` when the record is not there, or is an item of this collection already; `Unreadable`.
    """
    done = Done()
    rows = open_rows(tx, [id], done)
    if not rows:
        raise Usage(done.skipped[0][1], thing=str(id), next_step="See `crmsync queue list`")
    (row,) = rows
    record = tx.records.get(record_id)
    if record is None:
        raise Usage("there is no such record", thing=record_id, next_step="See `crmsync records list`")
    collection = tx.collections.get(row.collection)
    if record.type not in collection.accepts:
        raise Usage(f"this collection holds no record of type {record.type}", thing=record_id)
    if (other := tx.links.between(record.id, collection.id)) is not None:
        raise Usage(
            f"the record is {other.href} of this collection already",
            thing=record_id,
            next_step="Merge the two items at the remote, or ignore this one",
        )
    item = read_row(tx, row, record.type)
    crm = view(record.type, record.fields, collection.format)
    adoption = adopt(crm, item.fields)
    merged = merge(adoption.base, {}, crm, item.fields, Policy())
    filled = {name: value for name, value in merged.hub.items() if value is not None and name not in crm}
    added = {name: entries for name in merged.hub if name in crm and (entries := _new(name, crm, merged.hub))}
    written = not collection.read_only and tx.accounts.by_id(row.account).mode is not Mode.IMPORT
    sent = merged.remote if written else {}
    return Linking(row, record, item, crm, filled, added, adoption.lost, sent, adoption, merged)


def _new(name: str, before: Fields, after: Changes) -> Value:
    """The entries of a list that were not there before."""
    assert is_list(name)  # a value that the CRM has is never overwritten
    diff = Diff.of(name, before.get(name), after[name])
    return tuple(entry for key, entry in diff.after.items() if key not in diff.before)


def link(tx: Tables, id: int, record_id: str, user: int) -> None:
    """Says that an item is a record the CRM has. Fills empty fields of the record, overwrites none; see `core.adopt`.

    Raises like `weigh`; an item that cannot be read is parked.
    """
    try:
        linking = weigh(tx, id, record_id)
    except Unreadable as error:
        set_aside(tx, tx.queue.get(id), error)
        raise
    _carry_out(tx, linking, user)


def _carry_out(tx: Tables, linking: Linking, user: int) -> None:
    row, record, item = linking.row, linking.record, linking.item
    href = row.item.href
    made = tx.links.insert(Link(0, record.id, row.collection, href, item.uid, item.etag, linking._adoption.base))
    for lost in linking.kept:
        conflict = Conflict(record.id, made.id, lost.field, None, linking.crm.get(lost.field), lost.value)
        tx.conflicts.note(conflict, row.collection, lost.reason, lost.value)
    tx.blobs.put_all(item.blobs)
    tx.records.change(record.id, linking._merge.hub, reason=_origin(tx, row).spelled())
    tx.flags.set(user, [record.id], on=True)
    tx.mirror.mark_dirty(row.collection, [href])
    tx.links.touch([made.id])
    tx.queue.decide([row.id], QueueState.LINKED)


def _origin(tx: Tables, row: Queued) -> Origin:
    return Origin("linked", tx.accounts.by_id(row.account).name, row.item.href)


def candidates_of(tx: Tables, row: Queued) -> tuple[Candidate, ...]:
    """Every record that an item may be, as the CRM is now, the best first."""
    return candidates(tx, tx.collections.get(row.collection), [row.item], tx.region)[0]


def accept(tx: Tables, ids: Iterable[int], user: int, min_score: int = 0) -> Done:
    """Links each item to the record suggested for it.

    What the queue suggests was found some time ago, so each item is matched again first. One for which nothing is
    suggested, another record by now, or one with less than `min_score`, is skipped, as is what cannot be linked.
    """
    done = Done()
    rows = open_rows(tx, ids, done)
    now = _matched_again(tx, rows)
    changed: set[str] = set()
    for row in rows:
        best = now[row.id]
        if best is not None and best.record in changed:  # by this very decision: it says more now than it did
            best = _matched_again(tx, [row])[row.id]
        if (reason := _doubt(tx, row, best, min_score)) is not None:
            done.skipped.append((row.id, reason))
            continue
        assert best is not None
        try:
            link(tx, row.id, best.record, user)
        except (Unreadable, Usage) as error:
            done.skip(row.id, error)
            continue
        changed.add(best.record)
        done.ids.append(row.id)
        done.records.append(best.record)
    return done


def acceptable(tx: Tables, ids: Iterable[int], min_score: int = 0) -> tuple[list[tuple[Linking, Candidate]], Done]:
    """What `accept` would link, each with the match as it is now, and what it would skip. Writes nothing."""
    done = Done()
    rows = open_rows(tx, ids, done)
    now = _matched_again(tx, rows)
    found: list[tuple[Linking, Candidate]] = []
    taken: set[tuple[str, int]] = set()
    for row in rows:
        best = now[row.id]
        if (reason := _doubt(tx, row, best, min_score)) is not None:
            done.skipped.append((row.id, reason))
            continue
        assert best is not None
        try:
            linking = weigh(tx, row.id, best.record)
        except (Unreadable, Usage) as error:
            done.skip(row.id, error)
            continue
        if (best.record, row.collection) in taken:
            done.skipped.append((row.id, "another item of this list would be linked to the record"))
            continue
        taken.add((best.record, row.collection))
        found.append((linking, best))
    return found, done


def _matched_again(tx: Tables, rows: Sequence[Queued]) -> dict[int, Candidate | None]:
    """The best match of each item, as the CRM is now."""
    found: dict[int, Candidate | None] = {}
    for collection in dict.fromkeys(row.collection for row in rows):
        mine = [row for row in rows if row.collection == collection]
        items = suggested(tx, tx.collections.get(collection), [row.item for row in mine], tx.region)
        found |= {row.id: item.suggestion for row, item in zip(mine, items, strict=True)}
    return found


def _doubt(tx: Tables, row: Queued, best: Candidate | None, min_score: int) -> str | None:
    """Why an item is not to be linked to the record that the queue suggests for it; `None` when it may be."""
    told = row.item.suggestion
    if told is None:
        return "nothing is suggested for it"
    if (best is None or best.record != told.record) and tx.records.get(told.record, deleted=True) is None:
        return "nothing is suggested for it"  # to a person who may not see the record
    if best is None:
        return f"it no longer looks like {_called(tx, told.record)}: nothing is suggested any more"
    if best.record != told.record:
        return f"it now looks more like {_called(tx, best.record)} than {_called(tx, told.record)}"
    if best.score < min_score:
        return f"it now looks less like {_called(tx, told.record)}: score {best.score}, was {told.score}"
    return None


def _called(tx: Tables, id: str) -> str:
    record = tx.records.get(id, deleted=True)
    return id if record is None else f"{display_name(record.type, record.fields)} ({id})"
