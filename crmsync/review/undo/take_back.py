"""One run is taken back, each kind of change by the module that knows it."""

from __future__ import annotations

from crmsync.errors import Usage
from crmsync.review.undo import changes, decisions, items, made, merges, values
from crmsync.review.undo.outcome import Undone
from crmsync.store.runs import Run
from crmsync.store.store import Tables


def undoable(tx: Tables, run: int) -> Run:
    """The run, if it can be taken back. Raises `Usage` when it was already, or is not over."""
    found = tx.runs.get(run)
    if found.undone_by is not None:
        raise Usage(
            "it was undone already", thing=f"run {run}", next_step=f"`crmsync undo {found.undone_by}` brings it back"
        )
    if found.state == "running":
        raise Usage(
            "it is not over yet, or was cut off", thing=f"run {run}", next_step="Sync or import once, then try again"
        )
    return found


def undo(tx: Tables, run: int) -> Undone:
    """Takes a run back, in a transaction that belongs to a run of its own. Raises `Usage` like `undoable`."""
    taken = undoable(tx, run)
    mine = tx.run
    assert mine is not None
    undone = Undone(run)
    entries, pushes = tx.journal.of_run(run), merges.without_taken_over(tx, undone, tx.pushes.of_run(run))
    own = made.made(tx, undone)
    elsewhere = decisions.take_back(tx, undone, own.kept)
    made.remove(tx, undone, own.gone)
    settled = {*own.gone, *own.kept, *elsewhere}
    values.put_back(tx, undone, changes.in_hub(entries), changes.at_remotes(pushes), settled)
    merges.tell_halves(tx, undone, {push.record for push in pushes})
    items.put_right(tx, undone, [push for push in pushes if not push.field])
    if not undone.total:
        return undone  # nothing to take back in turn
    tx.runs.set_undoes(mine, run)
    tx.runs.set_undone(run, mine)
    if taken.undoes is not None:
        tx.runs.set_undone(taken.undoes, None)  # a redo: the run that was undone stands again
    return undone
