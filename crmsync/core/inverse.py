"""Taking one change back although others came after it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from crmsync.core.entries import Diff, carry
from crmsync.core.keys import same
from crmsync.values import Value, is_list


@dataclass(frozen=True, slots=True)
class Inverse:
    """What the field becomes. `survived`: somebody edited it after the change, and that edit stays."""

    value: Value | None
    survived: bool = False


def inverse(field: str, before: Value | None, after: Value | None, now: Value | None) -> Inverse:
    """What a field that went from `before` to `after` and is `now` becomes when that step is taken back.

    A text that was edited since stays as it is. In a list, what the step added goes and what it removed comes back;
    entries that came or went later are left alone.
    """
    if same(field, now, before):
        return Inverse(now)
    if same(field, now, after):
        return Inverse(before)
    if not is_list(field):
        return Inverse(now, survived=True)
    value = carry(Diff.of(field, after, before), onto=Diff.of(field, after, now), wins=False)
    return Inverse(value, survived=not same(field, value, before))
