"""Time zones: which TZIDs the IANA list knows, and a VTIMEZONE for one that it does.

Source: RFC 5545 section 3.6.5 (a TZID must be defined in the object that uses it). Computed from `zoneinfo` and not by
icalendar's generator, which gives the moment of a change in the new offset instead of the old one and ends in 2037.
`zoneinfo` reads the zone data that comes with Python or the system: data that does not change while we run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

# All real names begin with a capital; `localtime`, `posixrules` and the like differ from machine to machine.
_NAME = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
_LONGEST = 100
# Mozilla, Evolution and libical put a path before the name: /freeassociation.sourceforge.net/Europe/Rome
_PREFIXED = re.compile(r"/[^/]+(?:/[^/]*\d[^/]*)?/((?:[A-Z][A-Za-z_+-]*/){0,2}[A-Z][A-Za-z0-9_+-]*)")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_HORIZON = 2037  # the rules we know for sure; a pattern that holds until then goes on for ever
_DAY = timedelta(days=1)


@lru_cache(maxsize=1024)
def known(tzid: str) -> bool:
    """Whether every program knows the zone by this very name."""
    return _load(tzid) is not None


@lru_cache(maxsize=1024)
def zone(tzid: str) -> ZoneInfo | None:
    """The zone that is meant, for calculations; `None` for names that only their VTIMEZONE explains."""
    match = _PREFIXED.fullmatch(tzid) if len(tzid) <= _LONGEST else None
    return _load(match[1] if match else tzid) or _load(_of_windows(tzid))


def _of_windows(tzid: str) -> str:
    """The zone that Windows and Exchange call so (CLDR's windowsZones, as icalendar carries it), or nothing."""
    if "Time" not in tzid and not tzid.startswith("UTC"):
        return ""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # with a fifth of a second for the whole library

    return WINDOWS_TO_OLSON.get(tzid, "")


def _load(name: str) -> ZoneInfo | None:
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):  # a folder of the zone data, a file that is no zone, or nothing
        return None


@dataclass(frozen=True, slots=True)
class Change:
    """A moment at which the clocks of a zone change. `local` is the last wall time by the old offset."""

    local: datetime
    before: timedelta
    offset: timedelta
    name: str
    summer: bool


@lru_cache(maxsize=256)
def definition(tzid: str, year: int) -> tuple[str, ...]:
    """The content lines of a VTIMEZONE that holds from that year on; none for a zone that is not known.

    It is called as the entry calls it, whatever the zone's own name.
    """
    found = zone(tzid)
    if found is None:
        return ()
    year = min(max(year, 1900), 2100)
    start = datetime(year, 1, 1)  # noqa: DTZ001 wall time
    offset, name, summer = _state(found, start.replace(tzinfo=UTC) - _DAY)
    groups = [[Change(start, offset, offset, name, summer)]]
    for change in _changes(found, year, max(_HORIZON, year + 5)):
        for group in groups[1:]:
            if (group[0].before, group[0].offset, group[0].name) == (change.before, change.offset, change.name):
                group.append(change)
                break
        else:
            groups.append([change])
    written = ["BEGIN:VTIMEZONE", f"TZID:{tzid}"]
    for group in groups:
        written += _observances(group, max(_HORIZON, year + 5))
    return (*written, "END:VTIMEZONE")


def _state(found: ZoneInfo, at: datetime) -> tuple[timedelta, str, bool]:
    local = at.astimezone(found)
    return local.utcoffset() or timedelta(), local.tzname() or "", (local.dst() or timedelta()) > timedelta()


def _changes(found: ZoneInfo, first: int, last: int) -> Iterator[Change]:
    """All changes of some years, each found to the second between one day and the next."""
    at = datetime(first, 1, 1, tzinfo=UTC) - _DAY
    state = _state(found, at)
    while at.year <= last:
        following = at + _DAY
        new = _state(found, following)
        if new != state:
            low, high = 0, 86_400
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _state(found, at + timedelta(seconds=middle)) == state else (low, middle)
            local = (at + timedelta(seconds=high) + state[0]).replace(tzinfo=None)
            yield Change(local, state[0], *new)
        at, state = following, new


def _observances(group: list[Change], last: int) -> Iterator[str]:
    """Changes of one kind as components: one with a rule if a yearly pattern holds until the last year, else dates."""
    rule_from = len(group)
    rule = ""
    for start in range(len(group) - 2, -1, -1) if group[-1].local.year == last else ():
        wider = _yearly([change.local for change in group[start:]])
        if not wider:
            break
        rule_from, rule = start, wider
    if dated := group[:rule_from]:
        yield from _observance(dated[0], "RDATE:" + ",".join(f"{change.local:%Y%m%dT%H%M%S}" for change in dated[1:]))
    if rule:
        yield from _observance(group[rule_from], f"RRULE:{rule}")


def _observance(change: Change, repeats: str) -> Iterator[str]:
    kind = "DAYLIGHT" if change.summer else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{change.local:%Y%m%dT%H%M%S}"
    yield f"TZOFFSETFROM:{_offset(change.before)}"
    yield f"TZOFFSETTO:{_offset(change.offset)}"
    yield f"TZNAME:{change.name}"
    if repeats != "RDATE:":
        yield repeats
    yield f"END:{kind}"


def _offset(offset: timedelta) -> str:
    seconds = int(abs(offset).total_seconds())
    text = f"{'-' if offset < timedelta() else '+'}{seconds // 3600:02}{seconds // 60 % 60:02}"
    return f"{text}{seconds % 60:02}" if seconds % 60 else text


def _yearly(times: list[datetime]) -> str:
    """The rule that gives exactly these times, one a year; nothing when they follow none."""
    first = times[0]
    years = [time.year for time in times]
    moments = {(time.month, time.weekday(), time.time()) for time in times}
    if len(moments) > 1 or years != list(range(years[0], years[0] + len(years))):
        return ""
    day = _WEEKDAYS[first.weekday()]
    days = [time.day for time in times]
    if all((time + 7 * _DAY).month != time.month for time in times):
        return f"FREQ=YEARLY;BYMONTH={first.month};BYDAY=-1{day}"
    weeks = {(number - 1) // 7 for number in days}
    if len(weeks) == 1:
        return f"FREQ=YEARLY;BYMONTH={first.month};BYDAY={weeks.pop() + 1}{day}"
    if max(days) - min(days) < 7:
        span = ",".join(str(number) for number in range(min(days), min(days) + 7))
        return f"FREQ=YEARLY;BYMONTH={first.month};BYMONTHDAY={span};BYDAY={day}"
    return ""
