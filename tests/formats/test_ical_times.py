from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.formats.contentline import lines
from crmsync.formats.ical_times import (
    Moment,
    Span,
    after,
    between,
    compact,
    expand,
    in_zone,
    normal,
    read_moment,
    read_span,
    time_params,
    write_span,
)

ROME = "Europe/Rome"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("DTSTART:20260302T090000Z", Moment("2026-03-02T09:00:00Z")),
        ("DTSTART;TZID=Europe/Rome:20260302T090000", Moment("2026-03-02T09:00:00", ROME)),
        ('DTSTART;TZID="W. Europe":20260302t090000', Moment("2026-03-02T09:00:00", "W. Europe")),
        ("DTSTART;TZID=Europe/Rome:20260302T090000Z", Moment("2026-03-02T09:00:00Z")),
        ("DTSTART;VALUE=DATE:20260302", Moment("2026-03-02")),
        ("DTSTART;VALUE=DATE:20260302T000000", Moment("2026-03-02")),
        ("DTSTART:20260302", Moment("2026-03-02")),
        ("DTSTART:20260231", None),
        ("DTSTART:20260302T250000", None),
        ("DTSTART:00000101", None),
        ("DTSTART:tomorrow", None),
        ("DTSTART:", None),
    ],
)
def test_a_time_is_read_or_is_none(text: str, moment: Moment | None) -> None:
    assert read_moment(lines(text.encode())[0]) == moment


def test_no_line_is_no_time() -> None:
    assert read_moment(None) is None


@given(st.datetimes())
def test_times_are_written_as_they_are_read(at: datetime) -> None:
    text = at.replace(microsecond=0).isoformat()
    assert expand(compact(text)) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-03-02", "2026-03-02"),
        ("20260302T090000Z", "2026-03-02T09:00:00Z"),
        ("2026-03-02 09:00", "2026-03-02T09:00:00"),
        ("2026-03-02T09:00:00+02:00", "2026-03-02T07:00:00Z"),
        ("0001-01-01T00:00:00+02:00", ""),
        ("next week", ""),
    ],
)
def test_what_people_type_becomes_a_time(text: str, value: str) -> None:
    assert normal(text) == value


def test_parameters_tell_how_a_time_is_meant_and_keep_the_others() -> None:
    kept = [("TZID", ("Old",)), ("X-A", ("1",)), ("VALUE", ("DATE-TIME",))]
    assert time_params(Moment("2026-03-02"), kept) == [("VALUE", ("DATE",)), ("X-A", ("1",))]
    assert time_params(Moment("2026-03-02T09:00:00", ROME), kept) == [("TZID", (ROME,)), ("X-A", ("1",))]
    assert time_params(Moment("2026-03-02T09:00:00Z"), kept) == [("X-A", ("1",))]
    assert time_params(Moment("2026-03-02T09:00:00")) == []


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("PT1H30M", Span(0, 5400)),
        ("P1DT2S", Span(1, 2)),
        ("+P2W", Span(14, 0)),
        ("pt15m", Span(0, 900)),
        ("-PT15M", None),
        ("P", None),
        ("PT", None),
        ("1 hour", None),
        ("PT99999999999999S", None),
    ],
)
def test_a_duration_is_read_or_is_none(text: str, span: Span | None) -> None:
    assert read_span(text) == span


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (Span(0, 5400), "PT1H30M"),
        (Span(1, 0), "P1D"),
        (Span(1, 2), "P1DT2S"),
        (Span(0, 0), "P0D"),
        (Span(0, 60), "PT1M"),
    ],
)
def test_a_duration_is_written_the_usual_way(span: Span, text: str) -> None:
    assert write_span(span) == text
    assert read_span(text) == span


def test_a_day_is_longer_by_the_calendar_than_by_the_clock_when_winter_comes() -> None:
    start = Moment("2026-10-24T12:00:00", ROME)
    assert after(start, Span(1, 0)) == Moment("2026-10-25T12:00:00", ROME)
    assert after(start, Span(0, 86_400)) == Moment("2026-10-25T11:00:00", ROME)
    assert between(start, Moment("2026-10-25T11:00:00", ROME)) == Span(0, 86_400)
    assert between(start, Moment("2026-10-25T12:00:00", ROME)) == Span(1, 0)


def test_durations_of_days_floating_times_and_unknown_zones() -> None:
    assert after(Moment("2026-03-02"), Span(1, 86_400)) == Moment("2026-03-04")
    assert after(Moment("2026-03-02T23:00:00"), Span(0, 7200)) == Moment("2026-03-03T01:00:00")
    assert after(Moment("2026-03-02T23:00:00", "Plant"), Span(0, 7200)) == Moment("2026-03-03T01:00:00", "Plant")
    assert after(Moment("2026-03-02T23:00:00Z"), Span(0, 7200)) == Moment("2026-03-03T01:00:00Z")


def test_what_lies_beyond_the_calendar_has_no_answer() -> None:
    last = Moment("9999-12-31T23:00:00", "America/Los_Angeles")
    assert after(Moment("2026-03-02"), Span(9_999_999, 0)) is None
    assert after(last, Span(0, 7200)) is None
    assert between(last, last) is None
    assert in_zone(last, "") is None


def test_only_like_times_have_a_duration_between_them() -> None:
    start = Moment("2026-03-02T09:00:00", ROME)
    assert between(start, Moment("2026-03-02")) is None
    assert between(start, Moment("2026-03-02T09:00:00Z")) is None
    assert between(start, Moment("2026-03-02T09:00:00", "Europe/Paris")) is None
    assert between(start, Moment("2026-03-02T08:00:00", ROME)) is None
    # this time is skipped in spring: no duration leads to it
    assert between(Moment("2026-03-29T01:00:00", ROME), Moment("2026-03-29T02:30:00", ROME)) is None


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2037, 1, 1)),  # noqa: DTZ001 wall times
    st.integers(0, 400 * 86_400),
    st.sampled_from([ROME, "America/New_York", "", "Asia/Kathmandu"]),
)
def test_a_duration_between_two_times_leads_from_one_to_the_other(at: datetime, seconds: int, zone: str) -> None:
    start = Moment(at.replace(microsecond=0).isoformat(), zone)
    end = after(start, Span(0, seconds))
    assert end
    span = between(start, end)
    assert span is None or after(start, span) == end
    if not zone:
        assert span


def test_another_zone_shows_the_same_instant() -> None:
    arrival = Moment("2026-04-20T12:30:00", "America/Los_Angeles")
    there = in_zone(arrival, ROME)
    assert there == Moment("2026-04-20T21:30:00", ROME)
    assert there.instant() == datetime(2026, 4, 20, 12, 30, tzinfo=ZoneInfo("America/Los_Angeles"))
    assert in_zone(arrival, "") == Moment("2026-04-20T19:30:00Z")
    assert in_zone(arrival, "Plant") is None
    assert in_zone(Moment("2026-04-20T12:30:00", "Plant"), ROME) is None
    assert in_zone(Moment("2026-04-20"), ROME) == Moment("2026-04-20")
    assert Moment("2026-04-20T12:30:00Z").instant() - datetime(2026, 4, 20, tzinfo=UTC) == timedelta(hours=12.5)
