"""Runs and what happened in them, as rows of a list, and one of them in full."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from textual.content import Content

from crmsync.errors import Usage
from crmsync.review import events
from crmsync.review.events import Event
from crmsync.review.report import in_words
from crmsync.store.log import START, LogSelection, Mark, Source
from crmsync.store.runs import Run, RunSelection
from crmsync.store.store import Tables
from crmsync_tui.marks import marks
from crmsync_tui.pages import Row, Slice
from crmsync_tui.shown import line, shown
from crmsync_tui.words import _, clock, count, number_text, when

_FIRST = 30
"""How much of a run the pane beside the list tells; all of it stands behind `enter`."""


def runs(view: Tables, selection: RunSelection, before: int | None, skip: int, limit: int) -> Slice[int]:
    """A page of runs, the newest first."""
    found = view.runs.page(selection, before, skip=skip, limit=limit)
    return Slice([_run_row(run) for run in found], found[-1].id if len(found) == limit else None)


def _run_row(run: Run) -> Row:
    cells = (when(run.finished or run.started), line(run.actor), line(called(run)), line(run.account), _result(run))
    return Row(str(run.id), cells, _sign(run.state), dim=run.undone_by is not None)


def called(run: Run) -> str:
    """What a run is called: what somebody did, else its kind."""
    return run.message if run.message and not run.account else run.kind


def _sign(state: str) -> str:
    signs = {"failed": marks().failed, "held": marks().needs_you, "running": marks().busy}
    return signs.get(state, marks().well)


def _result(run: Run) -> str:
    states = {
        "done": _("done"),
        "held": _("held"),
        "failed": _("failed"),
        "running": _("running"),
        "skipped": _("skipped"),
    }
    said = [states.get(run.state, line(run.state))]
    stats = run.stats
    if "pulled" in stats and "pushed" in stats:
        said.append(f"{_sum(stats['pulled'])} {_('in')}, {_sum(stats['pushed'])} {_('out')}")
    for name, words in (("conflicts", _("conflicts")), ("parked", _("parked")), ("failing", _("refused"))):
        if isinstance(stats.get(name), int) and stats[name]:
            said.append(f"{number_text(stats[name])} {words}")
    if run.undone_by is not None:
        said.append(_("taken back"))
    return ", ".join(said)


def _sum(part: Mapping[str, int]) -> str:
    return number_text(sum(part.values()))


def tail(view: Tables, selection: LogSelection, before: Mark | None, skip: int, limit: int) -> Slice[Mark]:
    """A page of the log, the newest first."""
    found = events.newest(view, selection, before or START, skip=skip, limit=limit)
    return Slice([_event_row(event) for event in found], found[-1].mark if len(found) == limit else None)


def of_run(view: Tables, run: int, after: Mark | None, skip: int, limit: int) -> Slice[Mark]:
    """A page of what a run did, in its order."""
    found = events.since(view, LogSelection(run=run), after or (0, 0, 0), skip=skip, limit=limit)
    return Slice([_event_row(event) for event in found], found[-1].mark if len(found) == limit else None)


def _event_row(event: Event) -> Row:
    cells = (_moment(event.at), line(event.actor), _what(event), line(event.name), line(change_word(event)))
    sign = {"write": marks().to_remote, "change": marks().to_crm if event.account else ""}.get(event.kind, "")
    return Row(spelled(event.mark), cells, sign)


def spelled(mark: Mark | None) -> str:
    """A mark as the key of a row."""
    return ".".join(map(str, mark or START))


def mark_of(key: str) -> Mark | None:
    """Reads it back; `None` for the row of a run, whose key is its number."""
    if "." not in key:
        return None
    stamp, source, number = map(int, key.split("."))
    return stamp, source, number


def _moment(at: str) -> str:
    """The time of day, to the second; what is older than a day has its date."""
    then = datetime.fromisoformat(at)
    return clock(at) if (datetime.now(UTC) - then).total_seconds() < 86_400 else when(at)


def _what(event: Event) -> str:
    match event.kind, event.action:
        case "write", "created":
            return _("create there")
        case "write", "deleted":
            return _("delete there")
        case "write", _act:
            return _("change there")
        case "change", "created":
            return _("new")
        case "change", "deleted":
            return _("deleted")
        case "change", _act:
            return _("changed")
        case _:
            return line(event.field)


def change_word(event: Event) -> str:
    """What it changed, in a few words."""
    if event.kind == "decision" or not event.field:
        return event.account
    return f"{event.field}: {_word(event.before)} {marks().to_remote} {_word(event.after)}"


def _word(value: Any) -> str:
    return in_words(value) or _("(empty)")


# One of them in full


def told(view: Tables, key: str) -> Sequence[Content]:
    """What a row is about in full, be it a run or a line of the log; nothing when it is not seen any more."""
    mark = mark_of(key)
    if mark is None:
        return _told_run_of(view, int(key))
    found = events.since(view, LogSelection(), (*mark[:2], mark[2] - 1), limit=1)
    return list(_told_event(found[0])) if found and found[0].mark == mark else []


def _told_event(event: Event) -> Iterator[Content]:
    yield Content.assemble(shown(event.name, "bold"), "  ", shown(f"{_what(event)}  {event.account}"))
    yield shown(
        f"{_moment(event.at)}  {event.actor}  ({event.source})" + ("" if event.run is None else f"  {_run(event.run)}")
    )
    if event.reason:
        yield shown(f"{_('why')}: {event.reason}")
    if event.kind == "decision":
        yield shown(f"{_('before')}: {_word(event.before)}")
        yield shown(f"{_('after')}: {_word(event.after)}")
    else:
        for field, before, after in fields_of(event):
            yield Content.assemble(
                shown(f"{field}: ", "bold"), shown(_word(before)), f" {marks().to_remote} ", shown(_word(after))
            )
    if event.href:
        yield shown(event.href, "dim")


def fields_of(event: Event) -> Iterator[tuple[str, Any, Any]]:
    """Each field with what it was and is; of a record or item as a whole all of its fields."""
    if event.field:
        yield event.field, event.before, event.after
        return
    before, after = event.before or {}, event.after or {}
    for field in sorted({*before, *after}):
        yield field, before.get(field), after.get(field)


def _run(id: int) -> str:
    return _("run {id}").format(id=id)


def _told_run_of(view: Tables, id: int) -> Sequence[Content]:
    """A run: who, when, what it did where, how that ended, and its first lines; nothing when it is not there."""
    try:
        run = view.runs.get(id)
    except Usage:
        return []
    return list(_told_run(view, run))


def head_of_run(view: Tables, id: int) -> Sequence[Content]:
    """The same without its lines."""
    try:
        run = view.runs.get(id)
    except Usage:
        return []
    return [*_headed(run), *_tallied(view, id)]


def run_of(view: Tables, key: str) -> Run | None:
    """The run that a row is, or that a line of the log belongs to; `None`: to none."""
    mark = mark_of(key)
    number: int | None = None
    if mark is None:
        number = int(key)
    else:
        found = view.journal.log.since(LogSelection(), (*mark[:2], mark[2] - 1), limit=1)
        number = found[0].run if found and found[0].mark == mark else None
    try:
        return None if number is None else view.runs.get(number)
    except Usage:
        return None


def _headed(run: Run) -> Iterator[Content]:
    yield Content.assemble(shown(_run(run.id), "bold"), "  ", shown(f"{called(run)}  {run.account}", "bold"))
    ended = f" - {_moment(run.finished)}" if run.finished else ""
    yield shown(f"{run.actor}  {_moment(run.started)}{ended}  {_result(run)}")
    if run.message and run.account:
        yield shown(run.message, "bold" if run.state == "failed" else "")
    for note in run.stats.get("notes", ()):
        yield shown(note)
    if run.undoes is not None:
        yield Content(_("takes back run {id}").format(id=run.undoes))
    if run.undone_by is not None:
        yield Content(_("was taken back by run {id}: press z there to have it again").format(id=run.undone_by))


def _told_run(view: Tables, run: Run) -> Iterator[Content]:
    yield from _headed(run)
    yield from _tallied(view, run.id)
    found = events.since(view, LogSelection(run=run.id), (0, 0, 0), limit=_FIRST + 1)
    for event in found[:_FIRST]:
        yield Content.assemble(shown(f"{_what(event)}  {event.name}", "bold"), "  ", shown(change_word(event)))
    if len(found) > _FIRST:
        yield Content(_("... enter shows all"))


def _tallied(view: Tables, run: int) -> Iterator[Content]:
    """What it came to: in the CRM, and at each remote with the outcome."""
    places, counted = view.accounts.places(), view.journal.log.tally(run)
    here = {act: n for source, act, _place, n in counted if source is Source.CHANGE}
    words: tuple[tuple[str, Callable[[int], str]], ...] = (
        ("created", lambda n: count("{n} new", "{n} new", n)),
        ("updated", lambda n: count("{n} changed", "{n} changed", n)),
        ("deleted", lambda n: count("{n} deleted", "{n} deleted", n)),
        ("settled", lambda n: count("{n} shown another way by the server", "{n} shown another way by the server", n)),
        ("edited", lambda n: count("{n} edited there right after", "{n} edited there right after", n)),
    )
    if here:
        yield shown(f"{_('in the CRM')}: " + ", ".join(word(here[act]) for act, word in words if act in here))
    for collection in dict.fromkeys(place for source, _act, place, _n in counted if source is Source.WRITE):
        there = {act: n for source, act, place, n in counted if source is Source.WRITE and place == collection}
        name = places.get(collection, _("(removed)"))
        said = ", ".join(word(there[act]) for act, word in words if act in there)
        yield shown(f"{marks().to_remote} {name}: {said}")
    decided = [f"{n} {act}" for source, act, _place, n in counted if source is Source.DECISION]
    if decided:
        yield shown(f"{_('decided')}: {', '.join(decided)}")
