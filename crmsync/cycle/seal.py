"""What a line of a held plan was sealed on: the action, what the item held and what the record held.

The answer of a person holds for exactly that. An etag is no part of it: some remotes have none, some spell it anew at
each look, and one that moved while the bytes stayed is no change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from crmsync.core.plan import Action, Create, Delete, Plan, PutBack, Update, Vanished
from crmsync.cycle.describe import describe
from crmsync.model import OnDelete
from crmsync.store.collections_of import Collection
from crmsync.store.plans import PlanState
from crmsync.store.store import Tables
from crmsync.values import fields_to_json


@dataclass(frozen=True, slots=True)
class Seal:
    """`line`: what is to be done, to what; `item` and `record`: hashes of what they held, `""` where there is none."""

    line: str
    item: str
    record: str

    def to_json(self) -> dict[str, str]:
        """As a line of a plan keeps it."""
        return {"line": self.line, "item": self.item, "record": self.record}


def seals(tx: Tables, collection: Collection, actions: Sequence[Action]) -> list[Seal]:
    """The seal of each action as things are now."""
    items = tx.mirror.hashes(collection.id, [href for action in actions if (href := _href(action))])
    records = tx.records.many({action.record for action in actions})
    held = {id: _digest([record.deleted, fields_to_json(record.fields)]) for id, record in records.items()}
    return [Seal(_line(action), items.get(_href(action), ""), held.get(action.record, "")) for action in actions]


def sealed_lines(tx: Tables, collection: Collection, actions: Sequence[Action]) -> list[dict[str, Any]]:
    """The lines of a plan that is held, with what each was sealed on."""
    return [
        {
            **describe(tx, collection, action),
            "target": target(action),
            "etag": getattr(action, "etag", None),
            "sealed": seal.to_json(),
        }
        for action, seal in zip(actions, seals(tx, collection, actions), strict=True)
    ]


def target(action: Action) -> str:
    """What an action is about, whatever it does."""
    return f"record {action.record}" if action.link is None else f"link {action.link}"


@dataclass(frozen=True, slots=True)
class Answered:
    """A plan's actions, sorted by what people said about them: let pass, dropped, moved since they were let pass."""

    approved: Sequence[Action]
    dropped: Sequence[Action]
    moved: Sequence[Action]


def answered(tx: Tables, collection: Collection, account: int, plan: Plan) -> Answered:
    """Compares the plan with the lines that people decided on. What moved since waits for another word."""
    passed = _lines(tx, collection, account, PlanState.APPLIED)
    refused = _lines(tx, collection, account, PlanState.DISCARDED)
    waiting = [line for line in _lines(tx, collection, account, PlanState.HELD) if line.get("moved")]
    if not (passed or refused or waiting):
        return Answered((), (), ())
    let_pass = {_seal_of(line) for line in passed}
    stays = {replace(_seal_of(line), record="") for line in refused if line["action"] == "delete"}
    targets = {line.get("target") for line in [*passed, *waiting]}
    approved, dropped, moved = list[Action](), list[Action](), list[Action]()
    for action, seal in zip(plan.actions, seals(tx, collection, plan.actions), strict=True):
        if seal in let_pass:
            approved.append(action)
        elif isinstance(action, Delete) and replace(seal, record="") in stays:
            dropped.append(action)
        elif target(action) in targets and _writes(action):
            moved.append(action)
    return Answered(approved, dropped, moved)


def _writes(action: Action) -> bool:
    """Whether it changes item or record; a question does neither."""
    match action:
        case Update():
            return bool(action.remote or action.hub)
        case Vanished():
            return action.answer is not OnDelete.ASK
        case _:
            return isinstance(action, Delete)


def _lines(tx: Tables, collection: Collection, account: int, state: PlanState) -> list[Mapping[str, Any]]:
    plans = [plan for plan in tx.plans.list(state=state, account=account) if plan.collection == collection.id]
    return [line for plan in plans for line in plan.body["actions"]]


def _seal_of(line: Mapping[str, Any]) -> Seal:
    sealed = line.get("sealed", {})
    return Seal(sealed.get("line", ""), sealed.get("item", ""), sealed.get("record", ""))


def _href(action: Action) -> str:
    return "" if isinstance(action, Create) else action.href


def _line(action: Action) -> str:
    """The action in one word, what it is about, and with which values."""
    values: Iterable[Any] = ()
    if isinstance(action, Update):
        values = (fields_to_json(action.hub), fields_to_json(action.remote))
    if isinstance(action, PutBack):
        values = (action.href, fields_to_json(action.remote))
    reason = action.reason if isinstance(action, Delete) else action.answer if isinstance(action, Vanished) else ""
    return f"{type(action).__name__.lower()} {target(action)} {reason}{_digest(list(values))}"


def _digest(value: Any) -> str:
    return blake2b(repr(value).encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()
