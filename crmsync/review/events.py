"""What happened, in order: the lines of the log with the names of what they are about. `crmsync log`, and the TUI."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmsync.core.fieldmap import display_name
from crmsync.core.origin import read
from crmsync.store.flags import FLAG_FIELD
from crmsync.store.log import LogLine, LogSelection, Mark, Source
from crmsync.store.runs import Run, RunSelection
from crmsync.store.store import Tables
from crmsync.values import fields_to_json, to_json

FLAG = "sync to mobile"
"""How the field of a sync flag is called for people."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, values in their JSON form.

    `kind`: `change` of a record in the CRM, `write` at a remote, `decision` beside the fields of records, or the end of
    a `run`. `action` is what became of it: created, updated, deleted, decided; of a run its state. `actor` is who did
    it, `source` where it came from: an account, a file, `cli`, `tui`. `record` is an id, of a decision its key.
    """

    at: str
    run: int | None
    kind: str
    action: str
    actor: str
    source: str
    account: str
    record: str
    name: str
    field: str = ""
    before: Any = None
    after: Any = None
    href: str = ""
    reason: str = ""
    mark: Mark | None = None


def newest(view: Tables, selection: LogSelection, before: Mark, *, skip: int = 0, limit: int = 100) -> Sequence[Event]:
    """Events before a mark, the newest first."""
    return _told(view, view.journal.log.newest(selection, before, skip=skip, limit=limit))


def since(view: Tables, selection: LogSelection, after: Mark, *, skip: int = 0, limit: int = 1000) -> Sequence[Event]:
    """Events after a mark, the oldest first."""
    return _told(view, view.journal.log.since(selection, after, skip=skip, limit=limit))


def ended(view: Tables, selection: RunSelection, limit: int) -> Sequence[Event]:
    """The ends of the newest runs that are over, the newest first."""
    return [of_run(run) for run in view.runs.page(selection, None, limit=limit) if run.finished]


def of_run(run: Run) -> Event:
    """The end of a run."""
    return Event(
        run.finished or run.started, run.id, "run", run.state, run.actor, run.account, run.account, "", run.kind,
        reason=run.message,
    )  # fmt: skip


def _told(view: Tables, lines: Sequence[LogLine]) -> Sequence[Event]:
    records = view.records.many({line.record for line in lines if line.source is not Source.DECISION})
    names = {id: display_name(record.type, record.fields) for id, record in records.items()}
    places = view.accounts.places()
    return [_event(line, names, places, _queued(view, line)) for line in lines]


def _queued(view: Tables, line: LogLine) -> str:
    """What an item of the queue is called that was decided about."""
    if line.source is not Source.DECISION or line.field != "queue" or not line.record.isdecimal():
        return ""
    found = view.queue.find(int(line.record))
    return "" if found is None else found.item.name or found.item.href


def _event(line: LogLine, names: Mapping[str, str], places: Mapping[int, str], queued: str) -> Event:
    origin = read(line.reason)
    who = (line.at, line.run)
    match line.source:
        case Source.DECISION:
            return Event(
                *who, "decision", "decided", line.actor, line.origin, "", line.record, queued or line.record,
                line.field, line.before, line.after, "", line.reason, line.mark,
            )  # fmt: skip
        case Source.CHANGE:
            action, account, href = _action(line), origin.account, origin.item
        case Source.WRITE:
            action, account, href = line.act, places.get(line.collection, ""), line.href
    return Event(
        *who, line.source.name.lower(), action, line.actor, line.origin, account, line.record,
        names.get(line.record, line.record), FLAG if line.field.startswith(FLAG_FIELD) else line.field,
        plain(line.before), plain(line.after), href, origin.rule, line.mark,
    )  # fmt: skip


def _action(line: LogLine) -> str:
    if line.field:
        return "updated"
    return "created" if line.before is None else "deleted"


def plain(value: Any) -> Any:
    """The JSON form of a value of the journal or the write log; flags and the like are JSON already."""
    return fields_to_json(value) if isinstance(value, Mapping) else to_json(value)


def merged(events: Iterable[Event], ends: Iterable[Event], limit: int) -> Sequence[Event]:
    """The newest of both, the oldest first; a run ends after what it did."""
    every = [*events, *ends]
    every.reverse()
    every.sort(key=lambda one: (one.at, one.kind == "run"))
    return every[-limit:]
