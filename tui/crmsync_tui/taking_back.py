"""Undo and redo of whatever was decided or done last, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from textual.content import Content

from crmsync.desk import Desk
from crmsync.errors import Usage
from crmsync.review.undo import Undone, undo
from crmsync.store.runs import Run
from crmsync_tui.shown import shown
from crmsync_tui.words import _, number_text

_SURVIVORS = 200
"""How many of the things that stay are told before an undo."""


def undo_last(desk: Desk) -> str:
    """Takes the last run back that changed something and stands. Raises `Usage` where there is none."""
    return _take_back(desk, redo=False)


def redo_last(desk: Desk) -> str:
    """Takes the last undo back. Raises `Usage` where there is none."""
    return _take_back(desk, redo=True)


def newest(desk: Desk) -> Run | None:
    """What `undo_last` would take back."""
    with desk.store.view() as view:
        return view.runs.newest_undoable()


def undo_run(number: int) -> Callable[[Desk], str]:
    """Takes exactly this run back. Raises `Usage` where that cannot be."""

    def work(desk: Desk) -> str:
        _refuse_limited(desk)
        with desk.store.view() as view:
            found = view.runs.get(number)
        return _undo(desk, found)

    return work


def preview_of(number: int) -> Callable[[Desk], Undone]:
    """What taking this run back would do; nothing is done. Raises `Usage` where it cannot be taken back."""

    def work(desk: Desk) -> Undone:
        _refuse_limited(desk)
        desk.begin(f"undo of run {number}")
        with desk.trying(f"undo of run {number}", kind="undo") as tx:
            return undo(tx, number)

    return work


def told(undone: Undone) -> Iterator[Content]:
    """What an undo does, and what it leaves, in lines."""
    for number, words in _parts(undone):
        if number:
            yield Content(f"{number_text(number)} {words}")
    if not undone.total:
        yield Content(_("There is nothing to put back."))
    for policy in undone.policies:
        yield shown(policy)
    for one in undone.survived[:_SURVIVORS]:
        yield shown(f"{_('stays')}: {one.record} {one.field}: {one.reason}")


def _take_back(desk: Desk, *, redo: bool) -> str:
    _refuse_limited(desk)
    with desk.store.view() as view:
        found = view.runs.newest_undoable(undo=redo)
    if found is None:
        raise Usage(_("there is nothing to take back"))
    return _undo(desk, found, f"redo of run {found.undoes}" if redo else "")


def _refuse_limited(desk: Desk) -> None:
    if not desk.user.sees_all:
        raise Usage(_("a run may hold records that you may not see"), next_step=_("Ask somebody who sees all of them"))


def _undo(desk: Desk, found: Run, doing: str = "") -> str:
    desk.begin(doing or f"undo of run {found.id}")
    with desk.deciding(f"undo of run {found.id}", kind="undo") as tx:
        return _in_words(undo(tx, found.id), found.message or found.kind)


def _parts(undone: Undone) -> list[tuple[int, str]]:
    return [
        (undone.fields, _("fields put back")),
        (len(undone.removed), _("records removed")),
        (len(undone.restored), _("records restored")),
        (undone.decisions, _("decisions taken back")),
        (undone.items, _("items to be put right at the remote")),
        (len(undone.survived), _("edited since, and kept")),
    ]


def _in_words(undone: Undone, what: str) -> str:
    happened = ", ".join(f"{number_text(number)} {words}" for number, words in _parts(undone) if number)
    return _("Taken back: {what}").format(what=what) + (f": {happened}" if happened else "")
