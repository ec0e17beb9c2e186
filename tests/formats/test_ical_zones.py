from __future__ import annotations

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from crmsync.formats.ical_zones import definition, known, zone


def test_a_zone_is_known_by_its_name_only() -> None:
    assert known("Europe/Rome")
    assert known("UTC")
    for name in ("", "Plant time", "W. Europe Standard Time", "America", "localtime", "../../etc/passwd", "A" * 200):
        assert not known(name)
    for name in ("", "Plant time", "Plant Standard Time", "UTC+99", "America", "localtime", "../../etc/passwd"):
        assert zone(name) is None


@pytest.mark.parametrize(
    ("windows", "name"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Eastern Standard Time", "America/New_York"),
        ("Central Standard Time (Mexico)", "America/Mexico_City"),
        ("UTC-11", "Etc/GMT+11"),
    ],
)
def test_a_zone_of_windows_is_the_one_that_cldr_says(windows: str, name: str) -> None:
    assert zone(windows) == ZoneInfo(name)
    assert not known(windows)
    of_name = definition(name, 2026)
    assert definition(windows, 2026) == tuple(line.replace(f"TZID:{name}", f"TZID:{windows}") for line in of_name)


def test_every_zone_of_windows_is_one_that_we_have() -> None:
    assert len(WINDOWS_TO_OLSON) > 130
    assert [name for name in WINDOWS_TO_OLSON if zone(name) is None] == []


def test_programs_that_put_a_path_before_the_name_mean_the_same_zone() -> None:
    for path in ("/mozilla.org/20050126_1/", "/freeassociation.sourceforge.net/", "/citadel.org/20210210_1/"):
        assert zone(f"{path}America/Argentina/Buenos_Aires") == ZoneInfo("America/Argentina/Buenos_Aires")
        assert not known(f"{path}Europe/Rome")


def test_a_hostile_name_costs_no_time() -> None:
    begun = time.process_time()
    assert zone("/a/" + "1" * 1_000_000) is None
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("year", [1998, 2024, 2040])
@pytest.mark.parametrize(
    "name",
    [
        *(
            "Europe/Rome",
            "America/New_York",
            "Asia/Jerusalem",
            "Australia/Lord_Howe",
            "Africa/Casablanca",
            "Asia/Tokyo",
        ),
        *("America/Sao_Paulo", "Europe/Dublin", "Africa/Monrovia", "Asia/Kathmandu", "America/St_Johns"),
    ],
)
def test_a_definition_tells_every_offset_as_the_zone_does(name: str, year: int) -> None:
    """icalendar reads it back, and agrees with the zone data at noon of each day of six years."""
    text = "\r\n".join(("BEGIN:VCALENDAR", *definition(name, year), "END:VCALENDAR", ""))
    component = icalendar.Calendar.from_ical(text.encode()).timezones[0]
    read = component.to_tz(lookup_tzid=False)
    for day in range(0, 6 * 365, 3):
        at = datetime(year, 1, 1, 12) + timedelta(days=day)  # noqa: DTZ001 wall time
        assert at.replace(tzinfo=read).utcoffset() == at.replace(tzinfo=ZoneInfo(name)).utcoffset(), at


def test_a_change_is_told_by_the_clock_before_it() -> None:
    assert definition("Europe/Rome", 2026) == (
        *("BEGIN:VTIMEZONE", "TZID:Europe/Rome"),
        *(
            "BEGIN:STANDARD",
            "DTSTART:20260101T000000",
            "TZOFFSETFROM:+0100",
            "TZOFFSETTO:+0100",
            "TZNAME:CET",
            "END:STANDARD",
        ),
        *("BEGIN:DAYLIGHT", "DTSTART:20260329T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "TZNAME:CEST"),
        *("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "END:DAYLIGHT"),
        *("BEGIN:STANDARD", "DTSTART:20261025T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "TZNAME:CET"),
        *("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD", "END:VTIMEZONE"),
    )


def test_rules_of_every_form_are_found() -> None:
    def rules(name: str) -> list[str]:
        return [line for line in definition(name, 2026) if line.startswith(("RRULE", "RDATE"))]

    assert rules("America/New_York") == [
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
        "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
    ]
    assert rules("Asia/Jerusalem")[0] == "RRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=23,24,25,26,27,28,29;BYDAY=FR"
    assert rules("Africa/Casablanca")[0].startswith("RDATE:")
    assert rules("UTC") == []
    assert "TZOFFSETTO:-004430" in definition("Africa/Monrovia", 1960)


def test_an_unknown_zone_has_no_definition() -> None:
    assert definition("Plant time", 2026) == ()
