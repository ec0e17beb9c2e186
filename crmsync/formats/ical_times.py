"""Dates, times and durations: as iCalendar writes them, and as `crmsync.values` does.

Source: RFC 5545 sections 3.3.4 to 3.3.6. A DATE is `2026-11-24`; a DATE-TIME `2026-11-24T09:30:00`, with `Z` when it is
UTC and otherwise in the zone that the field `timezone` names, or floating.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from crmsync.formats.contentline import Line, Param
from crmsync.formats.escaping import harmless
from crmsync.formats.ical_zones import zone

_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.ASCII | re.IGNORECASE)
_DURATION = re.compile(
    r"([+-]?)P(?:(\d{1,6})W)?(?:(\d{1,7})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?",
    re.ASCII | re.IGNORECASE,
)
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or a time, and the TZID it is meant in (empty for dates, UTC and floating times)."""

    text: str
    zone: str = ""

    @property
    def is_date(self) -> bool:
        """Whether it is a whole day."""
        return "T" not in self.text

    @property
    def is_local(self) -> bool:
        """Whether it is a time that means something only in a zone."""
        return not self.is_date and not self.text.endswith("Z")

    def instant(self) -> datetime:
        """For calculations: in its zone where that is known, without one where it is not."""
        if self.text.endswith("Z"):
            return datetime.fromisoformat(self.text)
        return datetime.fromisoformat(self.text).replace(tzinfo=zone(self.zone))


def read_moment(line: Line | None) -> Moment | None:
    """The value of a DTSTART, DTEND, DUE, COMPLETED or RECURRENCE-ID line; `None` when it is no time."""
    if line is None:
        return None
    text = expand(line.text().strip())
    if not text:
        return None
    if line.head.get("VALUE").upper() == "DATE":
        text = text[:10]
    tzid = harmless(line.head.get("TZID")).strip()
    return Moment(text, tzid if "T" in text and not text.endswith("Z") else "")


def expand(compact: str) -> str:
    """`20261124T093000Z` as `2026-11-24T09:30:00Z`; nothing when there is no such time."""
    match = _COMPACT.fullmatch(compact)
    if match is None:
        return ""
    year, month, day, hour, minute, second, utc = match.groups()
    try:
        if hour is None:
            date(int(year), int(month), int(day))
            return f"{year}-{month}-{day}"
        datetime(int(year), int(month), int(day), int(hour), int(minute), int(second))  # noqa: DTZ001 only checked
    except ValueError:
        return ""
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{utc.upper()}"


def compact(text: str) -> str:
    """The inverse of `expand`."""
    return text.replace("-", "").replace(":", "")


def normal(text: str) -> str:
    """A time that a person or another system wrote, as `crmsync.values` writes it; nothing when it is no time.

    Times with an offset become UTC, seconds may be missing.
    """
    text = text.strip()
    if exact := expand(compact(text)):
        return exact
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    if moment.tzinfo:
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            return ""
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + ("Z" if moment.tzinfo else "")


def time_params(moment: Moment, kept: Sequence[Param] = ()) -> list[Param]:
    """The parameters that tell how a time is meant, in front of the line's other ones."""
    others = [param for param in kept if param[0] not in ("VALUE", "TZID")]
    if moment.is_date:
        return [("VALUE", ("DATE",)), *others]
    return [("TZID", (moment.zone,)), *others] if moment.is_local and moment.zone else others


@dataclass(frozen=True, slots=True)
class Span:
    """A duration: days by the calendar, then seconds by the clock (RFC 5545 section 3.8.2.5)."""

    days: int
    seconds: int


def read_span(text: str) -> Span | None:
    """The value of a DURATION property; `None` when it is none, or negative."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or match[1] == "-" or not any(match.groups()[1:]):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    return Span(weeks * 7 + days, hours * 3600 + minutes * 60 + seconds)


def write_span(span: Span) -> str:
    """The shortest usual way to write it: `P1D`, `PT1H30M`."""
    hours, rest = divmod(span.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    clock = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if number)
    days = f"{span.days}D" if span.days else ""
    return f"P{days}T{clock}" if clock else f"P{days or '0D'}"


def after(start: Moment, span: Span) -> Moment | None:
    """When something ends that lasts so long; `None` beyond the year 9999."""
    try:
        end = start.instant() + timedelta(days=span.days)
        if start.is_date:
            return Moment((end + timedelta(days=span.seconds // _DAY)).date().isoformat())
        clock = timedelta(seconds=span.seconds)
        end = (end.astimezone(UTC) + clock).astimezone(end.tzinfo) if end.tzinfo else end + clock
    except OverflowError:
        return None
    return Moment(end.replace(tzinfo=None).isoformat() + ("Z" if start.text.endswith("Z") else ""), start.zone)


def between(start: Moment, end: Moment) -> Span | None:
    """The duration that leads from one to the other; `None` when none does."""
    if start.is_date is not end.is_date or start.is_local is not end.is_local or start.zone != end.zone:
        return None
    try:
        first, last = start.instant(), end.instant()
        if first.tzinfo:  # two times of one zone would be subtracted by the calendar
            first, last = first.astimezone(UTC), last.astimezone(UTC)
        by_clock = int((last - first).total_seconds())
    except OverflowError:
        return None
    first, last = start.instant(), end.instant()
    by_calendar = (last.replace(tzinfo=None) - first.replace(tzinfo=None)).days
    for span in (Span(by_calendar, 0), Span(0, by_clock)):
        if span.days >= 0 and span.seconds >= 0 and after(start, span) == end:
            return span
    return None


def in_zone(moment: Moment, tzid: str) -> Moment | None:
    """The same instant as it is written in another zone (UTC when that is empty); `None` when a zone is not known."""
    if not moment.is_local or moment.zone == tzid:
        return moment
    there = zone(tzid) if tzid else UTC
    here = moment.instant()
    if there is None or here.tzinfo is None:
        return None
    try:
        text = here.astimezone(there).replace(tzinfo=None).isoformat()
    except OverflowError:
        return None
    return Moment(text, tzid) if tzid else Moment(f"{text}Z")
