"""The difference report as one HTML file: to be read, and to be printed on A4. It loads nothing from anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from crmsync.review.report import Line, Report
from crmsync.review.report_page import write
from crmsync.safe import safe

_STYLE = """
@page { size: A4; margin: 15mm 12mm; }
:root { color-scheme: light; }
body { font: 10pt/1.4 system-ui, "DejaVu Sans", sans-serif; color: #1a1a1a; max-width: 186mm; margin: 8mm auto; }
h1 { font-size: 16pt; margin: 0 0 4mm; }
h2 { font-size: 12pt; margin: 8mm 0 2mm; break-after: avoid; }
h2 small { font-weight: normal; color: #555; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 4mm; margin: 0; }
dt { color: #555; }
dd { margin: 0; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
thead { display: table-header-group; }
th { text-align: left; font-weight: 600; border-bottom: 0.4mm solid #1a1a1a; padding: 1mm; }
td { border-top: 0.2mm solid #bbb; padding: 1mm; vertical-align: top; overflow-wrap: anywhere; }
tr.more td { border-top: none; }
tr { break-inside: avoid; }
td small { display: block; color: #555; }
col.who { width: 32%; } col.field { width: 16%; }
del { color: #a11; text-decoration: line-through; } ins { color: #063; text-decoration: none; }
p.mails { border: 0.4mm solid #a11; padding: 2mm; }
ul { padding-left: 5mm; }
"""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render(report: Report) -> Iterator[str]:
    """The file, piece by piece."""
    return write(report, _Html())


class _Html:
    """See `Writer`."""

    def start(self, title: str, facts: Sequence[tuple[str, str]]) -> Iterator[str]:
        yield (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{_text(title)}</h1>\n<dl>\n"
        )
        for name, value in facts:
            yield f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>\n"
        yield "</dl>\n"

    def remark(self, sentence: str, *, loud: bool) -> str:
        start = '<p class="mails">' if loud else "<p>"
        return f"{start}{_text(sentence)}</p>\n"

    def section(self, title: str, count: str) -> str:
        return (
            f"<h2>{_text(title)} <small>({count})</small></h2>\n<table>\n"
            '<colgroup><col class="who"><col class="field"><col><col></colgroup>\n'
            "<thead><tr><th>Who</th><th>What</th><th>Before</th><th>After</th></tr></thead>\n<tbody>\n"
        )

    def row(self, line: Line, cells: tuple[str, str, str], number: int, /) -> str:
        first = f'<tr><td rowspan="{len(line.changes) or 1}">{_who(line)}</td>'
        field, before, after = map(_text, cells)
        gone, come = before and f"<del>{before}</del>", after and f"<ins>{after}</ins>"
        start = '<tr class="more">' if number else first
        return f"{start}<td>{field}</td><td>{gone}</td><td>{come}</td></tr>\n"

    def end_of_section(self) -> str:
        return "</tbody>\n</table>\n"

    def notes(self, notes: Sequence[str]) -> Iterator[str]:
        yield "<h2>Notes</h2>\n<ul>\n"
        yield from (f"<li>{_text(note)}</li>\n" for note in notes)
        yield "</ul>\n"

    def end(self) -> str:
        return "</body>\n</html>\n"


def _who(line: Line) -> str:
    small = [" · ".join(part for part in (line.account, line.collection) if part), line.href, line.reason]
    return _text(line.name or line.href) + "".join(f"<small>{_text(part)}</small>" for part in small if part)


def _text(text: str) -> str:
    return escape(safe(text))
