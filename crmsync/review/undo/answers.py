"""Answers to conflicts: the question is open again, where the answer has not reached the remote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync.review import conflicts
from crmsync.review.undo.outcome import Undone
from crmsync.store.store import Tables


def reopen(tx: Tables, undone: Undone, id: int, agreed: Mapping[str, Any]) -> None:
    """Asks again, or tells why not. `agreed`: what base and echo of the field were before the answer."""
    if conflicts.reopen(tx, id, agreed):
        undone.decisions += 1
        return
    conflict = tx.conflicts.get(id).conflict
    reason = f"conflict {id} stays decided, since its answer reached the remote; the other value is in its log"
    undone.stays(conflict.record, conflict.field, reason)
