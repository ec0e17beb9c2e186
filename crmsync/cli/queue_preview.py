"""What a decision about the queue would do, for people and programs to read before it is made."""

from __future__ import annotations

import argparse
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from typing import Any

from crmsync.cli.answers import emit, narrate, say, table
from crmsync.core.fieldmap import display_name
from crmsync.desk import Desk
from crmsync.errors import Unreadable, Usage
from crmsync.model import Candidate
from crmsync.review.linking import Linking, acceptable, candidates_of, weigh
from crmsync.store.import_queue import Queued, QueueState
from crmsync.store.store import Tables
from crmsync.typed.field_values import as_json, in_words
from crmsync.values import fields_to_json, to_json

_TOLD = 20
"""How many of the items that would be skipped are named to a person."""


def as_seen(row: Queued, records: Container[str]) -> Queued:
    """Without the suggestion of a record that whoever asks may not see."""
    best = row.item.suggestion
    return row if best is None or best.record in records else replace(row, item=row.item._replace(suggestion=None))


def queued_json(row: Queued, account: str, name: str) -> dict[str, Any]:
    """An item as `queue list` shows it; `name` is what the suggested record is called."""
    item, best = row.item, row.item.suggestion
    return {
        "id": row.id,
        "account": account,
        "name": item.name,
        "organization": item.organization,
        "emails": list(item.emails),
        "phones": list(item.phones),
        "kind": item.kind,
        "start": item.start or None,
        "type": item.type.value if item.type else None,
        "suggestion": None if best is None else candidate_json(best, name),
    }


def candidate_json(candidate: Candidate, name: str) -> dict[str, Any]:
    """A record that an item may be."""
    return {
        "record": candidate.record,
        "name": name,
        "confidence": candidate.confidence.name.lower(),
        "score": candidate.score,
        "reasons": list(candidate.reasons),
    }


def show(desk: Desk, options: argparse.Namespace) -> int:
    """`queue show`: an item with every record that it may be, and what linking it to each would do."""
    with desk.seeing() as view:
        stored = view.queue.get(options.id)
        suggestion = stored.item.suggestion
        row = as_seen(stored, view.records.many([suggestion.record] if suggestion else []))
        account = view.accounts.by_id(row.account).name
        ranked = candidates_of(view, row)
        records = view.records.many([one.record for one in ranked])
        names = {id: display_name(record.type, record.fields) for id, record in records.items()}
        weighed = [_weighed(view, row, one.record) for one in ranked]
    found = list(zip(ranked, weighed, strict=True))
    if options.json:
        suggested = "" if row.item.suggestion is None else names.get(row.item.suggestion.record, "")
        decided = {"by": row.decided_by, "at": row.decided_at} if row.decided_at else None
        lines = [{**candidate_json(one, names[one.record]), **_link_json(done)} for one, done in found]
        data = queued_json(row, account, suggested)
        emit({**data, "state": row.state.value, "decided": decided, "candidates": lines})
        return 0
    _say_item(row, account)
    for one, done in found:
        say(f"{one.score:3}  {one.confidence.name.lower()}  {names[one.record]}  ({one.record})")
        say(f"     {'; '.join(one.reasons)}")
        for line in _in_words(done) if isinstance(done, Linking) else [done]:
            say(f"     {line}")
    if not found:
        say("No record looks like it.")
    return 0


def _link_json(done: Linking | str) -> dict[str, Any]:
    if isinstance(done, Linking):
        return {"link": linking_json(done), "refused": None}
    return {"link": None, "refused": done}


def _say_item(row: Queued, account: str) -> None:
    item = row.item
    say(f"{item.name}  ({item.kind} of {account}, {row.state}{f' by {row.decided_by}' if row.decided_at else ''})")
    for label, values in (("organization", [item.organization]), ("e-mail", item.emails), ("phone", item.phones)):
        if any(values):
            say(f"  {label}: {', '.join(values)}")


def _weighed(view: Tables, row: Queued, record: str) -> Linking | str:
    """What linking would do, or why it cannot be done."""
    if row.state is not QueueState.OPEN:
        return f"decided already: {row.state}"
    try:
        return weigh(view, row.id, record)
    except (Unreadable, Usage) as error:
        return str(error)


def preview_link(desk: Desk, options: argparse.Namespace) -> int:
    """`queue link --dry-run`."""
    with desk.seeing() as view:
        linking = weigh(view, options.id, options.record)
    if options.json:
        emit({"id": options.id, **linking_json(linking)})
        return 0
    say(f"{linking.row.item.name} would be {_called(linking)}:")
    for line in _in_words(linking):
        say(f"  {line}")
    return 0


def preview_accept(desk: Desk, ids: Sequence[int], options: argparse.Namespace) -> int:
    """`queue accept --dry-run`."""
    with desk.seeing() as view:
        found, done = acceptable(view, ids, options.min_score or 0)
    skipped = [{"id": id, "reason": reason} for id, reason in done.skipped]
    if options.json:
        lines = [
            {"id": one.row.id, "item": one.row.item.name, "score": best.score, **linking_json(one)}
            for one, best in found
        ]
        emit({"would_link": lines, "skipped": skipped})
        return 0
    rows = [(one.row.id, one.row.item.name, _called(one), best.score, _short(one)) for one, best in found]
    table(("id", "item", "would be", "score", "what changes in the CRM"), rows, "Nothing would be linked.")
    for id, reason in done.skipped[:_TOLD]:
        narrate(f"{id} would be skipped: {reason}")
    if len(done.skipped) > _TOLD:
        narrate(f"and {len(done.skipped) - _TOLD:,} more")
    return 0


def linking_json(linking: Linking) -> dict[str, Any]:
    """What linking would fill, add and keep in the CRM, and what it would change at the remote."""
    return {
        "record": linking.record.id,
        "name": display_name(linking.record.type, linking.record.fields),
        "fills": fields_to_json(linking.filled),
        "adds": fields_to_json(linking.added),
        "keeps": [
            {"field": lost.field, "crm": to_json(linking.crm.get(lost.field)), "item": to_json(lost.value)}
            for lost in linking.kept
        ],
        "remote": {name: as_json(value) for name, value in sorted(linking.sent.items())},
    }


def _in_words(linking: Linking) -> Iterator[str]:
    for name, value in sorted(linking.filled.items()):
        yield f"fills {name}: {in_words(value)}"
    for name, value in sorted(linking.added.items()):
        yield f"adds to {name}: {in_words(value)}"
    for lost in linking.kept:
        held = in_words(linking.crm.get(lost.field))
        yield f"keeps {lost.field}: {held} (the item's, {in_words(lost.value)}, stays in the conflict log)"
    for name, sent in sorted(linking.sent.items()):
        yield f"then at the remote, {name}: {in_words(sent) or '(empty)'}"
    if not (linking.filled or linking.added or linking.kept or linking.sent):
        yield "changes nothing: both say the same"


def _short(linking: Linking) -> str:
    parts = [("fills", linking.filled), ("adds to", linking.added)]
    return ", ".join(f"{verb} {' '.join(sorted(fields))}" for verb, fields in parts if fields) or "nothing"


def _called(linking: Linking) -> str:
    return display_name(linking.record.type, linking.record.fields)
