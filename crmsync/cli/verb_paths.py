"""`crmsync paths`: where things are kept."""

from __future__ import annotations

from dataclasses import asdict

from crmsync.cli.answers import emit, table
from crmsync.cli.arguments import Arguments
from crmsync.desk import Desk


def run(desk: Desk, argv: list[str]) -> int:
    """Every place, whether it exists or not."""
    parser = Arguments("crmsync paths", description="Where crmsync keeps its files.")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    places = {name: str(path) for name, path in asdict(desk.home).items()}
    if options.json:
        emit({"paths": places})
    else:
        table(("what", "where"), list(places.items()), "")
    return 0
