"""Fields get their old values, records that were deleted return."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from crmsync.core.inverse import inverse
from crmsync.model import RecordType
from crmsync.review.conflicts import DELETED
from crmsync.review.undo.changes import Changes, Step
from crmsync.review.undo.outcome import Undone
from crmsync.store.flags import FLAG_FIELD
from crmsync.store.store import Tables
from crmsync.values import Fields

_NOTHING = Changes()


def put_back(
    tx: Tables, undone: Undone, hub: Mapping[str, Changes], remote: Mapping[str, Changes], but: AbstractSet[str]
) -> None:
    """Takes back what the run changed in the hub and wrote at remotes, for all records except `but`."""
    ids = [id for id in (*hub, *(id for id in remote if id not in hub)) if id not in but]
    held = tx.records.many(ids)
    for id in ids:
        record, changes = held.get(id), hub.get(id, _NOTHING)
        if record is None:
            continue
        if changes.deleted:
            if _made_and_deleted(tx, undone.run, id):
                continue
            restore(tx, undone, id)
        _fields(tx, undone, id, record.fields, changes, remote.get(id, _NOTHING))


def restore(tx: Tables, undone: Undone, id: str) -> None:
    """A record that was deleted returns, and nobody is asked about its items any more."""
    if not tx.records.restore(id, reason=undone.reason):
        return
    undone.restored.append(id)
    for logged in tx.conflicts.list(record=id, field=DELETED):
        if logged.conflict.crm is True:
            tx.conflicts.close(logged.id, "undone")
    for link in tx.links.for_record(id):
        tx.mirror.mark_dirty(link.collection, [link.href])


def _made_and_deleted(tx: Tables, run: int, id: str) -> bool:
    """Whether the record did not live longer than the run."""
    first = tx.journal.of_run(run, record=id)[0]
    return first.field == "" and first.before is None


def _fields(tx: Tables, undone: Undone, id: str, now: Fields, changes: Changes, written: Changes) -> None:
    back: dict[str, Any] = {}
    for name in {**changes.fields, **written.fields}:
        if name == "type" or name.startswith(FLAG_FIELD):
            _pseudo(tx, undone, id, name, changes.fields[name])
            continue
        steps = [*reversed(changes.fields.get(name, [])), *reversed(written.fields.get(name, []))]
        value = now.get(name)
        survived = False
        for before, after in steps:
            taken = inverse(name, before, after, value)  # type: ignore[arg-type]  # a field's values
            value, survived = taken.value, survived or taken.survived
        if survived:
            undone.stays(id, name, "edited since: the later edit stays")
        back[name] = value
    undone.fields += len(tx.records.change(id, back, reason=undone.reason))


def _pseudo(tx: Tables, undone: Undone, id: str, name: str, steps: list[Step]) -> None:
    before, after = steps[0][0], steps[-1][1]
    if name == "type":
        record = tx.records.get(id, deleted=True)
        if record is not None and record.type.value == after and before != after:
            tx.records.retype(id, RecordType(str(before)), reason=undone.reason)
            undone.fields += 1
    elif before != after:
        user = int(name.removeprefix(FLAG_FIELD))
        undone.fields += len(tx.flags.set(user, [id], on=before is True))
