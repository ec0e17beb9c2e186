"""Recurrence rules: one spelling for rules that mean the same, and which of them are safe to expand.

Source: RFC 5545 section 3.3.10. A rule that is not safe is kept and carried like any other, only never expanded:
`FREQ=SECONDLY`, `INTERVAL=0` or the 30th of February keep every expander busy for ever.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from crmsync.formats.contentline import Line
from crmsync.formats.contentline_write import head
from crmsync.formats.escaping import harmless
from crmsync.formats.ical_times import compact, expand, read_span

PROPERTIES = ("RRULE", "EXRULE", "RDATE", "EXDATE")
"""The properties that the field `rrule` holds, in its order."""

MAX_OCCURRENCES = 10_000
"""More occurrences than this are never made in one go, and a rule that has more in a year is refused."""

_PARTS = (
    *("RSCALE", "FREQ", "UNTIL", "COUNT", "INTERVAL", "BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY"),
    *("BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS", "WKST", "SKIP"),
)
_PER_DAY = {"HOURLY": 24.0, "DAILY": 1.0, "WEEKLY": 1 / 7, "MONTHLY": 1 / 30, "YEARLY": 1 / 365}
_LONGEST_PERIOD = {"WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
_TOO_OFTEN = ("SECONDLY", "MINUTELY")
_RANGES = {  # lowest and highest; the second three may count from the end
    "BYSECOND": (0, 60),
    "BYMINUTE": (0, 59),
    "BYHOUR": (0, 23),
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (1, 31),
    "BYYEARDAY": (1, 366),
    "BYWEEKNO": (1, 53),
    "BYSETPOS": (1, 366),
}
_FROM_END = ("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS")
_BY_DAY = ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH")
_WEEKDAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_PART = re.compile(r"[A-Z-]{2,20}=[A-Z0-9,+-]+")
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_LONGEST_RULE = 2000
_HIGHEST = 999_999_999


def read_rule(text: str) -> dict[str, str] | None:
    """The parts of a rule in their usual order and spelling; `None` when it has no shape of a rule."""
    text = text.strip().upper()
    if len(text) > _LONGEST_RULE:
        return None
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, _, value = part.partition("=")
        if not _PART.fullmatch(part) or name in found:
            return None
        found[name] = _list(value) if name.startswith("BY") else value
    if found.get("FREQ") not in (*_PER_DAY, *_TOO_OFTEN) or not expand(found.get("UNTIL", "20000101")):
        return None
    if found.get("INTERVAL") == "1":
        del found["INTERVAL"]
    if found.get("WKST") == "MO":
        del found["WKST"]
    ranks = {name: rank for rank, name in enumerate(_PARTS)}
    return {name: found[name] for name in sorted(found, key=lambda name: (ranks.get(name, len(_PARTS)), name))}


def _list(value: str) -> str:
    entries = {entry.lstrip("+") for entry in value.split(",") if entry}
    return ",".join(sorted(entries, key=lambda entry: (*_rank(entry), entry)))


def _rank(entry: str) -> tuple[int, int]:
    day = _WEEKDAY.fullmatch(entry)
    if day:
        return (_WEEKDAYS[day[2]], int(day[1] or 0))
    return (int(entry), 0) if _NUMBER.fullmatch(entry) else (0, 0)


def canonical(line: Line) -> list[str] | None:
    """What a RRULE, EXRULE, RDATE or EXDATE line says, one entry a line; `None` when it makes no sense.

    A list of dates gives an entry for each, so that adding one leaves the others alone.
    """
    name, text = line.head.name, line.text()
    if name in ("RRULE", "EXRULE"):
        rule = read_rule(text)
        if rule is None or fault(rule):
            return None
        return [f"{name}:{';'.join(f'{key}={value}' for key, value in rule.items())}"]
    entries = []
    for value in filter(None, (value.strip().upper() for value in text.split(","))):
        entry = _date_entry(line, value)
        if not entry:
            return None
        entries.append(entry)
    return entries or None


def _date_entry(line: Line, value: str) -> str:
    start, slash, end = value.partition("/")
    moment = expand(start)
    if not moment or (slash and not (expand(end) or read_span(end))):
        return ""
    if line.head.get("VALUE").upper() == "DATE":
        moment = moment[:10]
    if "T" not in moment:
        return f"{line.head.name};VALUE=DATE:{compact(moment)}"
    tzid = harmless(line.head.get("TZID")).strip()
    params = [("TZID", (tzid,))] if tzid and not moment.endswith("Z") else []
    params += [("VALUE", ("PERIOD",))] if slash else []
    return f"{head(line.head.name, params)}:{compact(moment)}{slash}{end}"


def check(text: str) -> str | None:
    """Why this rule (with or without `RRULE:`) must not be expanded; `None` when it may be."""
    rule = read_rule(text.strip().upper().removeprefix("RRULE:").removeprefix("EXRULE:"))
    if rule is None:
        return "it is not a recurrence rule"
    reason = fault(rule)
    if reason:
        return reason
    if rule["FREQ"] in _TOO_OFTEN:
        return f"FREQ={rule['FREQ']} repeats too often"
    if "RSCALE" in rule:
        return f"it counts by another calendar ({rule['RSCALE'][:20]})"
    if per_day(rule) * 365 > MAX_OCCURRENCES:
        return f"it repeats more than {MAX_OCCURRENCES:,} times a year"
    sets = (
        max(1, rule.get("BYDAY", "").count(",") + 1)
        if rule["FREQ"] == "WEEKLY"
        else _LONGEST_PERIOD.get(rule["FREQ"], 1)
    )
    if "BYSETPOS" in rule and min(abs(_number(entry)) for entry in rule["BYSETPOS"].split(",")) > sets * _times(rule):
        return f"BYSETPOS={rule['BYSETPOS'][:20]} never happens"
    if not _ever(rule):
        return "it never happens"
    return None


def fault(rule: Mapping[str, str]) -> str | None:
    """What makes no sense about a rule that `read_rule` gave."""
    for name, value in rule.items():
        if name not in _PARTS and not name.startswith("X-"):
            return f"{name} is no part of a rule"
        if name in ("INTERVAL", "COUNT") and not 1 <= _number(value) <= _HIGHEST:
            return f"{name}={value[:20]} must be a number from 1"
        if name.startswith("BY") and not all(_in_range(name, entry) for entry in value.split(",")):
            return f"{name}={value[:20]} is out of range"
    return None


def per_day(rule: Mapping[str, str]) -> float:
    """How often a rule that `read_rule` gave happens on a day, at most."""
    rate = _PER_DAY[rule["FREQ"]] / _number(rule.get("INTERVAL", "1"))
    if rule["FREQ"] in _LONGEST_PERIOD and any(name in rule for name in _BY_DAY):
        rate *= _LONGEST_PERIOD[rule["FREQ"]]
    return rate * _times(rule)


def _times(rule: Mapping[str, str]) -> int:
    """How many times of day a rule names within one of its periods."""
    count = 1
    for name in ("BYMINUTE", "BYSECOND") if rule["FREQ"] == "HOURLY" else ("BYHOUR", "BYMINUTE", "BYSECOND"):
        count *= rule[name].count(",") + 1 if name in rule else 1
    return count


def _number(text: str) -> int:
    return int(text) if _NUMBER.fullmatch(text) else -1


def _in_range(name: str, entry: str) -> bool:
    if name == "BYDAY":
        match = _WEEKDAY.fullmatch(entry)
        return match is not None and (match[1] is None or 1 <= abs(int(match[1])) <= 53)
    if not _NUMBER.fullmatch(entry):
        return False
    low, high = _RANGES[name]
    number = int(entry)
    return low <= (abs(number) if name in _FROM_END else number) <= high


def _ever(rule: Mapping[str, str]) -> bool:
    """Whether some day in 28 years, in which leap years and weekdays come in every combination, fits the rule."""
    months = _numbers(rule, "BYMONTH")
    in_month, in_year = _numbers(rule, "BYMONTHDAY"), _numbers(rule, "BYYEARDAY")
    weekdays = _by_weekday(rule)
    by_month = rule["FREQ"] == "MONTHLY" or bool(months)
    day = date(2000, 1, 1)
    while day.year < 2028:
        following = day + timedelta(days=1)
        if (
            (not months or day.month in months)
            and (not in_month or not in_month.isdisjoint((day.day, day.day - _month_days(day) - 1)))
            and (not in_year or not in_year.isdisjoint((_yearday(day), _yearday(day) - _year_days(day) - 1)))
            and (not weekdays or _is_named(day, weekdays, by_month))
        ):
            return True
        day = following
    return False


def _numbers(rule: Mapping[str, str], name: str) -> set[int]:
    return {int(entry) for entry in rule[name].split(",")} if name in rule else set()


def _by_weekday(rule: Mapping[str, str]) -> set[tuple[int, int]]:
    """Weekdays with their ordinals, which count only within months and years; 0 stands for every one."""
    counts = rule["FREQ"] in ("MONTHLY", "YEARLY") and "BYWEEKNO" not in rule
    return {
        (_WEEKDAYS[entry[-2:]], int(entry[:-2] or 0) if counts else 0)
        for entry in filter(None, rule.get("BYDAY", "").split(","))
    }


def _is_named(day: date, weekdays: set[tuple[int, int]], by_month: bool) -> bool:
    number, total = (day.day, _month_days(day)) if by_month else (_yearday(day), _year_days(day))
    ordinals = (0, (number - 1) // 7 + 1, -((total - number) // 7 + 1))
    return any((day.weekday(), ordinal) in weekdays for ordinal in ordinals)


def _month_days(day: date) -> int:
    return (date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)).day


def _yearday(day: date) -> int:
    return day.timetuple().tm_yday


def _year_days(day: date) -> int:
    return _yearday(date(day.year, 12, 31))
