"""The pure core, run to the end: any edits on any sides come to rest, equal, with nothing lost (DESIGN.md, 4)."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync.core.declarations import Master, masters_for
from crmsync.core.fieldmap import view
from crmsync.core.keys import same
from crmsync.core.plan import Action, Update
from crmsync.model import Conflict, LinkState, Mode, OnConflict, OnDelete, Policy
from crmsync.values import Labelled, Value
from tests.machine.planner import CONTACT, Hub, Rewrite, Spoke, cycle
from tests.machine.typed import EDITS, Edit, Typist, of_fields

CASES = int(os.environ.get("CRMSYNC_PLANNER_CASES", "3000"))
RECORDS = ("a", "b")
ROUNDS = 12


def forgets_title(fields: dict[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in fields.items() if name != "title"}


def lower_case_mails(fields: dict[str, Value]) -> dict[str, Value]:
    mails = fields.get("emails", ())
    assert isinstance(mails, tuple)
    lower = tuple(Labelled(mail.value.lower()) for mail in mails if isinstance(mail, Labelled))
    return {**fields, "emails": lower} if mails else fields


REWRITES: tuple[Rewrite, ...] = (dict, dict, forgets_title, lower_case_mails)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens: `what` to `record`, at the hub (`place` -1) or at a spoke."""

    what: str
    place: int
    record: str
    edit: Edit


STEPS = st.builds(
    Step,
    st.sampled_from(["edit"] * 8 + ["sync"] * 4 + ["delete", "flag", "restore"]),
    st.integers(-1, 2),
    st.sampled_from(RECORDS),
    EDITS,
)


