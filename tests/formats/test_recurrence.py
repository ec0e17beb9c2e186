from __future__ import annotations

import time

import pytest

from crmsync.formats.contentline import lines
from crmsync.formats.recurrence import canonical, check, per_day, read_rule


def entries(text: str) -> list[str] | None:
    return canonical(lines(text.encode())[0])


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("RRULE:FREQ=WEEKLY;WKST=MO;COUNT=20;BYDAY=WE,MO", "RRULE:FREQ=WEEKLY;COUNT=20;BYDAY=MO,WE"),
        ("RRULE:BYDAY=+1mo;freq=monthly;INTERVAL=1;", "RRULE:FREQ=MONTHLY;BYDAY=1MO"),
        ("RRULE:FREQ=YEARLY;BYMONTH=10,2;X-OWN=1", "RRULE:FREQ=YEARLY;BYMONTH=2,10;X-OWN=1"),
        ("EXRULE:FREQ=DAILY;UNTIL=20260101T000000z", "EXRULE:FREQ=DAILY;UNTIL=20260101T000000Z"),
        ("RRULE:INTERVAL=5;FREQ=SECONDLY", "RRULE:FREQ=SECONDLY;INTERVAL=5"),
    ],
)
def test_rules_that_mean_the_same_have_one_spelling(text: str, same: str) -> None:
    assert entries(text) == [same]


def test_a_list_of_dates_gives_an_entry_for_each() -> None:
    assert entries("EXDATE;TZID=Europe/Rome;VALUE=DATE-TIME:20260401T090000, 20260406T090000") == [
        "EXDATE;TZID=Europe/Rome:20260401T090000",
        "EXDATE;TZID=Europe/Rome:20260406T090000",
    ]
    assert entries("EXDATE;VALUE=DATE:20260401T000000") == ["EXDATE;VALUE=DATE:20260401"]
    assert entries("RDATE;TZID=Europe/Rome:20260401T090000Z") == ["RDATE:20260401T090000Z"]
    assert entries("RDATE;VALUE=PERIOD:20260401T090000Z/PT1H") == ["RDATE;VALUE=PERIOD:20260401T090000Z/PT1H"]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "RRULE:",
            "RRULE:hello",
            "RRULE:FREQ=SOMETIMES",
            "RRULE:FREQ=DAILY;FREQ=DAILY",
            "RRULE:FREQ=DAILY;UNTIL=soon",
        ),
        *(
            "RRULE:W1 MO #0",
            f"RRULE:FREQ=DAILY;BYMONTHDAY={'1,' * 2000}1",
            "EXDATE:",
            "EXDATE:20260231",
            "EXDATE:x,20260101",
        ),
        "RDATE;VALUE=PERIOD:20260401T090000Z/whenever",
    ],
)
def test_what_is_no_rule_and_no_date_is_not_read(text: str) -> None:
    assert entries(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("FREQ=DAILY", "RRULE:FREQ=WEEKLY;BYDAY=MO;WKST=SU", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=YEARLY;BYDAY=53MO"),
        *("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=YEARLY;BYYEARDAY=-366", "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=SU"),
        *("FREQ=HOURLY", "FREQ=HOURLY;INTERVAL=4;BYMINUTE=0,30", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1"),
        *("FREQ=DAILY;BYHOUR=9,17;BYSETPOS=2", "FREQ=MONTHLY;BYMONTHDAY=-31", "FREQ=YEARLY;BYMONTH=12;BYDAY=-1SU"),
    ],
)
def test_ordinary_rules_may_be_expanded(text: str) -> None:
    assert check(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nonsense", "not a recurrence rule"),
        ("FREQ=SECONDLY", "too often"),
        ("FREQ=MINUTELY;INTERVAL=5", "too often"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=9999999999", "INTERVAL"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR"),
        ("FREQ=YEARLY;BYMONTH=0", "BYMONTH"),
        ("FREQ=YEARLY;BYMONTH=-1", "BYMONTH"),
        ("FREQ=YEARLY;BYMONTH=MO", "BYMONTH"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY"),
        ("FREQ=WEEKLY;BYDAY=,", "BYDAY"),
        ("FREQ=YEARLY;BYDAY=54MO", "BYDAY"),
        ("FREQ=YEARLY;BYEASTER=0", "BYEASTER is no part"),
        ("FREQ=YEARLY;RSCALE=HEBREW", "another calendar"),
        ("FREQ=DAILY;BYHOUR=1,2,3,4,5,6;BYMINUTE=1,2,3,4,5,6", "10,000"),
        ("FREQ=HOURLY;BYMINUTE=0,30", "10,000"),
        ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=3", "never happens"),
        ("FREQ=DAILY;BYSETPOS=2", "never happens"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never happens"),
        ("FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31", "never happens"),
        ("FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1", "never happens"),
        ("FREQ=YEARLY;BYYEARDAY=1;BYMONTH=7", "never happens"),
    ],
)
def test_a_rule_that_would_never_end_is_refused_with_the_reason(text: str, reason: str) -> None:
    begun = time.process_time()
    assert reason in (check(text) or "")
    assert time.process_time() - begun < 10  # it would never end


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("FREQ=DAILY", 1),
        ("FREQ=WEEKLY;BYDAY=MO,TU", 1),
        ("FREQ=WEEKLY;INTERVAL=2", 1 / 14),
        ("FREQ=DAILY;BYHOUR=1,2", 2),
    ],
)
def test_the_rate_is_an_upper_bound(text: str, rate: float) -> None:
    assert per_day(read_rule(text) or {}) == pytest.approx(rate)
