"""What needs a person is told: once, summed up, and with nothing in it but counts and names of accounts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crmsync.cycle import RunResult
from crmsync.errors import Busy, SignInNeeded, Unreachable, Untrusted
from crmsync_daemon import calling
from crmsync_daemon.concerns import Concerns
from crmsync_daemon.pace import Pace
from tests.daemon.house import House, until


class Days:
    """Cycles of accounts at times in hours, and what was told."""

    def __init__(self) -> None:
        self.concerns = Concerns()
        self._paces: dict[str, Pace] = {}

    def cycle(self, account: str = "work", error: Exception | None = None, **counts: int) -> None:
        pace = self._paces[account] = self._paces.get(account, Pace()).after(error)
        state = "failed" if error else "done"
        self.concerns.note(RunResult(account, state=state, error=error, **counts), pace)  # type: ignore[arg-type]

    def told(self, hours: float) -> list[str]:
        return self.concerns.due(3600.0 * hours)


def test_what_comes_within_an_hour_is_summed_up() -> None:
    days = Days()
    days.cycle(conflicts=2)
    days.cycle(parked=1)
    assert days.told(0) == ["work: 2 new conflicts", "work: 1 items parked"]
    days.cycle(conflicts=3)
    days.cycle("home", conflicts=1)
    assert days.told(0.99) == []
    days.cycle(held=11)
    assert days.told(0.99) == ["work: 11 changes held for your decision"]
    assert days.told(1) == ["home, work: 4 new conflicts"]
    assert days.told(9) == []


def test_a_sign_in_is_asked_for_once_until_it_has_worked() -> None:
    days = Days()
    for hour in (0, 6, 12):
        days.cycle(error=SignInNeeded("no", thing="ada@example.org"))
        assert days.told(hour) == (["work: sign in again"] if hour == 0 else [])
    days.cycle(error=Unreachable("no answer"))
    days.cycle(error=SignInNeeded("no"))
    assert days.told(18) == []
    days.cycle()
    days.cycle(error=SignInNeeded("no"))
    assert days.told(24) == ["work: sign in again"]


def test_the_first_failure_that_goes_by_itself_is_told_nobody_and_one_that_stays_once() -> None:
    days = Days()
    days.cycle(error=Busy("wait", after=60))
    assert days.told(0) == []
    for hour in (1, 2, 3):
        days.cycle(error=Unreachable("no answer"))
        assert days.told(hour) == (["work: has failed several times"] if hour == 1 else [])
    days.cycle(error=Untrusted("a log-in page"))
    assert days.told(4) == ["work: cannot go on by itself"]


def test_an_account_that_was_passed_over_says_nothing() -> None:
    days = Days()
    days.cycle(error=SignInNeeded("no"))
    days.told(0)
    days.concerns.note(RunResult("work", state="skipped"), Pace())
    days.cycle(error=SignInNeeded("no"))
    assert days.told(2) == []


def test_the_command_gets_one_harmless_word_and_no_shell(tmp_path: Path) -> None:
    script = tmp_path / "call me"
    script.write_text(f'#!/bin/sh\nprintf "%s|" "$@" >> {tmp_path}/told\necho >> {tmp_path}/told\n')
    script.chmod(0o755)
    lines = ["work: 2 $(touch /tmp/x) `id`; new", "a\x1b[31m\nb"]
    thread = calling.call([str(script), "crmsync"], lines)
    assert thread is not None
    thread.join()
    assert (tmp_path / "told").read_text("utf-8").splitlines() == [f"crmsync|{lines[0]}|", "crmsync|a␛[31m␊b|"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["/nowhere/x"], "FileNotFoundError"),
        (["/bin/sh", "-c", "exit 3"], "ended with 3"),
        (["/bin/sleep", "9"], "Time"),
    ],
)
def test_a_command_that_fails_or_hangs_is_logged_and_holds_nobody(
    words: list[str], why: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(calling, "SECONDS", 0.2)
    command = ["/bin/sh", "-c", "exec sleep 9"] if "sleep" in words[0] else words
    thread = calling.call(command, ["work: sign in again"])
    assert thread is not None
    thread.join()
    assert why in caplog.text and "work" not in caplog.text
    assert calling.call([], ["x"]) is None


@pytest.mark.timeout(90)
def test_a_daemon_calls_when_an_item_was_parked(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.crm("init", "--yes")
    (tmp_path / "book").mkdir()
    (tmp_path / "book/x.vcf").write_text("BEGIN:VCARD\nFN:Anna Rossi\nno end")
    house.crm("account", "add", "folder", "desk", "--url", str(tmp_path / "book"))
    script = tmp_path / "call"
    script.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/told\n')
    script.chmod(0o755)
    house.crm.home.config.write_text(f"[daemon]\nnotify = {json.dumps([str(script), 'to ada'])}\n")
    house.crm.home.config.chmod(0o600)
    with house.daemon() as child:
        until(lambda: (tmp_path / "told").exists() and (tmp_path / "told").read_text().endswith("\n"), house.said)
        assert house.leave(child) == 0
    assert (tmp_path / "told").read_text() == "to ada desk: 1 items parked\n"
