"""Which item is which record: links that a run made, dropped or moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmsync.admission.without_us import weigh
from crmsync.errors import Unreadable, Usage
from crmsync.model import LinkState
from crmsync.review.conflicts import is_written
from crmsync.review.undo.outcome import Undone
from crmsync.store.store import Tables


def relink(tx: Tables, undone: Undone, image: Mapping[str, Any]) -> bool:
    """Brings a link back that the run dropped. False, and told, where the item is another record's by now."""
    record, collection, href = image["record"], image["collection"], image["href"]
    put_back = tx.put_backs.find(collection, href)
    # What went back into the item was no edit of anybody: the values of the record are to reach it again.
    if tx.links.relink(image, (put_back.done or {}) if put_back and put_back.record == record else {}):
        tx.put_backs.drop(collection, href)
        undone.decisions += 1
        # What happened to the item meanwhile was nobody's edit of this record: it is looked at now.
        tx.mirror.mark_dirty(collection, [href])
        return True
    undone.stays(record, "", f"{href} belongs to another record by now: what was undone stays undone")
    return False


def unlink(tx: Tables, undone: Undone, images: Sequence[Mapping[str, Any]]) -> None:
    """Drops links that the run made, where they are still there. What was written into their items since is to go.

    Raises `Usage` while a sync is writing one of them.
    """
    records = [image["record"] for image in images]
    links, written = tx.links.ids(records), tx.pushes.written(records)
    gone: dict[int, list[str]] = {}
    ids: list[int] = []
    back: set[tuple[int, str]] = set()
    for image in images:
        record, collection, href = image["record"], image["collection"], image["href"]
        if (record, collection, href) not in links:
            continue
        ids.append(links[record, collection, href])
        gone.setdefault(collection, []).append(href)
        tx.put_backs.drop(collection, href)
        if names := written.get((record, collection)):
            if _put_back(tx, undone, record, collection, href):
                back.add((collection, href))
            else:
                undone.stays(record, "", f"what was written to {href} since stays there ({', '.join(names)})")
    tx.links.unlink(ids)
    for collection, hrefs in gone.items():
        known = tx.queue.states(collection, hrefs)
        tx.mirror.clear_dirty(collection, known)
        # What came without the queue: the next import brings it again.
        tx.mirror.drop(collection, [href for href in hrefs if href not in known and (collection, href) not in back])
    undone.decisions += len(ids)


def _put_back(tx: Tables, undone: Undone, record_id: str, collection_id: int, href: str) -> bool:
    """Has the next sync take out of the item what we wrote there, and tells what was edited since. False: it cannot."""
    link = tx.links.by_href(collection_id, href)
    assert link is not None
    if link.state not in (LinkState.LINKED, LinkState.GONE):
        raise Usage("a sync is writing its item", thing=record_id, next_step="Run `crmsync sync`, try again")
    mirrored, stretches = tx.mirror.get(collection_id, href), tx.pushes.of_item(collection_id, href)
    record = tx.records.get(record_id, deleted=True)
    if not stretches or mirrored is None or record is None or not is_written(tx, link):
        return False
    try:
        without = weigh(tx.collections.get(collection_id).format, record.type, mirrored.item.raw, stretches)
    except Unreadable:
        return False
    for name in without.later:
        undone.stays(record_id, name, f"edited in {href} since: it stays there")
    tx.put_backs.add(collection_id, href, record_id)
    undone.items += 1
    return True


def move_back(tx: Tables, key: str, before: str, after: str) -> bool:
    """An item that became another record's. Both sides agree on what it shows now; the next cycle puts it right."""
    collection, _, href = key.partition(":")
    link = tx.links.by_href(int(collection), href)
    if link is None or link.record != after:
        return False
    there = tx.links.between(before, int(collection))
    if there is not None and there.state is LinkState.CREATING and there.uid == link.uid:
        tx.links.delete(there.id)  # the record that is back was to have an item anew: this one is it
    elif there is not None:
        return False
    tx.links.move(link.id, before)
    return True
