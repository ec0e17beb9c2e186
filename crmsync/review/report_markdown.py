"""The difference report as Markdown (GitHub's, for its tables): for a wiki, an issue, a mail."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crmsync.review.report import Report, Section, in_words
from crmsync.safe import safe

_MARKUP = re.compile(r"[\\`*_~\[\]<>|&$#!{}]|(?<=[A-Za-z]):(?=//)|(?<=\bwww)\.|(?<=\w)@(?=\w)", re.IGNORECASE)
"""What could be taken for markup within a line or a cell, or made a link; a backslash before it makes it text."""


def render(report: Report) -> Iterator[str]:
    """The text, piece by piece."""
    yield f"# {_text(report.title)}\n\n"
    for name, value in report.facts:
        yield f"- {_text(name)}: {_text(value)}\n"
    if report.mails:
        yield f"\n**The server would send {report.mails:,} invitations by mail because of this.**\n"
    for section in report.sections:
        yield from _section(section)
    if not report.sections:
        yield "\nNothing to do.\n"
    if report.notes:
        yield "\n## Notes\n\n"
        yield from (f"- {_text(note)}\n" for note in report.notes)


def _section(section: Section) -> Iterator[str]:
    yield f"\n## {section.title} ({len(section.lines):,})\n\n"
    yield "| who | where | field | before | after | why |\n|---|---|---|---|---|---|\n"
    for line in section.lines:
        where = " ".join(part for part in (line.account, line.collection, line.href) if part)
        for change in line.changes or (None,):
            values = ("", "", "") if change is None else (change.field, *map(in_words, (change.before, change.after)))
            cells = (line.name, where, *values, line.reason)
            yield f"| {' | '.join(map(_text, cells))} |\n"


def _text(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", safe(text))
