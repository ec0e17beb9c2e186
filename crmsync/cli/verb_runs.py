"""`crmsync runs`: what was done, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crmsync.cli.answers import emit, table
from crmsync.cli.arguments import Arguments, positive
from crmsync.desk import Desk
from crmsync.review.run_search import read


def run(desk: Desk, argv: list[str]) -> int:
    """The newest first."""
    parser = Arguments("crmsync runs", description="What was done, and when.")
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="the newest first")
    listing.add_argument("--account", default="")
    listing.add_argument("--search", default="", metavar="TEXT", help="words, names, by:USER, kind:sync, state:failed")
    listing.add_argument("--limit", type=positive, default=50, metavar="N")
    listing.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with desk.glancing() as view:
        meant = read(options.search)
        runs = view.runs.page(replace(meant, account=options.account or meant.account), None, limit=options.limit)
    if options.json:
        lines = [
            {
                "id": one.id,
                "kind": one.kind,
                "account": one.account,
                "actor": one.actor,
                "started": one.started,
                "finished": one.finished,
                "state": one.state,
                "message": one.message,
                "stats": dict(one.stats),
            }
            for one in runs
        ]
        emit({"runs": lines})
        return 0
    rows = [(one.id, one.started, one.kind, one.account, one.state, _sums(one.stats), one.message) for one in runs]
    table(("id", "when", "what", "account", "state", "in/out", ""), rows, "Nothing was done yet.")
    return 0


def _sums(stats: Mapping[str, Any]) -> str:
    if "pulled" not in stats:
        return ""
    return f"{sum(stats['pulled'].values())}/{sum(stats['pushed'].values())}"
