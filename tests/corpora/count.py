"""Counts what becomes of every vCard and iCalendar file that other projects test with, and writes docs/corpora.md.

python -m tests.corpora.count
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from crmsync.errors import Unreadable
from crmsync.formats.base import Format
from crmsync.formats.registry import get

ROOT = Path(__file__).parents[2]
CORPORA = ROOT.parent / "shared" / "corpora" / "vcard-ical"
FORMATS = {".vcf": "vcard", ".ics": "ical"}

INTRODUCTION = """\
# Files that nobody here wrote

Written by `python -m tests.corpora.count`. Test data of other public projects, in the dialects of real programs. It is
not part of this repository; the tests in `tests/corpora` read it where it lies beside it.

A file is split into items; each is *read*, or *parked* with the reason, so that a person can look at it. Nothing else
may happen: no other error, and nothing slower than five seconds. After one field is edited, every line that does not
belong to it is the same bytes (asserted by the tests).

"""


@dataclass(slots=True)
class Count:
    """What became of one folder's files in one format."""

    files: int = 0
    items: int = 0
    read: int = 0
    slowest: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)


def files(suffix: str) -> Iterator[Path]:
    """The corpus files that hold items of a format, whatever they are called, in a fixed order."""
    begin = b"BEGIN:VCARD" if suffix == ".vcf" else b"BEGIN:VCALENDAR"
    for path in sorted(CORPORA.rglob("*")):
        if path.is_file() and (path.suffix.lower() == suffix or begin in path.read_bytes().upper()):
            yield path


def items(form: Format, raw: bytes) -> Iterator[bytes]:
    """The items of a file; a file that cannot even be split is one item."""
    try:
        yield from form.split(raw)
    except Unreadable:
        yield raw


def count(suffix: str, name: str) -> dict[str, Count]:
    """What became of each folder's files."""
    form = get(name)
    counts: dict[str, Count] = {}
    for path in files(suffix):
        entry = counts.setdefault(path.relative_to(CORPORA).parts[0], Count())
        entry.files += 1
        started = perf_counter()
        for raw in items(form, path.read_bytes()):
            entry.items += 1
            try:
                form.parse(raw)
                entry.read += 1
            except Unreadable as refused:
                entry.reasons[kind_of_reason(refused.what)] += 1
        entry.slowest = max(entry.slowest, perf_counter() - started)
    return counts


def kind_of_reason(reason: str) -> str:
    """A reason without what differs from file to file."""
    return re.sub(r"\b(BEGIN|END):\S+", r"\1:...", reason).partition(": ")[0]


def table(title: str, counts: dict[str, Count]) -> str:
    """The counts of one format in Markdown."""
    rows = [f"## {title}\n", "| folder | files | items | read | parked | slowest file |", "|---|---|---|---|---|---|"]
    total = Count()
    for folder, entry in sorted(counts.items()):
        rows.append(row(folder, entry))
        total.files += entry.files
        total.items += entry.items
        total.read += entry.read
        total.slowest = max(total.slowest, entry.slowest)
        total.reasons += entry.reasons
    rows.append(row("**all**", total))
    rows += ["", "Parked, by reason:", ""]
    rows += [f"- {number} x {reason}" for reason, number in sorted(total.reasons.items(), key=lambda each: -each[1])]
    return "\n".join(rows) + "\n"


def row(folder: str, entry: Count) -> str:
    """One line of the table; times are rounded up so that they do not change from run to run."""
    slowest = next(limit for limit in (0.1, 0.5, 1, 5, float("inf")) if entry.slowest < limit)
    figures = (folder, entry.files, entry.items, entry.read, entry.items - entry.read, f"under {slowest:g} s")
    return f"| {' | '.join(map(str, figures))} |"


def main() -> None:
    """Writes the page."""
    if not CORPORA.exists():
        raise SystemExit(f"{CORPORA} does not exist; docs/corpora.md is as it was")
    parts = [
        table(title, count(suffix, FORMATS[suffix])) for title, suffix in (("vCards", ".vcf"), ("iCalendars", ".ics"))
    ]
    (ROOT / "docs" / "corpora.md").write_text(INTRODUCTION + "\n".join(parts), "utf-8")


if __name__ == "__main__":
    main()
