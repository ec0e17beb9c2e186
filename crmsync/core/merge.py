"""Three-way merge of one record with one item, field by field.

Each side has its own base: the hub's value when both last agreed (`Link.base`), and what the remote then showed
(`Link.echo`, else the same). A side has changed a field when its value no longer means the same as its own base. That
is all the difference between a server that rewrites or drops what it is given and a person who edits: the former
shows the same as it did when we agreed.

Lists merge entry by entry (`core.entries`): what one side added or removed since its base is added or removed
at the other. So two people who each add a phone number never meet in a conflict, and an entry that a server never
showed is never taken for deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from crmsync.core.delivery import FIELD as ADDRESSES
from crmsync.core.delivery import joined, parted
from crmsync.core.entries import Diff, carry, overruled_labels
from crmsync.core.keys import same
from crmsync.model import Mode, OnConflict, Policy, Side
from crmsync.values import Address, Changes, Fields, Value, is_list


class Ruling(Enum):
    """Why a value was not taken over although a side had changed it."""

    REFUSED = "refused"  # that side is not the master of the field, or may not write at all
    OVERRULED = "overruled"  # both sides changed it and the policy named a winner


@dataclass(frozen=True, slots=True)
class Lost:
    """A value that lost. It is kept in the conflict log and can be put back."""

    field: str
    side: Side
    value: Value | None
    ruling: Ruling
    reason: str


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that both sides changed, with nobody to say who is right."""

    field: str
    base: Value | None
    crm: Value | None
    remote: Value | None


@dataclass(frozen=True, slots=True)
class Merge:
    """What one pair needs.

    `hub` and `remote` are the changes each side must take. `base` and `echo` are the whole agreement once both have
    been applied and the remote shows what it was given; fields in `clashes` keep their old agreement.
    """

    hub: Changes
    remote: Changes
    base: Fields
    echo: Changes
    clashes: tuple[Clash, ...] = ()
    lost: tuple[Lost, ...] = ()


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of the merge: the two bases, the two values."""

    name: str
    base: Value | None
    shown: Value | None
    crm: Value | None
    remote: Value | None

    @property
    def crm_changed(self) -> bool:
        return not same(self.name, self.crm, self.base)

    @property
    def remote_changed(self) -> bool:
        return not same(self.name, self.remote, self.shown)


@dataclass(frozen=True, slots=True)
class _Settled:
    """What both sides should hold, and whose value had to give way."""

    crm: Value | None
    remote: Value | None
    lost: Lost | None = None


_NOTHING_KEPT: tuple[Address, ...] = ()
_NOBODY: Mapping[str, Side] = {}


def merge(
    base: Fields,
    echo: Changes,
    crm: Fields,
    remote: Fields,
    policy: Policy,
    newer: Mapping[str, Side] = _NOBODY,
) -> Merge:
    """Merges every field that any of the four knows.

    `newer` is the side on which a field was edited last, where both times can be trusted; `OnConflict.NEWEST` asks
    without it.
    """
    hub_changes: dict[str, Value | None] = {}
    remote_changes: dict[str, Value | None] = {}
    new_base = dict(base)
    new_echo = dict(echo)
    clashes: list[Clash] = []
    lost: list[Lost] = []
    for name in sorted({*base, *echo, *crm, *remote}):
        held, kept = crm.get(name), _NOTHING_KEPT
        if name == ADDRESSES and not policy.delivery:
            held, kept = parted(held, (base.get(name), echo.get(name), remote.get(name)))
        field = _Field(name, base.get(name), echo.get(name, base.get(name)), held, remote.get(name))
        if not field.crm_changed and not field.remote_changed:
            continue
        outcome = _settle(field, policy, newer)
        if outcome is None:
            continue
        if isinstance(outcome, Clash):
            clashes.append(outcome)
            continue
        if outcome.lost is not None:
            lost.append(outcome.lost)
        if outcome.crm != field.crm and not same(name, outcome.crm, field.crm):
            hub_changes[name] = joined(outcome.crm, kept)
        if outcome.remote != field.remote and not same(name, outcome.remote, field.remote):
            remote_changes[name] = outcome.remote
        agreed = outcome.crm if name in hub_changes else field.crm
        _set(new_base, name, agreed)
        visible = remote_changes.get(name, field.remote)
        new_echo.pop(name, None)
        if not same(name, agreed, visible):
            new_echo[name] = visible
    return Merge(hub_changes, remote_changes, new_base, new_echo, tuple(clashes), tuple(lost))


def _set(fields: dict[str, Value], name: str, value: Value | None) -> None:
    if value is None:
        fields.pop(name, None)
    else:
        fields[name] = value


def _settle(field: _Field, policy: Policy, newer: Mapping[str, Side]) -> _Settled | Clash | None:
    master = _master(field.name, policy)
    if same(field.name, field.crm, field.remote):
        return _Settled(field.crm, field.remote)
    if master is Side.CRM and field.remote_changed:
        return _put_back(field, Side.REMOTE, policy)
    if master is Side.REMOTE and field.crm_changed:
        return _put_back(field, Side.CRM, policy)
    if policy.mode is Mode.IMPORT and not field.remote_changed:
        # The hub's own edit may not leave; it stays an edit, so that a later one at the remote meets it as a conflict.
        return None
    if is_list(field.name):
        return _merge_list(field, policy)
    if not field.remote_changed:
        return _Settled(field.crm, field.crm)
    if not field.crm_changed:
        return _Settled(field.remote, field.remote)
    return _decide(field, policy, newer)


def _master(name: str, policy: Policy) -> Side | None:
    return Side.CRM if policy.mode is Mode.EXPORT else policy.masters.get(name)


def _put_back(field: _Field, side: Side, policy: Policy) -> _Settled:
    """The side's edit is undone there and kept in the log; where it may not be written, the two agree to differ."""
    match side:
        case Side.REMOTE:
            reason = "export only" if policy.mode is Mode.EXPORT else "the CRM is master of this field"
            lost = Lost(field.name, side, field.remote, Ruling.REFUSED, reason)
            writable = policy.mode is not Mode.IMPORT
            return _Settled(field.crm, field.crm if writable else field.remote, lost)
        case Side.CRM:
            lost = Lost(field.name, side, field.crm, Ruling.REFUSED, "the remote is master of this field")
            # Where the remote never showed the agreed value, the agreed value is what the hub goes back to.
            agreed = field.remote if field.remote_changed else field.base
            return _Settled(agreed, field.remote, lost)
        case _:
            assert_never(side)


