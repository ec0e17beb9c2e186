"""`crmsync records why` and `records history`: where each value comes from, and what there was before."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from crmsync.cli.answers import emit, emit_each, say, table
from crmsync.core.origin import read
from crmsync.desk import Desk
from crmsync.errors import Usage
from crmsync.model import JournalEntry
from crmsync.review import provenance
from crmsync.review.provenance import Provenance
from crmsync.store.conflict_log import LoggedConflict
from crmsync.store.store import Tables
from crmsync.typed.field_values import as_json, in_words
from crmsync.values import is_list, to_json


def why(desk: Desk, options: argparse.Namespace) -> int:
    """Each value with its origin; entries of a list one by one."""
    with desk.seeing() as view:
        record = view.records.get(options.id)
        if record is None:
            raise Usage("there is no such record", thing=options.id, next_step="See `crmsync records list`")
        found = provenance.why(view, record, options.field or "")
        stood = {one.field: provenance.stood_against(view, record.id, one.field) for one in found}
        accounts = _accounts(view)
    if options.json:
        lines = []
        for name, group in groupby(found, key=lambda one: one.field):
            entries = list(group)
            newest = max(entries, key=lambda one: one.entry.seq)
            line = {"field": name, "value": as_json(record.fields[name]), **_origin(newest.entry)}
            line["replaced"] = _plain(newest, newest.replaced)
            if is_list(name):
                line["entries"] = [_entry(one) for one in entries]
            line["stood_against"] = [_lost(one, accounts) for one in stood[name]]
            lines.append(line)
        emit({"id": record.id, "fields": lines})
        return 0
    rows = [
        (one.field, in_words(one.value), one.source, one.entry.actor, one.entry.at, _why(one.entry)) for one in found
    ]
    table(("field", "value", "from", "by", "when", "why"), rows, "No such value.")
    for name, lost in stood.items():
        for one in lost:
            gone = "an account that was removed" if one.collection else "another record"  # one merged into it
            who = accounts.get(one.collection, gone)
            say(f"{name}: {in_words(one.losing)} gave way ({who}, conflict {one.id}: {one.resolution})")
    return 0


def history(desk: Desk, options: argparse.Namespace) -> int:
    """Every change, oldest first."""
    with desk.seeing() as view:
        if view.records.get(options.id, deleted=True) is None:
            raise Usage("there is no such record", thing=options.id)
        entries = provenance.history(view, options.id)
        if options.json:
            emit_each("entries", map(_change, entries), {"id": options.id})
            return 0
        rows = [
            (e.at, read(e.reason).account or e.origin, e.field or "(record)", in_words(e.before), in_words(e.after))
            for e in entries
        ]
    table(("when", "from", "field", "before", "after"), rows, "Nothing was journalled.")
    return 0


def _accounts(view: Tables) -> Mapping[int, str]:
    return view.accounts.places()


def _why(entry: JournalEntry) -> str:
    origin = read(entry.reason)
    return "; ".join(part for part in (origin.rule, origin.item) if part)


def _entry(one: Provenance) -> dict[str, Any]:
    return {"value": _plain(one, one.value), **_origin(one.entry), "replaced": _plain(one, one.replaced)}


def _plain(one: Provenance, value: Any) -> Any:
    """An entry of a list is spelled as in the list."""
    return to_json((value,))[0] if is_list(one.field) and value is not None else as_json(value)


def _lost(one: LoggedConflict, accounts: Mapping[int, str]) -> dict[str, Any]:
    return {
        "conflict": one.id,
        "account": accounts.get(one.collection),
        "value": as_json(one.losing),
        "resolution": one.resolution,
        "at": one.resolved_at,
        "by": one.resolved_by,
    }


def _change(entry: JournalEntry) -> dict[str, Any]:
    values = {"before": as_json(entry.before), "after": as_json(entry.after)}
    return {"seq": entry.seq, "field": entry.field, **values, **_origin(entry)}


def _origin(entry: JournalEntry) -> dict[str, Any]:
    origin = read(entry.reason)
    return {
        "origin": entry.origin,
        "actor": entry.actor,
        "run": entry.run,
        "at": entry.at,
        "reason": entry.reason,
        "account": origin.account or None,
        "item": origin.item or None,
        "rule": origin.rule or None,
    }
