"""The difference report as a page: one walk over it, whatever it is written in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from crmsync.review.report import Change, Line, Report, in_words


class Writer(Protocol):
    """Writes the parts of a page. Every text may be anybody's: making it harmless is the writer's part."""

    def start(self, title: str, facts: Sequence[tuple[str, str]]) -> Iterator[str]:
        """Title and facts."""

    def remark(self, sentence: str, *, loud: bool) -> str:
        """A sentence by itself; `loud`: not to be overlooked."""

    def section(self, title: str, count: str) -> str:
        """The heading of a section, and of its table."""

    def row(self, line: Line, cells: tuple[str, str, str], number: int, /) -> str:
        """One change of a line: field, before, after in words. `number` counts the changes of the line from 0."""

    def end_of_section(self) -> str:
        """What closes the table."""

    def notes(self, notes: Sequence[str]) -> Iterator[str]:
        """What else is to be said."""

    def end(self) -> str:
        """What closes the page."""


def write(report: Report, writer: Writer) -> Iterator[str]:
    """The page, piece by piece."""
    yield from writer.start(report.title, report.facts)
    if report.mails:
        yield writer.remark(f"The server would send {report.mails:,} invitations by mail because of this.", loud=True)
    for section in report.sections:
        yield writer.section(section.title, f"{len(section.lines):,}")
        for line in section.lines:
            for number, change in enumerate(line.changes or (None,)):
                yield writer.row(line, _cells(change), number)
        yield writer.end_of_section()
    if not report.sections:
        yield writer.remark("Nothing to do.", loud=False)
    if report.notes:
        yield from writer.notes(report.notes)
    yield writer.end()


def _cells(change: Change | None) -> tuple[str, str, str]:
    """A line without changes has one row with nothing in it."""
    return ("", "", "") if change is None else (change.field, in_words(change.before), in_words(change.after))
