"""What a server made of our write: read back, compared, and never mistaken for somebody's edit.

Servers drop what they do not know and rewrite what they do. What comes back right after a write of ours is taken as
the server's way of showing the value (the echo of `Link`), unless it is plain that somebody else wrote in between.
"""

from __future__ import annotations

from dataclasses import dataclass

from crmsync.core.keys import same
from crmsync.values import Changes, Fields, Value


@dataclass(frozen=True, slots=True)
class Loss:
    """A value the server did not keep as it was given; `shown` is what it shows instead, `None` when nothing."""

    field: str
    given: Value | None
    shown: Value | None


@dataclass(frozen=True, slots=True)
class Settled:
    """The agreement after a read-back. `foreign` names the fields that somebody else changed meanwhile."""

    echo: Changes
    losses: tuple[Loss, ...]
    foreign: frozenset[str]


def settle(
    base: Fields,
    echo: Changes,
    kept: Fields,
    pushed: frozenset[str],
    ours: bool | None,
    disputed: frozenset[str] = frozenset(),
) -> Settled:
    """Compares what the remote kept with what it was to show (`echo`, else `base`).

    `ours`: whether what was read back is the very version we wrote (equal etags), `None` when that cannot be told.
    A value that is missing counts as dropped in every case: a server forgets far more often than a person deletes
    within the same moment, and believing a deletion is what costs data. `disputed` names the fields in an open
    conflict: there the remote holds an edit that waits for a person, and a write of other fields agrees to nothing.
    """
    new_echo = dict(echo)
    losses: list[Loss] = []
    foreign: set[str] = set()
    for name in sorted({*base, *echo, *kept} - disputed):
        expected = echo.get(name, base.get(name))
        actual = kept.get(name)
        if same(name, expected, actual):
            continue
        if ours or actual is None or (ours is None and name in pushed):
            new_echo[name] = actual
            losses.append(Loss(name, expected, actual))
        else:
            foreign.add(name)
        if name in new_echo and same(name, new_echo[name], base.get(name)):
            del new_echo[name]
    return Settled(new_echo, tuple(losses), frozenset(foreign))
