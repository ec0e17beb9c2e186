"""`crmsync redo`: takes an undo back."""

from __future__ import annotations

from crmsync.cli.arguments import Arguments, positive
from crmsync.cli.verb_undo import newest, refuse_limited, take_back
from crmsync.desk import Desk
from crmsync.errors import Usage


def run(desk: Desk, argv: list[str]) -> int:
    """The undo that is named by the run it took back, or the last one."""
    parser = Arguments("crmsync redo", description="Bring back what the last undo took back.")
    parser.add_argument("run", nargs="?", type=positive, metavar="RUN", help="the run that was undone")
    parser.add_argument("--dry-run", action="store_true", help="say what it would do, and do nothing")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    refuse_limited(desk)
    return take_back(desk, _undo_of(desk, options.run), options.dry_run, options.json)


def _undo_of(desk: Desk, run: int | None) -> int:
    if run is None:
        return newest(desk, undo=True)
    with desk.store.view() as view:
        found = view.runs.get(run)
    if found.undone_by is None:
        raise Usage("it was not undone", thing=f"run {run}", next_step="See `crmsync runs list`")
    return found.undone_by
