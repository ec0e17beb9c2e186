"""What Home shows, as the store has it: the sources, what waits for a person, and what was done in the last day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from crmsync.model import FILES, CollectionKind
from crmsync.store.import_queue import QueueSelection
from crmsync.store.runs import Run
from crmsync.store.standing import Standing
from crmsync.store.store import Tables

HOURS = 24
SURE = 90
"""A suggestion with this score or more is one that most people just confirm."""

_MOST_RUNS = 1000


@dataclass(frozen=True, slots=True)
class Source:
    """An account as it is between two syncs. `taken` and `given`: records changed by its last run, items written."""

    name: str
    kind: str
    state: str
    message: str
    last: str | None
    paused: bool
    until: str
    holds: frozenset[CollectionKind]
    taken: int = 0
    given: int = 0

    @property
    def is_files(self) -> bool:
        """Whether it is where imported files are kept, which has no remote."""
        return self.kind == FILES

    @property
    def waits(self) -> bool:
        """Whether its remote has asked us to wait, and the time has not come."""
        return bool(self.until) and datetime.fromisoformat(self.until) > datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Day:
    """What was done in the last 24 hours, hour by hour, the present one last."""

    taken: tuple[int, ...] = (0,) * HOURS
    given: tuple[int, ...] = (0,) * HOURS
    undone: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it."""

    sources: tuple[Source, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    sure: int = 0
    day: Day = field(default_factory=Day)


def overview(view: Tables) -> Overview:
    """Costs little at any size: counters, and the runs of one day."""
    runs = _last_day(view)
    sources = []
    ids = {account.name: account.id for account in view.accounts.all()}
    for name, kind, state, message, _items, last, paused, until in view.overview():
        holds = frozenset(one.kind for one in view.collections.of(ids[name], selected=True))
        taken, given = _last_sums(view, name)
        sources.append(Source(name, kind, state, message, last, bool(paused), until, holds, taken, given))
    counts = view.counts()
    sure = view.queue.count(QueueSelection(min_score=SURE)) if counts["queue"] else 0
    return Overview(tuple(sources), counts, sure, day(runs))


def places(view: Tables) -> dict[str, dict[Standing, int]]:
    """How many items of each account stand where; costs one look at every item."""
    return {
        account.name: _sum(view.standings(one.id) for one in view.collections.of(account.id))
        for account in view.accounts.all()
    }


def _sum(parts: Iterable[Mapping[Standing, int]]) -> dict[Standing, int]:
    sums = dict.fromkeys(Standing, 0)
    for part in parts:
        for standing, n in part.items():
            sums[standing] += n
    return sums


def in_and_out(stats: Mapping[str, Any]) -> tuple[int, int]:
    """How much a run took in and gave out; nothing for what was no cycle."""
    pulled, pushed = stats.get("pulled"), stats.get("pushed")
    return (sum(pulled.values()) if pulled else 0, sum(pushed.values()) if pushed else 0)


def day(runs: Iterable[Run], now: datetime | None = None) -> Day:
    """Runs of the last day, each in the hour in which it began."""
    now = now or datetime.now(UTC)
    taken, given = [0] * HOURS, [0] * HOURS
    undone = failed = 0
    for run in runs:
        hour = HOURS - 1 - int((now - datetime.fromisoformat(run.started)).total_seconds() // 3600)
        if not 0 <= hour < HOURS:
            continue
        undone += run.undone_by is not None
        failed += run.state == "failed"
        if run.kind != "dry run":
            came, went = in_and_out(run.stats)
            taken[hour] += came
            given[hour] += went
    return Day(tuple(taken), tuple(given), undone, failed)


def _last_day(view: Tables) -> list[Run]:
    since = (datetime.now(UTC) - timedelta(hours=HOURS)).strftime("%Y-%m-%dT%H:%M:%SZ")
    found: list[Run] = []
    before = None
    while len(found) < _MOST_RUNS:
        page = view.runs.list(before=before, limit=100)
        found += [run for run in page if run.started >= since]
        if len(page) < 100 or page[-1].started < since:
            break
        before = page[-1].id
    return found


def _last_sums(view: Tables, account: str) -> tuple[int, int]:
    for run in view.runs.list(account=account, limit=5):
        if run.kind != "dry run" and run.finished:
            return in_and_out(run.stats)
    return 0, 0
