"""The difference report as one JSON object, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from crmsync.review.report import Line, Report


def render(report: Report) -> Iterator[str]:
    """The object, section by section."""
    head = {"title": report.title, "facts": dict(report.facts), "mails": report.mails, "notes": list(report.notes)}
    yield json.dumps({"schema": 1, **head}, ensure_ascii=False)[:-1] + ', "sections": ['
    comma = ""
    for section in report.sections:
        shown = {"title": section.title, "lines": [_line(line) for line in section.lines]}
        yield comma + json.dumps(shown, ensure_ascii=False)
        comma = ", "
    yield "]}\n"


def _line(line: Line) -> dict[str, Any]:
    return {
        "action": line.action,
        "side": line.side,
        "account": line.account,
        "collection": line.collection,
        "record": line.record or None,
        "name": line.name,
        "href": line.href or None,
        "changes": [{"field": change.field, "before": change.before, "after": change.after} for change in line.changes],
        "reason": line.reason,
    }
