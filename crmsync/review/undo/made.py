"""Records that a run made: they go again, unless somebody worked on them since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmsync.core.keys import same
from crmsync.review.undo.outcome import Undone
from crmsync.store.flags import FLAG_FIELD
from crmsync.store.store import Tables


@dataclass(frozen=True, slots=True)
class Made:
    """The records that go, and those that live on."""

    gone: Sequence[str]
    kept: frozenset[str]


def made(tx: Tables, undone: Undone) -> Made:
    """Which of the records that the run made go. Changes nothing; what lives on is told."""
    gone: list[str] = []
    kept: list[str] = []
    for id, untouched in tx.journal.made_in(undone.run).items():
        edited = [] if untouched else _edited(tx, undone.run, id)
        if edited:
            kept.append(id)
            undone.stays(id, "", f"edited since ({', '.join(edited)}): it stays")
        else:
            gone.append(id)
    return Made(gone, frozenset(kept))


def _edited(tx: Tables, run: int, id: str) -> list[str]:
    """The fields that are not what the run left them at."""
    then: dict[str, Any] = {}
    for entry in tx.journal.of_run(run, record=id):
        if entry.field == "":
            then = dict(entry.after) if isinstance(entry.after, Mapping) else {}
        else:
            then[entry.field] = entry.after
    record = tx.records.get(id)
    assert record is not None
    fields = {name for name in (*then, *record.fields) if name != "type" and not name.startswith(FLAG_FIELD)}
    return [name for name in sorted(fields) if not same(name, then.get(name), record.fields.get(name))]


def remove(tx: Tables, undone: Undone, records: Sequence[str]) -> None:
    """The records go, and with them their flags."""
    for user in tx.users.all():
        tx.flags.set(user.id, records, on=False)
    undone.removed += tx.records.delete_many(records, reason=undone.reason)
