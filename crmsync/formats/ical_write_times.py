"""When something is: the fields start, end, due, all_day and timezone, which are written together.

Source: RFC 5545 sections 3.8.2.2 to 3.8.2.5. A line is written anew only when its own value changes. Where a DURATION
tells the end it goes on doing so, if a duration can tell the new end at all.
"""

from __future__ import annotations

from datetime import date, timedelta

from crmsync.formats.contentline import Line
from crmsync.formats.ical_draft import Draft, content
from crmsync.formats.ical_read import END, read_end, read_times
from crmsync.formats.ical_times import (
    Moment,
    after,
    between,
    compact,
    normal,
    read_moment,
    read_span,
    time_params,
    write_span,
)
from crmsync.formats.ical_tree import Component
from crmsync.values import Changes

TIME_FIELDS = ("start", "end", "due", "all_day", "timezone")
"""The fields that this module writes."""

_MIDNIGHT = "T00:00:00"


def write_times(draft: Draft, component: Component, changes: Changes) -> None:
    """Writes those of `TIME_FIELDS` that change.

    The form of `start` and `end` decides whether they are days or times; but `all_day`, when it is among the changes,
    wins: it cuts times off, or starts days at midnight.
    """
    end_field, end_name = END[component.name]
    shown = read_times(component)
    wanted = {**shown, **{field: changes[field] for field in ("timezone", "all_day") if field in changes}}
    for field in ("start", end_field):
        if field in changes:
            text = normal(str(changes[field] or ""))
            # what is no time is not written; an empty value empties the field
            wanted[field] = text if text or not changes[field] else shown[field]
    zone = str(wanted["timezone"] or "").strip()
    all_day = bool(changes["all_day"]) if "all_day" in changes else None
    start = _moment(wanted["start"], zone, all_day)
    end = _moment(wanted[end_field], zone, all_day, is_end=True)
    old_start = read_moment(component.first("DTSTART"))
    if start != old_start:
        _put(draft, component, component.first("DTSTART"), "DTSTART", start)
    _write_end(draft, component, start, end, end_name)


def _moment(text: object, zone: str, all_day: bool | None, is_end: bool = False) -> Moment | None:
    if not text:
        return None
    text = str(text)
    if all_day and "T" in text:
        cut, time = text.split("T")
        # the end of a whole day is the day after
        later = is_end and time.rstrip("Z") != _MIDNIGHT[1:] and cut < "9999-12-31"
        text = (date.fromisoformat(cut) + timedelta(days=1)).isoformat() if later else cut
    elif all_day is False and "T" not in text:
        text += _MIDNIGHT
    moment = Moment(text, zone)
    return moment if moment.is_local else Moment(text)


def _put(draft: Draft, component: Component, old: Line | None, name: str, moment: Moment | None) -> None:
    if moment is None:
        for line in component.all(name):
            draft.remove(line)
    else:
        params = time_params(moment, old.head.params if old else ())
        draft.put(component, old, content(name, params, compact(moment.text)))


def _write_end(draft: Draft, component: Component, start: Moment | None, end: Moment | None, name: str) -> None:
    line, duration = component.first(name), component.first("DURATION")
    old_end = read_end(component, read_moment(component.first("DTSTART")))
    if read_moment(line) or duration is None or read_span(duration.text()) is None:
        if end != old_end:
            _put(draft, component, line, name, end)
        return
    span = read_span(duration.text())
    if end is None:
        # without a start a duration tells no end, so there was nothing to take away
        if old_end:
            draft.remove(duration)
        return
    if start and span and after(start, span) == end:
        return
    span = between(start, end) if start else None
    if span:
        draft.replace(duration, [content("DURATION", duration.head.params, write_span(span))])
    else:
        draft.remove(duration)
        _put(draft, component, line, name, end)
