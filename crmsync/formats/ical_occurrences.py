"""When a repeating appointment takes place: the occurrences within a window of days.

recurring-ical-events does the arithmetic (RFC 5545 section 3.8.5); what it gets is a small calendar made of the fields
we read, after `recurrence.check`, so that no rule keeps it busy for ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from crmsync.formats.ical_patch import build
from crmsync.formats.ical_read import END, read_fields
from crmsync.formats.ical_tree import read_entry
from crmsync.formats.recurrence import MAX_OCCURRENCES, check, per_day, read_rule
from crmsync.values import Value

_MOST_STEPS = 100_000  # occurrences between the first one and the end of the window; each must be walked over
_NEEDED = ("start", "end", "due", "timezone", "rrule", "exceptions", "timezone_definition", "summary")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time at which it takes place. Times are in UTC; days and floating times as they are."""

    start: str
    end: str
    summary: str


@dataclass(frozen=True, slots=True)
class Expansion:
    """The occurrences in order. `reason` says why there may be more than these: the rule is not safe to expand."""

    occurrences: tuple[Occurrence, ...]
    reason: str = ""


def occurrences(raw: bytes, since: date, until: date) -> Expansion:
    """All occurrences that touch a day from `since` up to and without `until`; at most `MAX_OCCURRENCES`.

    A rule that is not safe gives the first occurrence only, and the reason. Raises `Unreadable` as `parse` does.
    """
    entry = read_entry(raw)
    fields: dict[str, Value] = {name: value for name, value in read_fields(entry).items() if name in _NEEDED}
    start = str(fields.get("start") or fields.get(END[entry.master.name][0]) or "")
    if not start:
        return Expansion((), "it does not say when it starts")
    reason = _refused(str(fields.get("rrule", "")), date.fromisoformat(start[:10]), since, until)
    if reason:
        fields = {name: value for name, value in fields.items() if name not in ("rrule", "exceptions")}
    found, failure = _expand(build(entry.uid, entry.kind, fields), since, until)
    return Expansion(tuple(sorted(found, key=lambda one: (one.start, one.end)))[:MAX_OCCURRENCES], reason or failure)


def _refused(rules: str, start: date, since: date, until: date) -> str:
    for line in rules.splitlines():
        if line.startswith("EXRULE:"):
            return "it has an EXRULE, which is not expanded"
        if not line.startswith("RRULE:"):
            continue
        reason = check(line)
        if reason:
            return reason
        rate = per_day(read_rule(line.removeprefix("RRULE:")) or {})
        if (until - start).days * rate > _MOST_STEPS:
            return "its first occurrence is too long ago"
        if (until - since).days * rate > MAX_OCCURRENCES:
            return f"more than {MAX_OCCURRENCES:,} occurrences in that time"
    return ""


def _expand(text: bytes, since: date, until: date) -> tuple[Iterable[Occurrence], str]:
    # both take a fifth of a second to import
    import icalendar
    import recurring_ical_events

    try:
        calendar = icalendar.Calendar.from_ical(text)
        found = recurring_ical_events.of(calendar, components=["VEVENT", "VTODO"]).between(since, until)
        return [_occurrence(component) for component in found], ""
    except Exception as error:
        return [], f"it cannot be expanded ({type(error).__name__}: {error})"


def _occurrence(component: Any) -> Occurrence:
    return Occurrence(_text(component.start), _text(component.end), str(component.get("SUMMARY", "")))


def _text(moment: date) -> str:
    if isinstance(moment, datetime) and moment.tzinfo:
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return moment.isoformat()
