"""`crmsync records merge`: two records are one."""

from __future__ import annotations

import argparse
from typing import Any

from crmsync.cli.answers import emit, say
from crmsync.core.fieldmap import display_name
from crmsync.desk import Desk
from crmsync.model import Link
from crmsync.review.merge_records import Merging, in_words, merge, places_of, weigh
from crmsync.values import fields_to_json, to_json


def run(desk: Desk, options: argparse.Namespace) -> int:
    """Merges, or with `--dry-run` says what that would do."""
    if options.dry_run:
        with desk.seeing() as view:
            merging = weigh(view, options.keep, options.other)
            places = places_of(view, merging)
        number = None
    else:
        with desk.deciding("merged", seeing=True) as tx:
            merging = merge(tx, options.keep, options.other)
            places, number = places_of(tx, merging), tx.run
    if options.json:
        emit({"run": number, **_json(merging, places)})
        return 0
    keep, other = (f"{display_name(one.type, one.fields)} ({one.id})" for one in (merging.keep, merging.other))
    say(f"{other} {'would become' if options.dry_run else 'is'} part of {keep}")
    for line in in_words(merging, places):
        say(f"  {line}")
    if number is not None:
        say(f"`crmsync undo {number}` takes it back")
    return 0


def _json(merging: Merging, places: dict[int, str]) -> dict[str, Any]:
    united = merging.united

    def item(link: Link) -> dict[str, str]:
        return {"account": places[link.id], "href": link.href}

    return {
        "keep": merging.keep.id,
        "other": merging.other.id,
        "fills": fields_to_json(united.filled),
        "adds": fields_to_json(united.added),
        "keeps": [
            {"field": name, "kept": to_json(merging.keep.fields.get(name)), "lost": to_json(value)}
            for name, value in sorted(united.lost.items())
        ],
        "flags": len(merging.flags),
        "moved": [item(link) for link in merging.moved],
        "asked": [item(link) for link in merging.asked],
        "left": [item(link) for link in merging.left],
    }
