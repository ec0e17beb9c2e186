"""`crmsync records duplicates`: records that may be one."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

from crmsync.cli.desk import Desk, emit, table
from crmsync.core.fieldmap import display_name
from crmsync.core.match import LOW, MEDIUM
from crmsync.errors import Usage
from crmsync.model import Record
from crmsync.review.duplicates import Duplicate, duplicates

_NONE = "No two records look like one."


def add_options(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.add_argument(
        "--min-score", type=int, default=MEDIUM, metavar="N", help=f"{LOW} to 100: strong is 80, medium 50 (default)"
    )


def run(desk: Desk, options: argparse.Namespace) -> int:
    """Lists pairs, the likeliest first. Changes nothing."""
    if not LOW <= options.min_score <= 100:
        raise Usage(f"a score is {LOW} to 100", thing=str(options.min_score))
    with desk.seeing() as view:
        found = duplicates(view, desk.config.region, options.min_score)
    if options.json:
        emit({"duplicates": [_json(one) for one in found]})
        return 0
    table(("score", "keep", "name", "other", "name", "because"), _lines(found), _NONE)
    return 0


def _lines(found: Sequence[Duplicate]) -> Iterator[Sequence[object]]:
    for one in found:
        first, second = one.first, one.second
        yield one.match.score, first.id, _name(first), second.id, _name(second), "; ".join(one.match.reasons)


def _json(one: Duplicate) -> dict[str, Any]:
    return {
        "records": [{"id": each.id, "type": each.type.value, "name": _name(each)} for each in (one.first, one.second)],
        "confidence": one.match.confidence.name.lower(),
        "score": one.match.score,
        "reasons": list(one.match.reasons),
    }


def _name(record: Record) -> str:
    return display_name(record.type, record.fields)
