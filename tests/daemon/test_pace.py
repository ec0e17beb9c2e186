"""When an account is due again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.config import DaemonConfig
from crmsync.errors import Busy, Refused, SignInNeeded, Unreachable
from crmsync_daemon.pace import Pace, not_in_quiet_hours

SETTINGS = DaemonConfig(every=900)


def pauses(error: Exception | None, times: int, chance: float = 0.0) -> list[float]:
    pace, found = Pace(), []
    for _ in range(times):
        pace = pace.after(error)
        found.append(pace.pause(error, SETTINGS, chance))
    return found


def test_what_goes_by_itself_is_asked_again_after_a_minute_and_then_ever_less_often() -> None:
    assert pauses(Unreachable("no answer"), 9) == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_a_server_that_says_when_to_come_again_is_obeyed() -> None:
    assert pauses(Busy("wait", after=7200.0), 3) == [7200, 7200, 7200]
    assert pauses(Busy("wait", after=7200.0), 1, chance=1.0)[0] >= 7200


def test_what_only_a_person_can_mend_is_not_asked_about_every_minute() -> None:
    assert pauses(SignInNeeded("wrong password"), 3) == [6 * 3600] * 3


def test_one_success_ends_all_patience() -> None:
    pace = Pace(5).after(None)
    assert pace == Pace()
    assert Pace(5).after(Refused("a collection is gone")) == Pace()


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_accounts_are_kept_from_coming_all_at_once(chance: float) -> None:
    assert pauses(None, 1, chance) == [pytest.approx(900 * (0.9 + 0.2 * chance))]


def test_the_first_failure_stays_quiet_and_only_the_second_is_told() -> None:
    assert [Pace(n).lasting for n in range(4)] == [False, False, True, True]


@pytest.mark.parametrize(
    ("hours", "at", "due"),
    [
        (None, "23:30", "23:30"),
        ((22 * 60, 6 * 60), "23:30", "06:00+1"),
        ((22 * 60, 6 * 60), "05:59", "06:00"),
        ((22 * 60, 6 * 60), "06:00", "06:00"),
        ((22 * 60, 6 * 60), "21:59", "21:59"),
        ((12 * 60, 13 * 60 + 30), "12:00", "13:30"),
        ((0, 0), "00:00", "00:00"),
    ],
)
def test_nothing_is_due_in_quiet_hours(hours: tuple[int, int] | None, at: str, due: str) -> None:
    day = datetime(2026, 11, 24, tzinfo=UTC)
    time, _, days = due.partition("+")
    moment = day.replace(hour=int(at[:2]), minute=int(at[3:]))
    wanted = day.replace(hour=int(time[:2]), minute=int(time[3:])) + timedelta(days=int(days or 0))
    assert not_in_quiet_hours(moment, hours) == wanted


@given(st.datetimes(timezones=st.just(UTC)), st.integers(0, 1439), st.integers(0, 1439))
def test_quiet_hours_put_off_by_less_than_a_day_and_end(at: datetime, start: int, end: int) -> None:
    if at.year > 9990:
        return
    due = not_in_quiet_hours(at, (start, end))
    assert timedelta() <= due - at < timedelta(days=1)
    assert not_in_quiet_hours(due, (start, end)) == due
