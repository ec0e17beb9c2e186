"""What a run changed, by record: in the hub as the journal tells it, at the remotes as the write log does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from crmsync.model import JournalEntry
from crmsync.store.pushes import Push

Step: TypeAlias = tuple[object, object]
"""What a field was, and what it became."""


@dataclass(slots=True)
class Changes:
    """What happened to one record in the run: the steps of each field, and whether it was deleted or restored."""

    fields: dict[str, list[Step]] = field(default_factory=dict)
    deleted: bool = False


def in_hub(entries: Iterable[JournalEntry]) -> dict[str, Changes]:
    """By record: what the run changed in the hub."""
    found: dict[str, Changes] = {}
    for entry in entries:
        changes = found.setdefault(entry.record, Changes())
        if entry.field:
            changes.fields.setdefault(entry.field, []).append((entry.before, entry.after))
        else:
            changes.deleted = True
    return found


def at_remotes(pushes: Iterable[Push]) -> dict[str, Changes]:
    """By record: what the run wrote into fields of items."""
    found: dict[str, Changes] = {}
    for push in pushes:
        if push.field and push.agreed:
            steps = found.setdefault(push.record, Changes()).fields.setdefault(push.field, [])
            steps.append((push.before, push.after))
    return found
