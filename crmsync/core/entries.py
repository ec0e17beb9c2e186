"""How a list (mails, phones, addresses, categories, participants ...) takes over what happened to it elsewhere.

Entries are known by their normalised key (`core.keys.entry_key`), so another spelling of a phone number is the same
entry and keeps the spelling it has. What can change about an entry is its label.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from crmsync.core.keys import entry_key
from crmsync.values import Address, Labelled, ListValue, Participant, Value


@dataclass(frozen=True, slots=True)
class Diff:
    """What one side did to a list since its base; entries by key, in the order the side keeps them."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @classmethod
    def of(cls, field: str, before: Value | None, after: Value | None) -> Self:
        """The difference between two values of one list field."""
        return cls(_by_key(field, before), _by_key(field, after))

    def relabelled(self, key: str) -> bool:
        """Whether the side gave the entry another label, or added it with one."""
        old, new = self.before.get(key), self.after.get(key)
        if new is None:
            return False
        return any(_label(new)) if old is None else _label(old) != _label(new)


def carry(diff: Diff, *, onto: Diff, wins: bool) -> ListValue | None:
    """The list `onto.after` with what the other side did (`diff`); `None` when nothing is left of it.

    An entry removed by one side and relabelled by the other stays: edit beats delete. When both relabelled it, the
    label of the side that `wins` stands.
    """
    result = dict(onto.after)
    for key in diff.before.keys() - diff.after.keys():
        if key in result and not onto.relabelled(key):
            del result[key]
    for key, entry in diff.after.items():
        if key not in result:
            if key not in diff.before or diff.relabelled(key):
                result[key] = entry
        elif diff.relabelled(key) and (wins or not onto.relabelled(key)):
            result[key] = _relabel(result[key], entry)
    return tuple(result.values()) or None


def overruled_labels(*, loser: Diff, winner: Diff) -> bool:
    """Whether some label that the loser had set gives way to another one of the winner's."""
    return any(
        loser.relabelled(key) and winner.relabelled(key) and _label(entry) != _label(winner.after[key])
        for key, entry in loser.after.items()
    )


def _by_key(field: str, value: Value | None) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for entry in value if isinstance(value, tuple) else ():
        result.setdefault(entry_key(field, entry), entry)
    return result


def _label(entry: Any) -> tuple[object, ...]:
    """What can change about an entry without making it another one."""
    match entry:
        case Labelled() | Address():
            return (entry.label, entry.preferred)
        case Participant():
            return (entry.name, entry.role, entry.status)
        case _:
            return ()


def _relabel(mine: Any, theirs: Any) -> Any:
    """My spelling of the value, their label."""
    match mine, theirs:
        case (Labelled() | Address(), Labelled() | Address()):
            return replace(mine, label=theirs.label, preferred=theirs.preferred)
        case _:
            return replace(theirs, email=mine.email)
