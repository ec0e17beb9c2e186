"""What a run said about items of the import queue."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from crmsync.review.undo.outcome import Undone
from crmsync.store.import_queue import QueueState
from crmsync.store.store import Tables


def requeue(
    tx: Tables,
    undone: Undone,
    images: Mapping[int, tuple[Mapping[str, Any], Mapping[str, Any]]],
    kept: AbstractSet[tuple[int, str]],
) -> None:
    """Rows go back to what they held before (id -> before, after), unless they were decided anew, which is told.

    One that would be asked about again stays as it is where its item has vanished, or is a record's by now.
    `kept`: the items, by collection and href, whose record lives on.
    """
    if kept:
        rows = {id: tx.queue.find(id) for id in images}
        left = {id for id, row in rows.items() if row is None or (row.collection, row.item.href) in kept}
        images = {id: image for id, image in images.items() if id not in left}
    closed = tx.queue.cannot_open(id for id, (before, _) in images.items() if before["state"] == QueueState.OPEN)
    images = {id: image for id, image in images.items() if id not in closed} if closed else images
    back, anew = tx.queue.restore(images)
    undone.decisions += len(back)
    for id in anew:
        name = tx.queue.get(id).item.name
        undone.stays("", "", f"item {id} of the queue ({name}) was decided anew: it stays so")
