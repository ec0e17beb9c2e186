"""One account with all that is known about it, and what `doctor` found, in lines to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from textual.content import Content

from crmsync.store.accounts import Account
from crmsync.store.collections_of import Collection
from crmsync.store.runs import Run
from crmsync.store.standing import Standing
from crmsync.store.store import Tables
from crmsync_tui.home_view import in_and_out
from crmsync_tui.marks import marks
from crmsync_tui.shown import shown
from crmsync_tui.words import _, clock, number_text, when

_RUNS = 8


@dataclass(frozen=True, slots=True)
class Known:
    """An account, its collections with how many of their items stand where, its filter, and its last runs."""

    account: Account
    collections: Sequence[tuple[Collection, Mapping[Standing, int]]]
    filter: str
    runs: Sequence[Run]


def find(view: Tables, name: str) -> Known | None:
    """All about an account; `None` when it was removed meanwhile. Costs one look at every item of it."""
    account = view.accounts.find(name)
    if account is None:
        return None
    chosen = view.choices.get(account.id).filter
    collections = [(one, view.standings(one.id)) for one in view.collections.of(account.id)]
    runs = view.runs.list(account=name, limit=_RUNS)
    return Known(account, collections, "" if chosen is None else chosen.name, runs)


def told(known: Known) -> Iterator[Content]:
    """It in lines; the address without user and password."""
    account = known.account
    who = " ".join(one for one in (account.kind, account.username, _place(account.url)) if one)
    yield shown(f"{who}  ({account.mode.value})")
    if account.paused:
        yield Content(_("paused: nothing is read or written there; p goes on with it"))
    if account.until:
        yield Content(_("its server has asked us to wait until {time}").format(time=clock(account.until)))
    if account.message:
        yield shown(f"{marks().failed} {account.message}", "bold")
    if known.filter:
        yield shown(_("gets what is flagged, and what this filter selects: {name}").format(name=known.filter))
    yield Content("")
    for one, places in known.collections:
        yield from _collection(one, places)
    yield Content("")
    yield Content.styled(_("Last runs") if known.runs else _("It was never synced."), "bold" if known.runs else "")
    for run in known.runs:
        yield _run(run)


def _place(url: str) -> str:
    """Where it is, without what may stand before an @ in an address."""
    if url.startswith(("/", "~")):
        return url
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _collection(one: Collection, places: Mapping[Standing, int]) -> Iterator[Content]:
    if not one.selected:
        yield shown(f"{marks().unflagged} {one.name}: " + _("takes no part"), "dim")
        return
    counts = "  ".join(f"{_WORDS[standing]} {number_text(n)}" for standing, n in places.items() if n)
    yield shown(
        f"{marks().flagged} {one.name}  {counts or _('empty')}" + ("" if not one.read_only else _("  read only"))
    )


_WORDS = {
    Standing.IN_SYNC: _("in sync"),
    Standing.QUEUED: _("waiting for a type"),
    Standing.EXCLUDED: _("excluded"),
    Standing.CONFLICTED: _("in conflict"),
    Standing.PARKED: _("failing"),
    Standing.PENDING: _("pending"),
}


def _run(run: Run) -> Content:
    came, went = in_and_out(run.stats)
    sign = marks().failed if run.state == "failed" else marks().needs_you if run.state == "held" else marks().well
    moved = f"{_('in')} {number_text(came)}  {_('out')} {number_text(went)}" if run.stats else ""
    return shown(f"{sign} {when(run.started)}  {run.kind}  {run.state}  {moved}  {run.message}".rstrip())


def findings(checks: Sequence[Mapping[str, Any]]) -> Iterator[Content]:
    """What was checked, what is wrong first."""
    for one in sorted(checks, key=lambda check: bool(check.get("ok"))):
        sign = marks().well if one.get("ok") else marks().failed
        yield shown(f"{sign} {one.get('check')}: {one.get('detail')}", "" if one.get("ok") else "bold")
