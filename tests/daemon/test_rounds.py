"""Who has a turn when the clock is not where it was."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crmsync.config import Config, DaemonConfig
from crmsync.cycle import RunResult
from crmsync.home import find
from crmsync_daemon import rounds as module
from crmsync_daemon.pace import Pace
from crmsync_daemon.rounds import Rounds, concerned
from tests.daemon.house import until

CONFIG = Config(daemon=DaemonConfig(every=3600.0))
NAMES = ("desk", "phone", "web")


def test_after_a_sleep_each_account_has_one_turn_and_no_storm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: Counter[str] = Counter()

    def sync(self: Rounds, name: str) -> RunResult:
        turns[name] += 1
        return RunResult(name, state="done")

    monkeypatch.setattr(module, "_AT_START", 0.1)
    monkeypatch.setattr(Rounds, "_sync", sync)
    rounds = Rounds(find(str(tmp_path), {}), CONFIG, lambda result, pace: None)
    rounds.start()
    try:
        rounds.renew(NAMES, CONFIG)
        until(lambda: turns == dict.fromkeys(NAMES, 1) and len(rounds.due()) == 3, str(turns))
        rounds.clock_jumped()
        until(lambda: turns == dict.fromkeys(NAMES, 2) and len(rounds.due()) == 3, str(turns))
        soon = (datetime.now(UTC) + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert min(rounds.due().values()) > soon
        assert turns == dict.fromkeys(NAMES, 2)
    finally:
        assert rounds.drain(5)


def test_a_turn_that_is_due_at_once_is_not_lost_while_the_one_before_it_still_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config(daemon=DaemonConfig(every=3600.0, push_after=0.0))
    turns: list[str] = []
    ended = threading.Event()

    def sync(self: Rounds, name: str) -> RunResult:
        turns.append(name)
        if len(turns) == 1:
            self.soon([name], 0)
        return RunResult(name, state="done")

    def told(result: RunResult, pace: Pace) -> None:
        ended.wait(1.0)

    monkeypatch.setattr(module, "_AT_START", 0.0)
    monkeypatch.setattr(Rounds, "_sync", sync)
    rounds = Rounds(find(str(tmp_path), {}), config, told)
    rounds.start()
    try:
        rounds.renew(["desk"], config)
        until(lambda: len(turns) == 2, str(turns), 5)
    finally:
        ended.set()
        assert rounds.drain(5)


def test_a_change_is_for_all_but_where_it_came_from_and_not_for_who_waits_for_a_password() -> None:
    accounts = {"desk": "ok", "phone": "failing", "web": "sign-in"}
    assert concerned(accounts, ["cli"]) == ["desk", "phone"]
    assert concerned(accounts, ["desk"]) == ["phone"]
    assert concerned(accounts, ["desk", "phone"]) == ["desk", "phone"]
    assert concerned(accounts, []) == []
    assert concerned(accounts | {"web": "ok"}, ["cli"]) == ["desk", "phone", "web"]
