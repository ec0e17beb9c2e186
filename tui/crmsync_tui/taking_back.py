"""Undo and redo of whatever was decided or done last, in words."""

from __future__ import annotations

from crmsync.desk import Desk
from crmsync.errors import Usage
from crmsync.review.undo import Undone, undo
from crmsync.store.users import Scope
from crmsync_tui.words import _


def undo_last(desk: Desk) -> str:
    """Takes the last run back that changed something and stands. Raises `Usage` where there is none."""
    return _take_back(desk, redo=False)


def redo_last(desk: Desk) -> str:
    """Takes the last undo back. Raises `Usage` where there is none."""
    return _take_back(desk, redo=True)


def _take_back(desk: Desk, *, redo: bool) -> str:
    if desk.user.scope is not Scope.ALL or not desk.user.sees_suppliers:
        raise Usage(_("a run may hold records that you may not see"), next_step=_("Ask somebody who sees all of them"))
    with desk.store.view() as view:
        found = view.runs.newest_undoable(undo=redo)
    if found is None:
        raise Usage(_("there is nothing to take back"))
    desk.begin(f"undo of run {found.id}")
    with desk.deciding(f"undo of run {found.id}", kind="undo") as tx:
        return _in_words(undo(tx, found.id), found.message or found.kind)


def _in_words(undone: Undone, what: str) -> str:
    parts = [
        (undone.fields, _("fields put back")),
        (len(undone.removed), _("records removed")),
        (len(undone.restored), _("records restored")),
        (undone.decisions, _("decisions taken back")),
        (undone.items, _("items to be put right at the remote")),
        (len(undone.survived), _("edited since, and kept")),
    ]
    happened = ", ".join(f"{number:,} {words}" for number, words in parts if number)
    return _("Taken back: {what}").format(what=what) + (f": {happened}" if happened else "")
