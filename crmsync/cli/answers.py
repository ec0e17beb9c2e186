"""What a verb says, and to whom: the answer on standard output, what is going on on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crmsync.safe import columns, fit, safe

if TYPE_CHECKING:
    from argparse import Namespace

WIDTH = 80


def emit(data: Mapping[str, Any]) -> None:
    """The one JSON object of a command."""
    sys.stdout.write(_json({"schema": 1, **data}) + "\n")


def emit_each(name: str, lines: Iterable[Mapping[str, Any]], rest: Mapping[str, Any]) -> None:
    """The same for a long list, written line by line as it comes: it need not fit into memory."""
    sys.stdout.write(f'{{"schema": 1, "{name}": [')
    separator = ""
    for line in lines:
        sys.stdout.write(separator + _json(line))
        separator = ", "
    sys.stdout.write("], " + _json(rest)[1:] + "\n")


def _json(data: Mapping[str, Any]) -> str:
    """What the encoding of the output cannot hold is escaped, as JSON allows."""
    text = json.dumps(data, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(data)
    return text


def answer(options: Namespace, data: Mapping[str, Any], text: str) -> int:
    """What a command did: for a program where `--json` is given, else for a person. Returns 0."""
    if options.json:
        emit(data)
    else:
        say(text)
    return 0


def say(text: str) -> None:
    """One line of the answer for a person. Foreign text in it is made harmless."""
    sys.stdout.write(_printable(safe(text), sys.stdout.encoding) + "\n")


def narrate(text: str) -> None:
    """One line about what is going on; never part of the answer."""
    sys.stderr.write(_printable(safe(text), sys.stderr.encoding) + "\n")


def table(head: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Rows in columns that fit 80 columns; `empty` says why there are none and what to do."""
    cells = [[safe(str(cell)) if cell is not None else "" for cell in row] for row in rows]
    if not cells:
        say(empty)
        return
    widths = [max(columns(row[n]) for row in [list(head), *cells]) for n in range(len(head))]
    while sum(widths) + 2 * (len(widths) - 1) > WIDTH:
        widest = widths.index(max(widths))
        widths[widest] -= 1
    for row in [list(head), *cells]:
        line = "  ".join(fit(cell, width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(_printable(line.rstrip(), sys.stdout.encoding) + "\n")


def _printable(text: str, encoding: str | None) -> str:
    return text.encode(encoding or "utf-8", "replace").decode(encoding or "utf-8")
