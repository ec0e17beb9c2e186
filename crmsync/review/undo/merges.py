"""A sync that carried a merge to the remotes is undone while the merge stands: what that may not touch, and is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmsync.review.merged_away import lacking
from crmsync.review.undo.outcome import Undone
from crmsync.store.pushes import Push
from crmsync.store.store import Tables


def without_taken_over(tx: Tables, undone: Undone, pushes: Sequence[Push]) -> list[Push]:
    """The writes but for the first ones to items that had been another record's: there, before means another person."""
    strangers = tx.pushes.taken_over(undone.run)
    for push in pushes:
        if push.seq not in strangers or not push.field:
            continue
        link = tx.links.by_href(push.collection, push.href)
        if link is not None and link.record == push.record:
            reason = f"{push.href} had been another record's: what was written there stays until the merge is undone"
            undone.stays(push.record, push.field, reason)
    return [push for push in pushes if push.seq not in strangers or not push.field]


def tell_halves(tx: Tables, undone: Undone, records: Iterable[str]) -> None:
    """Records that are part of others which hold less of them by now: nothing is decided about them, but it is told."""
    for record in sorted(records):
        for part in tx.merged.parts_of(record):
            if (lacks := lacking(tx, part)) is not None:
                apart = f": `crmsync undo {lacks.run}` takes the two apart" if lacks.run else ""
                undone.stays(part, "", f"it is still part of {record}, which holds less of it now{apart}")
