"""A field that goes back and forth between accounts, each of which insists on its own way to write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmsync.core.keys import same
from crmsync.values import Value

LOOK_BACK = 3
"""How many changes of the field are enough to tell."""

REFUSALS = 2
"""How often one and the same edit is put back before it is put before a person instead."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a field in the hub: which account it came from (`""`: a person), and to what."""

    origin: str
    before: Value | None
    after: Value | None


def oscillates(field: str, past: Sequence[Change], origin: str, value: Value | None) -> bool:
    """Whether taking `value` from the account `origin` would be another round of the same to and fro.

    `past`: the last changes, newest first. Two rounds are let pass: an edit and its correction are people's right. A
    person's change in between ends the rounds.
    """
    rounds = past[:LOOK_BACK]
    if len(rounds) < LOOK_BACK or any(not change.origin for change in rounds):
        return False
    newest, middle, oldest = rounds
    there_and_back = same(field, middle.after, value) and same(field, oldest.after, newest.after)
    return there_and_back and middle.origin == origin and newest.origin != origin and same(field, oldest.before, value)
