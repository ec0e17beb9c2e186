"""Two records become one, after the user has read what that does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from crmsync.core.fieldmap import display_name
from crmsync.errors import CrmsyncError
from crmsync.model import Record
from crmsync.review.merge_records import Merging, in_words, merge, places_of, weigh
from crmsync.store.store import Tables
from crmsync_tui.screens.preview import Preview
from crmsync_tui.shown import shown
from crmsync_tui.words import _

if TYPE_CHECKING:
    from crmsync_tui.app import CrmsyncApp


async def merge_after_preview(app: CrmsyncApp, keep: str, other: str) -> bool:
    """Merges `other` into `keep` where the user wants it; says why two records cannot be one."""

    def look(view: Tables) -> tuple[Merging, list[str]]:
        merging = weigh(view, keep, other)
        return merging, list(in_words(merging, places_of(view, merging)))

    try:
        merging, words = await app.asking.look(look)
    except CrmsyncError as error:
        app.complain(error)
        return False
    title = _("{other} becomes part of {keep}").format(other=_named(merging.other), keep=_named(merging.keep))
    lines = [shown(one) for one in words] or [Content(_("It holds nothing that the other one lacks."))]
    if not await app.push_screen_wait(Preview(title, lines)):
        return False
    done = await app.decide("records merge", lambda tx: merge(tx, keep, other), lambda done: _named(done.keep))
    return done is not None


def _named(record: Record) -> str:
    return f"{display_name(record.type, record.fields)} ({record.id})"
