"""What governs one cycle, and what it counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from crmsync.core.plan import Budgets
from crmsync.core.reconcile import Policies
from crmsync.core.selection import Export
from crmsync.model import Policy, RecordType
from crmsync.store import identity

Clock: TypeAlias = Callable[[], str]
"""The time as ISO 8601 in UTC. Given from outside so that a test, or a person, can say what time it is."""

Progress: TypeAlias = Callable[[str, int, int | None], None]
"""Told what is going on: the step, how many are done, and of how many (`None`: not known)."""


def quiet(step: str, done: int, total: int | None) -> None:
    """A progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What new items become at once, without waiting in the queue: records of a type, flagged for a user or nobody.

    An item that is probably a record already waits all the same.
    """

    type: RecordType
    user: int | None
    new_id: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Rules:
    """The account's policies and budgets; `region` is the two-letter country for phone numbers without a prefix.

    `export` says what the account lets out, `new_id` names the records that a person's rules for the queue make.
    """

    policies: Policies = field(default_factory=lambda: Policies(Policy()))
    budgets: Budgets = field(default_factory=Budgets)
    region: str = ""
    export: Export = field(default_factory=Export)
    enrolment: Enrolment | None = None
    new_id: Callable[[], str] = identity.new_id


@dataclass(slots=True)
class Tally:
    """Created, updated and deleted, on one side."""

    created: int = 0
    updated: int = 0
    deleted: int = 0

    @property
    def total(self) -> int:
        """All three together."""
        return self.created + self.updated + self.deleted


@dataclass(slots=True)
class RunResult:
    """One account's run, in the words of CLI.md. `error` is why a run failed or was skipped.

    `failed`: actions of this run that did not work. `failing`: writes that the remote has refused, whenever that was.
    `moved`: the lines of a plan that a person had let pass and that are held again, since they have moved.
    """

    account: str
    id: int = 0
    state: str = "done"
    pulled: Tally = field(default_factory=Tally)
    pushed: Tally = field(default_factory=Tally)
    queued: int = 0
    conflicts: int = 0
    held: int = 0
    parked: int = 0
    failed: int = 0
    failing: int = 0
    mails: int = 0
    requests: int = 0
    bytes: int = 0
    seconds: float = 0.0
    plan: list[dict[str, Any]] | None = None
    notes: list[str] = field(default_factory=list)
    moved: list[dict[str, Any]] = field(default_factory=list)
    error: Exception | None = None
    paused: bool = False

    def to_json(self) -> dict[str, Any]:
        """The object of CLI.md for this run."""
        shown: dict[str, Any] = {
            "id": self.id,
            "account": self.account,
            "state": self.state,
            "pulled": _tally_json(self.pulled),
            "pushed": _tally_json(self.pushed),
            "queued": self.queued,
            "conflicts": self.conflicts,
            "held": self.held,
            "parked": self.parked,
            "failed": self.failed,
            "failing": self.failing,
            "mails": self.mails,
            "requests": self.requests,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 3),
        }
        if self.notes:
            shown["notes"] = self.notes
        if self.error is not None:
            shown["error"] = str(self.error)
        if self.moved:
            shown["moved"] = self.moved
        if self.plan is not None:
            shown["plan"] = self.plan
        return shown


def _tally_json(tally: Tally) -> dict[str, int]:
    return {"created": tally.created, "updated": tally.updated, "deleted": tally.deleted}
