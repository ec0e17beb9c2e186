"""What Home says in words: hours, bars, and the state of a source."""

from __future__ import annotations

from datetime import UTC, datetime

from crmsync.store.runs import Run
from crmsync.under_way import UnderWay
from crmsync_tui.home_rows import BAR, bar, sparkline, state_of, sync_said, under_way
from crmsync_tui.home_view import HOURS, Source, day

NOW = datetime(2026, 5, 2, 12, 30, tzinfo=UTC)


def run(started: str, kind: str = "sync", state: str = "done", undone_by: int | None = None, pulled: int = 0) -> Run:
    stats = {"pulled": {"created": pulled}, "pushed": {"updated": 1}} if pulled else {}
    return Run(1, kind, "phone", "anna", started, started, state, stats, undone_by=undone_by)


def test_the_day_adds_up_runs_by_the_hour_and_leaves_out_what_is_older_or_was_not_done() -> None:
    runs = [
        run("2026-05-02T12:29:00Z", pulled=5),
        run("2026-05-02T11:40:00Z", pulled=2),
        run("2026-05-02T11:20:00Z", pulled=4),
        run("2026-05-01T12:20:00Z", pulled=9),
        run("2026-05-02T12:00:00Z", "dry run", pulled=9),
        run("2026-05-02T12:00:00Z", "decision", undone_by=7),
        run("2026-05-02T12:00:00Z", state="failed"),
    ]
    found = day(runs, NOW)
    assert found.taken[-2:] == (4, 7)
    assert found.given[-2:] == (1, 2)
    assert sum(found.taken) == 11
    assert (found.undone, found.failed, len(found.taken)) == (1, 1, HOURS)


def test_in_a_sparkline_nothing_is_lowest_the_most_is_highest_and_little_is_not_nothing() -> None:
    assert sparkline([0, 1, 50, 100]) == "▁▂▅█"
    assert sparkline([0, 0]) == "▁▁"


def test_a_bar_is_never_longer_than_it_is() -> None:
    assert bar(0, 0) == bar(5, None) == "░" * BAR
    assert bar(99, 10) == "█" * BAR


def test_what_is_under_way_has_rate_and_time_left_where_they_are_known() -> None:
    one = UnderWay("phone", "phone: reading Work", 1204, 1968, 38.0, "2026-05-02T12:00:00Z")
    text = "\n".join(line.plain for line in under_way({"phone": one}))
    assert "phone  reading Work" in text
    assert "1,204 of 1,968   38/s   ETA 00:20" in text
    unknown = UnderWay("phone", "", 0, None, 0.0, "2026-05-02T12:00:00Z")
    assert "ETA" not in "\n".join(line.plain for line in under_way({"phone": unknown}))


def test_what_is_going_on_counts_more_than_how_the_account_was_and_paused_more_than_failed() -> None:
    source = Source("phone", "dav", "failing", "no", None, True, "", frozenset())
    one = UnderWay("phone", "reading", 15_000, 20_000, 0.0, "")
    assert state_of(source, one)[1] == "syncing 75 %"
    assert state_of(source, None)[1] == "paused"


def test_a_sync_is_summed_up_over_its_accounts() -> None:
    runs = [
        {"state": "done", "pulled": {"created": 2}, "pushed": {"updated": 1}},
        {"state": "skipped", "pulled": {"created": 0}, "pushed": {"updated": 0}},
    ]
    assert sync_said(runs) == "synced: 2 in, 1 out, 1 is paused"
