"""A plan: what one cycle wants to do to one collection, readable before anything is done.

A dry run is a plan that is not applied, a difference report is a plan that is printed. Nothing is ever done that did
not stand in a plan, and the guard reads it first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

from crmsync.core.merge import Lost
from crmsync.model import Conflict, OnDelete, RecordType
from crmsync.values import Changes, Fields


@dataclass(frozen=True, slots=True)
class Create:
    """A new item at the remote for a record that has none there. `link` is the dead link it replaces, if any.

    `mails` here and below: how many a server that schedules meetings could send because of it.
    """

    record: str
    type: RecordType
    fields: Fields
    link: int | None = None
    mails: int = 0


@dataclass(frozen=True, slots=True)
class Update:
    """Values move: into the hub, to the remote, or both. `base` and `echo` are the agreement afterwards.

    With no changes at all it records an agreement, a conflict or a refusal. `again`: another decision about the pair
    follows in the next cycle.
    """

    link: int
    record: str
    href: str
    etag: str | None
    hub: Changes
    remote: Changes
    base: Fields
    echo: Changes
    conflicts: tuple[Conflict, ...] = ()
    lost: tuple[Lost, ...] = ()
    again: bool = False
    mails: int = 0


@dataclass(frozen=True, slots=True)
class Delete:
    """The item leaves the remote: its record was deleted, or is no longer selected for this account.

    `lost` is what somebody had typed into the item and the hub may not take over.
    """

    link: int
    record: str
    href: str
    etag: str | None
    reason: str
    lost: tuple[Lost, ...] = ()
    mails: int = 0


@dataclass(frozen=True, slots=True)
class Vanished:
    """The item is gone at the remote. `answer` is what that means for the record; ASK puts it before a person."""

    link: int
    record: str
    href: str
    etag: str | None
    answer: OnDelete
    reason: str


@dataclass(frozen=True, slots=True)
class Revived:
    """The record was deleted in the CRM while its item was edited: edit beats delete, a person decides."""

    link: int
    record: str
    href: str
    conflict: Conflict


@dataclass(frozen=True, slots=True)
class Unlink:
    """Nothing is left to keep in step: the link goes, neither side changes."""

    link: int
    record: str
    href: str
    reason: str


@dataclass(frozen=True, slots=True)
class PutBack:
    """The item is no record's any more since its link was undone: the fields that we wrote go back to what they were.

    `later`: those of them that somebody edited since; they stay.
    """

    record: str
    href: str
    etag: str | None
    remote: Changes
    later: tuple[str, ...] = ()
    link: None = None
    mails: int = 0


Action: TypeAlias = Create | Update | Delete | Vanished | Revived | Unlink | PutBack


@dataclass(frozen=True, slots=True)
class Plan:
    """Actions in the order of their records; `notes` say why something was left undone."""

    actions: tuple[Action, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a plan may do without asking: the larger of a number and a share of the collection's links."""

    floor: int
    share: float

    def allows(self, count: int, size: int) -> bool:
        """Whether `count` of `size` is within the budget."""
        return count <= max(self.floor, int(self.share * size))


@dataclass(frozen=True, slots=True)
class Budgets:
    """The limits of the guard. `field` counts records in which the remote changes one and the same field.

    `mails`: whether servers may mail the participants of meetings because of what we do. Not one is sent otherwise.
    """

    deletes: Budget = Budget(10, 0.20)
    blanked: Budget = Budget(20, 0.20)
    field: Budget = Budget(200, 0.50)
    mails: bool = False


@dataclass(frozen=True, slots=True)
class Guarded:
    """A plan after the guard: what may go on now, what is held for a person, and why."""

    allowed: tuple[Action, ...]
    held: tuple[Action, ...] = ()
    reasons: tuple[str, ...] = field(default=())


def signature(action: Action) -> str:
    """Names an action in one line. What a person's answer about it holds for is `cycle.seal`'s to say."""
    match action:
        case Create():
            return f"create {action.record}"
        case Update():
            return f"update {action.link} {action.etag} {sorted(action.hub)} {sorted(action.remote)}"
        case Delete():
            return f"delete {action.link} {action.etag} {action.reason}"
        case Vanished():
            return f"vanished {action.link} {action.etag}"
        case PutBack():
            return f"put back {action.href} {action.etag} {sorted(action.remote)}"
        case Revived() | Unlink():
            return f"{type(action).__name__.lower()} {action.link}"
        case _:
            assert_never(action)


def mails(action: Action) -> int:
    """How many mails a server could send because of an action."""
    return action.mails if isinstance(action, Create | Update | Delete | PutBack) else 0


def guard(plan: Plan, size: int, budgets: Budgets, approved: Sequence[Action] = ()) -> Guarded:
    """Holds back whatever exceeds a budget; the rest flows. `size` is how many links the collection has.

    `approved`: those actions of the plan that a person has let pass. They neither count nor are held.
    """
    passed = {id(action) for action in approved}
    open_actions = [action for action in plan.actions if id(action) not in passed]
    held: dict[int, Action] = {}
    reasons: list[str] = []

    def hold(actions: list[Action], budget: Budget, what: str) -> None:
        if not budget.allows(len(actions), size):
            reasons.append(f"{len(actions)} of {size} {what}")
            held.update((id(action), action) for action in actions)

    hold([a for a in open_actions if isinstance(a, Vanished)], budgets.deletes, "items vanished at the remote")
    hold([a for a in open_actions if isinstance(a, Delete)], budgets.deletes, "items would be deleted at the remote")
    updates = [a for a in open_actions if isinstance(a, Update)]
    blanking: list[Action] = [a for a in updates if any(value is None for value in a.hub.values())]
    hold(blanking, budgets.blanked, "records would lose a value")
    mailing: list[Action] = [a for a in open_actions if mails(a)]
    if mailing and not budgets.mails:
        reasons.append(
            f"{sum(map(mails, mailing))} mails could be sent to participants (meetings changed: {len(mailing)})"
        )
        held.update((id(action), action) for action in mailing)
    for name, count in sorted(_changed_fields(updates).items()):
        if not budgets.field.allows(count, size):
            touched: list[Action] = [a for a in updates if name in a.hub]
            hold(touched, budgets.field, f'records would change their "{name}"')
    allowed = tuple(action for action in plan.actions if id(action) not in held)
    return Guarded(allowed, tuple(held.values()), tuple(reasons))


def _changed_fields(updates: Iterable[Update]) -> Counter[str]:
    return Counter(name for update in updates for name in update.hub)
