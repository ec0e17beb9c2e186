"""Taking a write of ours back out of an item that others may have edited since."""

from __future__ import annotations

from crmsync.core.entries import Diff, carry
from crmsync.core.keys import same
from crmsync.values import Changes, Fields, Value, is_list


def take_back(now: Fields, before: Changes, after: Changes) -> dict[str, Value | None]:
    """What to change in an item that reads `now`, so that our change from `before` to `after` is not in it any more.

    A field that somebody has given another value since stays as it is; of a list only the entries go that we brought,
    and those come back that we took.
    """
    changes: dict[str, Value | None] = {}
    for name, ours in after.items():
        wanted = _without(name, now.get(name), before.get(name), ours)
        if wanted != now.get(name):
            changes[name] = wanted
    return changes


def _without(name: str, now: Value | None, before: Value | None, ours: Value | None) -> Value | None:
    if same(name, now, ours):
        return before
    if is_list(name):
        return carry(Diff.of(name, ours, before), onto=Diff.of(name, ours, now), wins=False)
    return now
