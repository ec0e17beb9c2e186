"""Two records that are one: what the one that stays takes over from the other.

Empty fields are filled, lists joined by entry (`core.entries`), and where both hold a value, the one that stays keeps
its own. The parts of a person's name go together: the given name of somebody who is called otherwise fills no gap.
"""

from __future__ import annotations

from dataclasses import dataclass

from crmsync.core.entries import Diff, carry, overruled_labels
from crmsync.core.keys import name_key, same
from crmsync.values import Fields, Value, is_list

_PARTS = ("given", "middle", "family")
_NAME = frozenset({*_PARTS, "name", "prefix", "suffix"})


@dataclass(frozen=True, slots=True)
class United:
    """`filled` and `joined` are what changes, `added` the entries that are new in `joined`.

    `lost`: values of the other record that are not taken over.
    """

    filled: Fields
    joined: Fields
    added: Fields
    lost: Fields


def unite(keep: Fields, other: Fields) -> United:
    """What `keep` takes over from `other`; the order of the two matters."""
    filled: dict[str, Value] = {}
    joined: dict[str, Value] = {}
    added: dict[str, Value] = {}
    lost: dict[str, Value] = {}
    one_name = _one_name(keep, other)
    for name in sorted(other):
        mine, theirs = keep.get(name), other[name]
        if same(name, mine, theirs):
            continue
        if mine is None and (one_name or name not in _NAME):
            filled[name] = theirs
        elif mine is None or not is_list(name):
            lost[name] = theirs
        else:
            here, there = Diff.of(name, None, mine), Diff.of(name, None, theirs)
            both = carry(there, onto=here, wins=False)
            if both is not None and not same(name, both, mine):
                joined[name] = both
            new = tuple(entry for key, entry in there.after.items() if key not in here.after)
            if new:
                added[name] = new
            if overruled_labels(loser=there, winner=here):
                lost[name] = theirs
    return United(filled, joined, added, lost)


def _one_name(keep: Fields, other: Fields) -> bool:
    """Whether the two are called the same, or one of them is not called anything."""
    mine, theirs = _called(keep), _called(other)
    return not mine or not theirs or mine == theirs


def _called(fields: Fields) -> str:
    name = fields.get("name") or " ".join(str(fields[part]) for part in _PARTS if part in fields)
    return name_key(str(name))
