"""The difference report as Markdown (GitHub's, for its tables): for a wiki, an issue, a mail."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crmsync.review.report import Line, Report
from crmsync.review.report_page import write
from crmsync.safe import safe

_MARKUP = re.compile(r"[\\`*_~\[\]<>|&$#!{}]|(?<=[A-Za-z]):(?=//)|(?<=\bwww)\.|(?<=\w)@(?=\w)", re.IGNORECASE)
"""What could be taken for markup within a line or a cell, or made a link; a backslash before it makes it text."""


def render(report: Report) -> Iterator[str]:
    """The text, piece by piece."""
    return write(report, _Markdown())


class _Markdown:
    """See `Writer`."""

    def start(self, title: str, facts: Sequence[tuple[str, str]]) -> Iterator[str]:
        yield f"# {_text(title)}\n\n"
        for name, value in facts:
            yield f"- {_text(name)}: {_text(value)}\n"

    def remark(self, sentence: str, *, loud: bool) -> str:
        return f"\n**{_text(sentence)}**\n" if loud else f"\n{_text(sentence)}\n"

    def section(self, title: str, count: str) -> str:
        head = "| who | where | field | before | after | why |\n|---|---|---|---|---|---|\n"
        return f"\n## {_text(title)} ({count})\n\n{head}"

    def row(self, line: Line, cells: tuple[str, str, str], _number: int, /) -> str:
        where = " ".join(part for part in (line.account, line.collection, line.href) if part)
        return f"| {' | '.join(map(_text, (line.name, where, *cells, line.reason)))} |\n"

    def end_of_section(self) -> str:
        return ""

    def notes(self, notes: Sequence[str]) -> Iterator[str]:
        yield "\n## Notes\n\n"
        yield from (f"- {_text(note)}\n" for note in notes)

    def end(self) -> str:
        return ""


def _text(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", safe(text))
