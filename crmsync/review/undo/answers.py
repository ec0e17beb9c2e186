"""Answers to conflicts: the question is open again, and a redo gives the very same answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crmsync.core.keys import same
from crmsync.model import Link
from crmsync.review.conflicts import agreement
from crmsync.review.undo.outcome import Undone
from crmsync.store.conflict_log import LoggedConflict
from crmsync.store.store import Tables
from crmsync.values import from_json, to_json

_REACHED = "conflict {} stays decided, since its answer reached the remote; the other value is in its log"
_ANEW = "conflict {} is not as it was when its answer was taken back: it stays as it is"


def reopen(tx: Tables, undone: Undone, id: int, agreed: Mapping[str, Any]) -> None:
    """Both sides disagree about a field again, from where they were (`agreed`: base and echo of the field).

    It is told where the answer has reached the remote since, or the link is another one by now.
    """
    logged = tx.conflicts.get(id)
    name, link = logged.conflict.field, tx.links.get(logged.conflict.link)
    remote: Any = logged.conflict.remote
    if (
        link is None
        or logged.open
        or tx.conflicts.find(link.id, name) is not None
        or not same(name, link.base.get(name), remote)
        or name in link.echo
    ):
        undone.stays(logged.conflict.record, name, _REACHED.format(id))
        return
    tx.decisions.note("conflict again", str(id), _answer(logged), agreed)
    _agree(tx, link, name, from_json(name, agreed["base"]), agreed)
    tx.conflicts.reopen(id)
    undone.decisions += 1


def again(tx: Tables, undone: Undone, id: int, answer: Mapping[str, Any]) -> None:
    """The answer that was taken back is given once more: both agree on what the remote shows."""
    logged = tx.conflicts.get(id)
    name, link = logged.conflict.field, tx.links.get(logged.conflict.link)
    if link is None or not logged.open:
        undone.stays(logged.conflict.record, name, _ANEW.format(id))
        return
    remote: Any = logged.conflict.remote
    agreed = {"base": to_json(link.base.get(name))} | ({"echo": to_json(link.echo[name])} if name in link.echo else {})
    tx.decisions.note("conflict", str(id), agreed, {"base": to_json(remote)})
    _agree(tx, link, name, remote, {})
    tx.conflicts.close(id, answer["resolution"], from_json(name, answer["losing"]))
    undone.decisions += 1


def _agree(tx: Tables, link: Link, name: str, value: Any, agreed: Mapping[str, Any]) -> None:
    base = {key: held for key, held in link.base.items() if key != name}
    echo = {key: held for key, held in link.echo.items() if key != name}
    if value is not None:
        base[name] = value
    if "echo" in agreed:
        echo[name] = from_json(name, agreed["echo"])
    tx.links.update(replace(link, base=base, echo=echo))
    tx.mirror.mark_dirty(link.collection, [link.href])
    tx.links.touch([link.id])


def _answer(logged: LoggedConflict) -> dict[str, Any]:
    return {"resolution": logged.resolution, "losing": to_json(logged.losing)}  # type: ignore[arg-type]


def reopen_deletion(
    tx: Tables, undone: Undone, id: int, before: Mapping[str, Any], after: Mapping[str, Any] | None
) -> None:
    """A deletion is a question again. `before` and `after`: what the link agreed on; `None`: the answer ended it.

    Then nothing is left to ask about: the link comes back by itself, and the next cycle asks.
    """
    if after is None:
        return
    logged = tx.conflicts.get(id)
    conflict, link = logged.conflict, tx.links.get(logged.conflict.link)
    asked = link is not None and tx.conflicts.find(link.id, conflict.field) is not None
    if link is None or logged.open or asked or agreement(link) != after:
        undone.stays(conflict.record, "", _REACHED.format(id))
        return
    tx.decisions.note("answer again", str(id), {**_answer(logged), **_remembered(tx, logged, link), **after}, before)
    for event in _events(logged):
        tx.plans.forget_said(link.collection, link.href, event)
    _put(tx, link, before)
    tx.conflicts.reopen(id)
    undone.decisions += 1


def again_deletion(tx: Tables, undone: Undone, id: int, answer: Mapping[str, Any], open: Mapping[str, Any]) -> None:
    """The answer that was taken back is given once more, with what it had agreed on."""
    logged = tx.conflicts.get(id)
    link = tx.links.get(logged.conflict.link)
    if link is None or not logged.open or agreement(link) != open:
        undone.stays(logged.conflict.record, "", _ANEW.format(id))
        return
    tx.decisions.note("answer", str(id), open, {key: answer[key] for key in open})
    for event, said in answer["remembered"].items():
        tx.plans.remember(link.collection, link.href, event, said)
    _put(tx, link, answer)
    tx.conflicts.close(id, answer["resolution"])
    undone.decisions += 1


def _put(tx: Tables, link: Link, agreed: Mapping[str, Any]) -> None:
    base, echo = ({name: from_json(name, value) for name, value in agreed[side].items()} for side in ("base", "echo"))
    known = {name: value for name, value in base.items() if value is not None}
    tx.links.update(replace(link, base=known, echo=echo, etag=agreed["etag"]))
    tx.links.touch([link.id])


def _events(logged: LoggedConflict) -> tuple[str, ...]:
    """What the answer is remembered for: that the item vanished, or the word in its note."""
    return ("vanished", f"said: {logged.conflict.why}")


def _remembered(tx: Tables, logged: LoggedConflict, link: Link) -> dict[str, Any]:
    events = {event: tx.plans.answer(link.collection, link.href, event) for event in _events(logged)}
    return {"remembered": {event: said for event, said in events.items() if said is not None}}
