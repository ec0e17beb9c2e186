"""`crmsync records duplicates`: records that may be one."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from crmsync.cli.answers import emit, table
from crmsync.core.confidence import BEST, LOW, MEDIUM, STRONG
from crmsync.core.fieldmap import display_name
from crmsync.desk import Desk
from crmsync.errors import Usage
from crmsync.model import Record

if TYPE_CHECKING:
    from crmsync.review.duplicates import Duplicate

_NONE = "No two records look like one."


def add_options(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.add_argument(
        "--min-score",
        type=int,
        default=MEDIUM,
        metavar="N",
        help=f"{LOW} to {BEST}: strong is {STRONG}, medium {MEDIUM} (default)",
    )


def run(desk: Desk, options: argparse.Namespace) -> int:
    """Lists pairs, the likeliest first. Changes nothing."""
    from crmsync.review.duplicates import duplicates

    if not LOW <= options.min_score <= BEST:
        raise Usage(f"a score is {LOW} to {BEST}", thing=str(options.min_score))
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
