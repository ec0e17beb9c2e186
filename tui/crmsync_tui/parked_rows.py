"""What is set aside, in rows: faults by their kind, the items of one kind, and one with its raw text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from crmsync.errors import Usage
from crmsync.review.parked import faults, kind_of, record_of
from crmsync.store.parked import ParkedItem
from crmsync.store.store import Tables
from crmsync_tui.marks import marks
from crmsync_tui.pages import Row, Slice
from crmsync_tui.shown import line, lines, shown
from crmsync_tui.words import _, count, number_text, when

_BYTES, _LINES, _WIDTH = 100_000, 400, 300
"""How much of a raw item is shown: from its beginning, and of each line so many characters."""


def kinds(view: Tables, after: int | None, skip: int, limit: int) -> Slice[int]:
    """A page of the kinds of faults, the most frequent first."""
    start = (after or 0) + skip
    found = faults(view)[start : start + limit]
    rows = [Row(one.fault, (number_text(len(one.ids)), line(one.fault)), marks().failed) for one in found]
    return Slice(rows, start + limit if len(found) == limit else None)


def items(view: Tables, kind: str, after: int | None, skip: int, limit: int) -> Slice[int]:
    """A page of the items with a fault of this kind."""
    start = (after or 0) + skip
    ids = ids_of(view, kind)
    places = view.accounts.places()
    rows = []
    for id in ids[start : start + limit]:
        parked = view.parked.get(id)
        cells = (line(places.get(parked.collection, "")), line(parked.href), line(parked.reason), _state(parked))
        rows.append(Row(str(id), cells, marks().to_remote if parked.refused else marks().to_crm, dim=parked.dropped))
    return Slice(rows, start + limit if start + limit < len(ids) else None)


def _state(parked: ParkedItem) -> str:
    if parked.dropped:
        return _("left so")
    if parked.retry:
        return _("next sync")
    return count("tried {n} time", "tried {n} times", parked.attempts)


def ids_of(view: Tables, kind: str) -> Sequence[int]:
    """The items with a fault of this kind."""
    return next((one.ids for one in faults(view) if one.fault == kind), ())


def told(view: Tables, id: int) -> Sequence[Content]:
    """One of them: why, whose, since when, and its text; nothing when it is not parked any more."""
    try:
        parked = view.parked.get(id)
    except Usage:
        return []
    return list(_told(view, parked))


def _told(view: Tables, parked: ParkedItem) -> Iterator[Content]:
    yield shown(parked.reason, "bold")
    what = _("a write that the remote refused") if parked.refused else _("an item that cannot be read")
    account = view.accounts.places().get(parked.collection, "")
    yield shown(f"{what}  {account} {parked.href}")
    yield shown(f"{_state(parked)}  {when(parked.at)}  {kind_of(parked.reason)}", "dim")
    if (record := record_of(view, parked)) is not None:
        yield shown(_("belongs to record {id}").format(id=record))
    if parked.raw is None:
        yield Content(_("(its text could not be had)"))
        return
    yield from map(shown, raw_lines(parked.raw))


def raw_lines(raw: bytes) -> list[str]:
    """Bytes as lines that are safe to show: what is no text stands as escapes, long lines and long items are cut."""
    text = raw[:_BYTES].decode("utf-8", "backslashreplace")
    found = [one if len(one) <= _WIDTH else f"{one[:_WIDTH]}... (+{len(one) - _WIDTH})" for one in lines(text)]
    if len(found) > _LINES or len(raw) > _BYTES:
        found = [*found[:_LINES], _("... cut: {n} bytes in all").format(n=number_text(len(raw)))]
    return found
