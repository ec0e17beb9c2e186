"""Home in words: a row for each source, lines for what is under way and what needs the user, and the last day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textual.content import Content

from crmsync.daemon_lock import Running
from crmsync.model import CollectionKind
from crmsync.store.standing import Standing
from crmsync.under_way import UnderWay
from crmsync_tui.home_view import Day, Overview, Source, in_and_out
from crmsync_tui.marks import marks
from crmsync_tui.pages import Row
from crmsync_tui.shown import line, shown
from crmsync_tui.widgets.record_table import Column
from crmsync_tui.words import _, clock, count, number_text, when

Places = Mapping[str, Mapping[Standing, int]]

BAR = 24
"""Columns of a progress bar."""
_BARS = 3


def columns(wide: bool) -> list[Column]:
    """Where there is room, the counts of each source stand in its row too."""
    first = [
        Column(_("source"), 9, 2),
        Column(_("what"), 10, 4),
        Column(_("last sync"), 11, 1),
        Column(_("state"), 15, 1),
        Column(_("in"), 4, right=True),
        Column(_("out"), 4, right=True),
    ]
    counted = [Column(title, 8, right=True) for title in (_("in sync"), _("excluded"), _("failing"))]
    return [*first, *(counted if wide else ()), Column(_("needs"), 5)]


def rows(view: Overview, going_on: Mapping[str, UnderWay], places: Places, *, wide: bool) -> list[Row]:
    """One for each source."""
    return [_row(one, going_on.get(one.name), places.get(one.name), wide=wide) for one in view.sources]


def _row(source: Source, going_on: UnderWay | None, places: Mapping[Standing, int] | None, *, wide: bool) -> Row:
    sign, state, key = state_of(source, going_on)
    counts = [_count_of(places, one) for one in (Standing.IN_SYNC, Standing.EXCLUDED, Standing.PARKED)]
    cells = (
        line(source.name),
        ", ".join(word for kind, word in _HELD.items() if kind in source.holds),
        line(when(source.last) or _("never")),
        state,
        _short(source.taken),
        _short(source.given),
        *(counts if wide else ()),
        key,
    )
    return Row(source.name, cells, sign, dim=source.paused)


def state_of(source: Source, going_on: UnderWay | None) -> tuple[str, str, str]:
    """Its sign, its state in words, and the key that helps."""
    signs = marks()
    if going_on is not None:
        return signs.busy, _how_far(going_on), ""
    if source.paused:
        return signs.others, _("paused"), "p"
    if source.waits:
        return signs.busy, _("until {time}").format(time=clock(source.until)), ""
    match source.state:
        case "ok":
            return signs.well, _("idle"), ""
        case "new":
            return signs.unflagged, _("not synced yet"), "s"
        case "held":
            return signs.needs_you, _("plan is held"), "3 h"
        case "sign-in":
            return signs.needs_you, _("sign in"), "a"
        case _:
            return signs.failed, _("failed"), "enter"


def _how_far(one: UnderWay) -> str:
    if not one.done:
        return _("syncing")
    if one.total and one.total > 9999:
        return _("syncing {percent} %").format(percent=100 * one.done // one.total)
    return _("syncing") + f" {one.done}" + (f"/{one.total}" if one.total else "")


_HELD = {
    CollectionKind.ADDRESSBOOK: _("contacts"),
    CollectionKind.CALENDAR: _("agenda"),
    CollectionKind.TASKS: _("tasks"),
    CollectionKind.TABLE: _("table"),
    CollectionKind.MAILBOX: _("mails"),
    CollectionKind.FOLDER: _("files"),
}


def _count_of(places: Mapping[Standing, int] | None, standing: Standing) -> str:
    return "" if places is None else number_text(places[standing])


def _short(number: int) -> str:
    return number_text(number) if number < 10_000 else f"{number // 1000}k"


def first_line(places: Places, running: Running | None = None) -> Content:
    """Whether anybody syncs by itself, and how many items stand where."""
    sums = {one: sum(of.get(one, 0) for of in places.values()) for one in Standing}
    counts = (
        (_("in sync"), sums[Standing.IN_SYNC]),
        (_("excluded"), sums[Standing.EXCLUDED]),
        (_("failing"), sums[Standing.PARKED]),
    )
    told = "  ".join(f"{label} {number_text(number)}" for label, number in counts)
    return Content.assemble(" ", daemon(running), "   ", told)


def daemon(running: Running | None) -> Content:
    """Whether something syncs by itself, and when next."""
    if running is None:
        return Content(f"{marks().unflagged} " + _("no daemon: press S to sync"))
    if running.message:
        return shown(f"{marks().needs_you} {_('daemon')}: {running.message}")
    told = _("daemon running since {time}").format(time=when(running.since))
    if following := min(running.next.values(), default=""):
        told += "  " + _("next sync {time}").format(time=clock(following))
    return shown(f"{marks().well} {told}")


def under_way(going_on: Mapping[str, UnderWay]) -> Iterator[Content]:
    """A bar for each source that is being synced, with rate and time left where they are known."""
    for one in list(going_on.values())[:_BARS]:
        step = one.step.removeprefix(f"{one.account}: ")
        told = number_text(one.done)
        if one.total:
            told = _("{done} of {total}").format(done=told, total=number_text(one.total))
        if one.rate:
            told += f"   {number_text(round(one.rate))}/s"
        if one.left is not None:
            told += "   " + _("ETA {time}").format(time=f"{one.left // 60:02}:{one.left % 60:02}")
        yield shown(f" {marks().busy} {one.account}  {step or _('begins')}", "bold")
        yield Content(f"   {bar(one.done, one.total)}  {told}" if one.done else f"   {bar(0, 1)}")


def bar(done: int, total: int | None) -> str:
    """As much of it full as is done."""
    full = min(BAR, BAR * done // total) if total else 0
    return marks().full * full + marks().empty * (BAR - full)


def needs_you(view: Overview) -> Iterator[Content]:
    """What waits for a person, each with the key that leads there."""
    lines = [*_sources_in_need(view.sources), *_waiting(view)]
    if not lines:
        if view.sources:
            yield Content(f" {marks().well} " + _("Nothing needs you."))
        return
    yield Content.styled(" " + _("Needs you"), "bold")
    for sign, text, key in lines:
        yield Content.assemble("   ", sign, " ", shown(text), "   ", (key, "bold"))


def _sources_in_need(sources: Sequence[Source]) -> Iterator[tuple[str, str, str]]:
    for one in sources:
        if one.paused or one.waits:
            continue
        match one.state:
            case "sign-in":
                text = _("{name} asks to sign in again: {why}").format(name=one.name, why=one.message)
                yield marks().needs_you, text, "a"
            case "failing":
                yield marks().failed, f"{one.name}: {one.message}", "enter"
            case _:
                pass


def _waiting(view: Overview) -> Iterator[tuple[str, str, str]]:
    counts = view.counts
    if found := counts.get("queue", 0):
        text = count("{n} found item waits for a type", "{n} found items wait for a type", found)
        if view.sure:
            text += ": " + count("{n} has a sure match", "{n} have a sure match", view.sure)
        yield marks().needs_you, text, "2"
    if asked := counts.get("conflicts", 0):
        yield marks().needs_you, count("{n} conflict", "{n} conflicts", asked), "3"
    if held := counts.get("held", 0):
        yield marks().needs_you, count("{n} plan is held", "{n} plans are held", held), "3 h"
    if parked := counts.get("parked", 0):
        text = count("{n} item could not be read or was refused", "{n} items could not be read or were refused", parked)
        yield marks().failed, text, "6"


def last_day(day: Day, *, wide: bool) -> Iterator[Content]:
    """What came in and went out hour by hour, and the sums."""
    changes = sum(day.taken) + sum(day.given)
    sums = [count("{n} change", "{n} changes", changes), count("{n} run undone", "{n} runs undone", day.undone)]
    if day.failed:
        sums.append(count("{n} run failed", "{n} runs failed", day.failed))
    told = ", ".join(sums)
    lines = f" {_('Last 24 h')}  {_('in')} {sparkline(day.taken)}  {_('out')} {sparkline(day.given)}"
    if wide:
        yield Content(f"{lines}   {told}")
    else:
        yield Content(lines)
        yield Content(f" {told}")


def sparkline(numbers: Sequence[int]) -> str:
    """A column for each number; only nothing is as low as nothing."""
    steps, most = marks().steps, max(numbers, default=0)
    last = len(steps) - 1
    return "".join(steps[-(-number * last // most)] if number else steps[0] for number in numbers)


def sync_said(runs: Sequence[Mapping[str, Any]]) -> str:
    """What a sync came to, in one line."""
    sums = [in_and_out(run) for run in runs]
    said = _("synced: {came} in, {went} out").format(
        came=number_text(sum(came for came, _went in sums)), went=number_text(sum(went for _came, went in sums))
    )
    if skipped := sum(run.get("state") == "skipped" for run in runs):
        said += ", " + count("{n} is paused", "{n} are paused", skipped)
    return said
