"""`crmsync undo`: takes a run back, be it a sync or a decision; nothing that was edited since is lost."""

from __future__ import annotations

from typing import Any

from crmsync.cli.answers import emit, narrate, say
from crmsync.cli.arguments import Arguments, positive
from crmsync.desk import Desk
from crmsync.errors import Usage
from crmsync.review.undo import Undone, undo


def run(desk: Desk, argv: list[str]) -> int:
    """The run that is named, or the last one that stands."""
    parser = Arguments("crmsync undo", description="Take a run back: see `crmsync runs list` for their numbers.")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("run", nargs="?", type=positive, metavar="RUN", help="its number")
    which.add_argument("--last", action="store_true", help="the last one that changed something")
    parser.add_argument("--dry-run", action="store_true", help="say what it would do, and do nothing")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    refuse_limited(desk)
    number = options.run if options.run is not None else newest(desk, undo=False)
    return take_back(desk, number, options.dry_run, options.json)


def refuse_limited(desk: Desk) -> None:
    """Raises `Usage` for somebody who may not see all that a run changes; first, or the refusal would tell of runs."""
    if not desk.user.sees_all:
        raise Usage("a run may hold records that you may not see", next_step="Ask somebody who sees all of them")


def newest(desk: Desk, *, undo: bool) -> int:
    """The last run, or the last undo, that can be taken back. Raises `Usage` where there is none."""
    with desk.store.view() as view:
        found = view.runs.newest_undoable(undo=undo)
    if found is None:
        raise Usage("there is nothing to take back", next_step="See `crmsync runs list`")
    return found.id


def take_back(desk: Desk, number: int, dry_run: bool, as_json: bool) -> int:
    """Undoes one run and says what was done."""
    try_or_do = desk.trying if dry_run else desk.deciding
    with try_or_do(f"undo of run {number}", kind="undo") as tx:
        undone = undo(tx, number)
        mine = None if dry_run else tx.run
    if as_json:
        emit(_as_json(undone, mine))
    else:
        _print(undone, mine)
    return 0


def _as_json(undone: Undone, mine: int | None) -> dict[str, Any]:
    return {
        "run": mine,
        "undid": undone.run,
        "fields": undone.fields,
        "removed": undone.removed,
        "restored": undone.restored,
        "decisions": undone.decisions,
        "items": undone.items,
        "policies": undone.policies,
        "survived": [
            {"record": one.record or None, "field": one.field or None, "reason": one.reason} for one in undone.survived
        ],
    }


def _print(undone: Undone, mine: int | None) -> None:
    parts = [
        f"{undone.fields:,} fields put back",
        f"{len(undone.removed):,} records removed",
        f"{len(undone.restored):,} records restored",
        f"{undone.decisions:,} decisions taken back",
        f"{undone.items:,} items to be put right at the remote",
    ]
    happened = ", ".join(part for part in parts if not part.startswith("0 "))
    say(f"run {undone.run}: {happened or 'there was nothing to put back'}")
    for policy in undone.policies:
        say(f"  {policy}")
    for one in undone.survived:
        say(f"  stays: {': '.join(filter(None, (f'{one.record} {one.field}'.strip(), one.reason)))}")
    if mine is None:
        narrate("nothing was done: this was a dry run")
    elif undone.total:
        narrate(f"the next sync brings it to the remotes; `crmsync undo {mine}` takes this back")