def _decide(field: _Field, policy: Policy, newer: Mapping[str, Side]) -> _Settled | Clash:
    choice = policy.on_conflict_field.get(field.name, policy.on_conflict)
    winner: Side | None
    match choice:
        case OnConflict.CRM:
            winner = Side.CRM
        case OnConflict.REMOTE:
            winner = Side.REMOTE
        case OnConflict.NEWEST:
            winner = newer.get(field.name)
        case OnConflict.ASK | OnConflict.BOTH:  # two texts cannot both be the value: a person decides
            winner = None
        case _:
            assert_never(choice)
    if winner is None:
        return Clash(field.name, field.base, field.crm, field.remote)
    kept, losing = (field.crm, field.remote) if winner is Side.CRM else (field.remote, field.crm)
    lost = Lost(field.name, winner.other, losing, Ruling.OVERRULED, f"both sides changed it, policy {choice.value}")
    return _Settled(kept, field.remote if policy.mode is Mode.IMPORT else kept, lost)


def _merge_list(field: _Field, policy: Policy) -> _Settled:
    name = field.name
    crm, remote = Diff.of(name, field.base, field.crm), Diff.of(name, field.shown, field.remote)
    to_crm = carry(remote, onto=crm, wins=False)
    if policy.mode is Mode.IMPORT:
        return _Settled(to_crm, field.remote)
    lost = None
    if overruled_labels(loser=remote, winner=crm):
        lost = Lost(name, Side.REMOTE, field.remote, Ruling.OVERRULED, "both sides set the label of one entry")
    return _Settled(to_crm, carry(crm, onto=remote, wins=True), lost)
