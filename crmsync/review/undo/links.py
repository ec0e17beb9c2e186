"""Which item is which record: links that a run made, dropped or moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmsync.review.undo.outcome import Undone
from crmsync.store.store import Tables


def relink(tx: Tables, undone: Undone, image: Mapping[str, Any]) -> bool:
    """Brings a link back that the run dropped. False, and told, where the item is another record's by now."""
    record, collection, href = image["record"], image["collection"], image["href"]
    if tx.links.relink(image):
        undone.decisions += 1
        # What happened to the item meanwhile was nobody's edit of this record: it is looked at now.
        tx.mirror.mark_dirty(collection, [href])
        return True
    undone.stays(record, "", f"{href} belongs to another record by now: what was undone stays undone")
    return False


def unlink(tx: Tables, undone: Undone, images: Sequence[Mapping[str, Any]]) -> None:
    """Drops links that the run made, where they are still there."""
    records = [image["record"] for image in images]
    links, written = tx.links.ids(records), tx.pushes.written(records)
    gone: dict[int, list[str]] = {}
    ids: list[int] = []
    for image in images:
        record, collection, href = image["record"], image["collection"], image["href"]
        if (record, collection, href) not in links:
            continue
        ids.append(links[record, collection, href])
        gone.setdefault(collection, []).append(href)
        if names := written.get((record, collection)):
            undone.stays(record, "", f"what was written to {href} since stays there ({', '.join(names)})")
    tx.links.unlink(ids)
    for collection, hrefs in gone.items():
        known = tx.queue.states(collection, hrefs)
        tx.mirror.clear_dirty(collection, known)
        # What came without the queue: the next import brings it again.
        tx.mirror.drop(collection, [href for href in hrefs if href not in known])
    undone.decisions += len(ids)


def move_back(tx: Tables, key: str, before: str, after: str) -> bool:
    """An item that became another record's. Both sides agree on what it shows now; the next cycle puts it right."""
    collection, _, href = key.partition(":")
    link = tx.links.by_href(int(collection), href)
    if link is None or link.record != after or tx.links.between(before, int(collection)) is not None:
        return False
    tx.links.move(link.id, before)
    return True