class Sides:
    """A hub and three spokes in agreement, to be perturbed."""

    def __init__(self, policies: list[Policy], rewrites: list[Rewrite]) -> None:
        self.typist = Typist()
        self.asked: dict[int, list[Conflict]] = {}
        self.hub = Hub({record: {"name": record} for record in RECORDS})
        self.spokes = [Spoke(policy, rewrite) for policy, rewrite in zip(policies, rewrites, strict=True)]
        for record in RECORDS:
            for spoke in self.spokes:
                if spoke.policy.mode is Mode.IMPORT:  # an import account never creates: what it has was linked
                    self.adopt(spoke, record)
        self.settle()

    def adopt(self, spoke: Spoke, record: str) -> None:
        mode, spoke.policy = spoke.policy, Policy()
        cycle(self.hub, spoke)
        spoke.policy = mode

    def take(self, step: Step) -> None:
        spoke = self.spokes[step.place] if step.place >= 0 else None
        match step.what:
            case "sync":
                self.sync(spoke or self.spokes[0])
            case "edit" if spoke is None:
                if step.record not in self.hub.deleted:
                    now = self.hub.records[step.record].get(step.edit.field)
                    self.hub.change(step.record, {step.edit.field: self.typist.value(step.edit, now)})
            case "edit":
                self.edit_at(spoke, step)
            case "delete" if spoke is None:
                self.hub.deleted.add(step.record)
            case "delete" if spoke is not None:
                if step.record in spoke.items:
                    spoke.drop(step.record)
            case "flag" if spoke is not None:
                spoke.unflagged ^= {step.record}
            case "restore" if spoke is not None:
                link = spoke.links.get(step.record)
                if link is not None and link.state is LinkState.GONE:
                    spoke.restore.add(step.record)

    def edit_at(self, spoke: Spoke | None, step: Step) -> None:
        assert spoke is not None
        if step.record in spoke.items:
            fields = dict(spoke.items[step.record])
            value = self.typist.value(step.edit, fields.pop(step.edit.field, None))
            spoke.put(step.record, fields if value is None else {**fields, step.edit.field: value})

    def sync(self, spoke: Spoke) -> int:
        """One cycle, with what must hold of every single one."""
        there = of_fields(spoke.items)
        hub, writes = repr(self.hub.records), spoke.writes
        disputed = self.disputed(spoke)
        actions = cycle(self.hub, spoke)
        assert self.disputed(spoke) >= disputed, "a field that waits for a person was decided without one"
        if spoke.policy.mode is Mode.EXPORT:
            assert repr(self.hub.records) == hub, "an export-only account wrote the hub"
        if spoke.policy.mode is Mode.IMPORT:
            assert spoke.writes == writes, "an import-only account was written"
        lost = there - of_fields(spoke.items) - self.hub.known()
        assert not lost, f"typed at the remote, overwritten, and nowhere to be found: {lost}"
        return sum([self.is_news(spoke, action) for action in actions])

    def is_news(self, spoke: Spoke, action: Action) -> bool:
        """Whether something happened. A conflict that waits for a person is told again by each full look: no news."""
        if not isinstance(action, Update):
            return True
        asked = self.asked.setdefault(id(spoke), [])
        new = [conflict for conflict in action.conflicts if conflict not in asked]
        asked.extend(new)
        return bool(new or action.hub or action.remote or action.lost)

    def disputed(self, spoke: Spoke) -> set[tuple[str, str]]:
        """The fields which both sides have changed and hold as they were when a person was asked."""
        return {
            (conflict.record, conflict.field)
            for conflict in self.asked.get(id(spoke), ())
            if conflict.record in spoke.items and conflict.record not in self.hub.deleted
            if self.hub.records[conflict.record].get(conflict.field) == conflict.crm
            if spoke.items[conflict.record].get(conflict.field) == conflict.remote
        }

    def settle(self) -> None:
        """Cycles until nothing happens."""
        for _ in range(ROUNDS):
            if not sum([self.sync(spoke) for spoke in self.spokes]):
                return
        raise AssertionError(f"not quiet after {ROUNDS} rounds")

    def check_agreement(self) -> None:
        """Every linked pair shows the same, but for what the remote cannot show and what waits for a person."""
        for spoke in self.spokes:
            for record, link in spoke.links.items():
                if record not in spoke.items or record in self.hub.deleted or spoke.policy.mode is Mode.IMPORT:
                    continue
                mine, theirs = view(CONTACT, self.hub.records[record]), spoke.items[record]
                for name in {*mine, *theirs}:
                    crm, remote, base = mine.get(name), theirs.get(name), link.base.get(name)
                    agreed = same(name, remote, link.echo.get(name, crm))
                    waiting = not same(name, base, crm) and not same(name, link.echo.get(name, base), remote)
                    # An item that is to leave, and waits for an answer about another field, gets nothing new.
                    waiting |= record in spoke.unflagged and not same(name, base, crm)
                    assert agreed or waiting, f"{record}.{name}: the hub has {crm!r}, the remote {remote!r}"


MODES = st.sampled_from([Mode.TWO_WAY, Mode.TWO_WAY, Mode.EXPORT, Mode.IMPORT])
POLICIES = st.builds(
    Policy,
    mode=MODES,
    on_conflict=st.sampled_from([OnConflict.ASK, OnConflict.ASK, OnConflict.CRM, OnConflict.REMOTE]),
    on_delete=st.sampled_from([OnDelete.ASK, OnDelete.DELETE]),
)
SYSTEMS = st.sampled_from(["any", "any", "crm", "0", "1", "2"])
MASTERS = st.lists(
    st.builds(Master, st.just(CONTACT), st.sampled_from(["note", "phones"]), SYSTEMS), unique_by=lambda m: m.field
)
THREE_REWRITES = st.lists(st.sampled_from(REWRITES), min_size=3, max_size=3)


@pytest.mark.timeout(300)
@settings(max_examples=CASES)
@given(st.lists(POLICIES, min_size=3, max_size=3), MASTERS, THREE_REWRITES, st.lists(STEPS, max_size=25))
def test_any_history_comes_to_rest_with_everything_typed_still_known(
    policies: list[Policy], masters: list[Master], rewrites: list[Rewrite], steps: list[Step]
) -> None:
    mastered = [replace(policy, masters=masters_for(str(i), CONTACT, masters)) for i, policy in enumerate(policies)]
    sides = Sides(mastered, rewrites)
    for step in steps:
        sides.take(step)
    sides.settle()
    sides.check_agreement()
