"""Held plans, which wait for a person, and the answers people gave, so that nobody is asked twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from crmsync.errors import Usage
from crmsync.store.jsontext import dump, load, word
from crmsync.store.session import Session


class PlanState(StrEnum):
    """What became of a held plan: `APPLIED` until a cycle finds nothing of it left to do, then `DONE`."""

    HELD = "held"
    APPLIED = "applied"
    DISCARDED = "discarded"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class HeldPlan:
    """One plan that the guard stopped. `reason` says what was too much; `body` is the plan as JSON.

    `partial`: it has more lines than whoever asks may see, and they are left out here. The reason counts items of a
    whole collection, so it is not told to somebody with a limited view.
    """

    id: int
    account: int
    collection: int | None
    run: int | None
    at: str
    state: PlanState
    reason: str
    body: Any
    decided_at: str = ""
    decided_by: str = ""
    partial: bool = False


TOO_MUCH = "it does too much at once"
"""Why a plan is held, for somebody who may not know how much it does."""

_ROW = "id, account, collection, run, at, state, reason, body, decided_at, decided_by"


class Plans:
    """The tables `plans` and `answers`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def hold(self, account: int, collection: int | None, reason: str, body: Any) -> int:
        """Holds a plan and returns its id. The plan that was held before for the same place gives way to it."""
        stamp = self._session.writing()
        text = dump(body)
        for held in self.list(account=account):
            if held.collection == collection:
                if dump(held.body) == text and held.reason == reason:
                    return held.id
                self._session.write("DELETE FROM plans WHERE id = ?", (held.id,))
        id = self._session.write(
            "INSERT INTO plans (account, collection, run, at, state, reason, body) VALUES (?, ?, ?, ?, 'held', ?, ?)",
            (account, collection, stamp.run, stamp.at, reason, text),
        ).lastrowid
        assert id is not None
        return id

    def decide(self, id: int, state: PlanState) -> None:
        """Applied or discarded, by whom and when. Raises `Usage` when it is not held."""
        if self.get(id).state is not PlanState.HELD:
            raise Usage("this plan is decided already", thing=str(id), next_step="See `crmsync plans list`")
        stamp = self._session.writing()
        self._session.write(
            "UPDATE plans SET state = ?, decided_at = ?, decided_by = ? WHERE id = ?",
            (state.value, stamp.at, stamp.actor, id),
        )

    def close(self, id: int) -> None:
        """What was approved is done: the plan says nothing about later events."""
        self._session.write(
            "UPDATE plans SET state = ? WHERE id = ? AND state = ?", (PlanState.DONE.value, id, PlanState.APPLIED.value)
        )

    def release(self, account: int, collection: int | None) -> None:
        """Nothing is held for this place any more: the reason went away by itself."""
        self._session.write(
            "DELETE FROM plans WHERE account = ? AND collection IS ? AND state = 'held'", (account, collection)
        )

    def get(self, id: int) -> HeldPlan:
        """One plan. Raises `Usage` when there is none."""
        row = self._session.one(f"SELECT {_ROW} FROM plans WHERE id = ?", (id,))
        if row is None:
            raise Usage("there is no such plan", thing=str(id), next_step="See `crmsync plans list`")
        plan = self._as_seen(_plan(row))
        if plan is None:
            raise Usage("there is no such plan", thing=str(id), next_step="See `crmsync plans list`")
        return plan

    def list(self, *, state: PlanState = PlanState.HELD, account: int = 0) -> list[HeldPlan]:
        """Plans in one state, oldest first; of one account where given."""
        rows = self._session.all(
            f"SELECT {_ROW} FROM plans WHERE state = ? AND (? = 0 OR account = ?) ORDER BY id",
            (state.value, account, account),
        )
        return [plan for row in rows if (plan := self._as_seen(_plan(row))) is not None]

    def _as_seen(self, plan: HeldPlan) -> HeldPlan | None:
        """The plan with those of its lines that whoever asks may see; `None` when that is none."""
        if not self._session.seen.limited:
            return plan
        lines = plan.body["actions"]
        seen = f"{self._session.seen.record('j.value')} AND {self._session.seen.account(str(plan.account))}"
        rows = self._session.all(
            f"SELECT j.value FROM json_each(?) j WHERE {seen}", (dump([line["record"] for line in lines]),)
        )
        ids = {row[0] for row in rows}
        mine = [line for line in lines if line["record"] in ids]
        if not mine:
            return None
        body = {**plan.body, "actions": mine}
        return replace(plan, body=body, reason=TOO_MUCH, partial=len(mine) < len(lines))

    def undecided(self, account: int) -> bool:
        """Whether something is held for an account, or approved and not done yet."""
        sql = "SELECT 1 FROM plans WHERE state IN ('held', 'applied') AND account = ? LIMIT 1"
        return self._session.one(sql, (account,)) is not None

    def count(self) -> int:
        """How many are held."""
        if self._session.seen.limited:
            return len(self.list())
        return int(self._session.one("SELECT count(*) FROM plans WHERE state = 'held'")[0])

    def remember(self, collection: int, href: str, event: str, answer: str) -> None:
        """A person's answer to an event (`deleted:<etag>` ...) of an item; the newest one counts."""
        stamp = self._session.writing()
        self._session.write(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)",
            (collection, href, event, answer, stamp.at, stamp.actor),
        )

    def answer(self, collection: int, href: str, event: str) -> str | None:
        """The answer remembered for an event, or `None`: nobody was asked yet."""
        row = self._session.one(
            "SELECT answer FROM answers WHERE collection = ? AND href = ? AND event = ?", (collection, href, event)
        )
        return None if row is None else row[0]

    def said(self, collection: int) -> Mapping[str, frozenset[str]]:
        """The items of which a person answered for words in a note, each with those events."""
        rows = self._session.all(
            "SELECT href, event FROM answers WHERE collection = ? AND event LIKE 'said: %'", (collection,)
        )
        found: dict[str, set[str]] = {}
        for href, event in rows:
            found.setdefault(href, set()).add(event)
        return {href: frozenset(events) for href, events in found.items()}

    def forget_said(self, collection: int, href: str, event: str) -> None:
        """Drops the answer about a word in the note of an item: it stands there no more."""
        self._session.write(
            "DELETE FROM answers WHERE collection = ? AND href = ? AND event = ?", (collection, href, event)
        )

    def forget(self, collection: int, href: str) -> None:
        """Drops all answers about an item."""
        self._session.write("DELETE FROM answers WHERE collection = ? AND href = ?", (collection, href))


def _plan(row: tuple[int, int, int | None, int | None, str, str, str, str, str, str]) -> HeldPlan:
    id, account, collection, run, at, state, reason, body, decided_at, decided_by = row
    return HeldPlan(
        id, account, collection, run, at, word(PlanState, state), reason, load(body), decided_at, decided_by
    )
