"""The rules for the import queue: what a person wants done with items that fit an expression, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from crmsync.errors import Usage
from crmsync.model import RecordType
from crmsync.store.decisions import Decisions
from crmsync.store.jsontext import word
from crmsync.store.session import Session

ACTOR = "rule "
"""What a rule decides is signed with this and its name."""


class RuleAction(StrEnum):
    """What a rule does with an item."""

    ASSIGN = "assign"  # gives it a record type
    IMPORT = "import"  # makes a record of that type, unless the CRM probably has it
    IGNORE = "ignore"  # until it changes
    PRIVATE = "private"  # for good


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `where` is an expression over `QUEUE_COLUMNS`; `type` goes with ASSIGN and IMPORT.

    `account`: items of this one only. `place`: 1 is asked first.
    """

    name: str
    where: str
    action: RuleAction
    type: RecordType | None = None
    account: int | None = None
    place: int = 0
    active: bool = True
    made_at: str = ""
    made_by: str = ""

    @property
    def actor(self) -> str:
        """Who decided, where this rule did."""
        return ACTOR + self.name


_ROW = "name, expression, action, type, account, place, active, made_at, made_by"


class QueueRules:
    """The table `queue_rules`; places are 1, 2, 3 ... without gaps."""

    def __init__(self, session: Session, decisions: Decisions) -> None:
        self._session = session
        self._decisions = decisions

    def add(self, rule: Rule) -> Rule:
        """Stores a new rule, asked after all others, and returns it. Raises `Usage` when the name is taken."""
        if self.find(rule.name) is not None:
            raise Usage("there is such a rule already", thing=rule.name, next_step="See `crmsync queue rules list`")
        stamp = self._session.writing()
        self._session.write(
            "INSERT INTO queue_rules (name, expression, action, type, account, place, active, made_at, made_by) "
            "VALUES (?, ?, ?, ?, ?, (SELECT count(*) + 1 FROM queue_rules), ?, ?, ?)",
            (rule.name, rule.where, rule.action.value, rule.type, rule.account, rule.active, stamp.at, stamp.actor),
        )
        self._decisions.note("rule", rule.name, None, self.image(rule.name))
        return self.get(rule.name)

    def bring_back(self, rule: Rule) -> None:
        """Stores a rule that was removed as it was, at its place."""
        self._session.write(
            f"INSERT INTO queue_rules ({_ROW}) VALUES (?, ?, ?, ?, ?, (SELECT count(*) + 1 FROM queue_rules), ?, ?, ?)",
            (
                rule.name,
                rule.where,
                rule.action.value,
                rule.type,
                rule.account,
                rule.active,
                rule.made_at,
                rule.made_by,
            ),
        )
        self._place(rule.name, rule.place)
        self._decisions.note("rule", rule.name, None, self.image(rule.name))

    def image(self, name: str) -> dict[str, Any] | None:
        """A rule as JSON; `None`: there is no such rule."""
        row = self._session.one(f"SELECT {_ROW} FROM queue_rules WHERE name = ?", (name,))
        return None if row is None else dict(zip(_ROW.split(", "), row, strict=True))

    def find(self, name: str) -> Rule | None:
        """The rule of this name, or `None`."""
        row = self._session.one(f"SELECT {_ROW} FROM queue_rules WHERE name = ?", (name,))
        return None if row is None else _rule(row)

    def get(self, name: str) -> Rule:
        """The rule of this name. Raises `Usage` when there is none."""
        rule = self.find(name)
        if rule is None:
            raise Usage("there is no such rule", thing=name, next_step="See `crmsync queue rules list`")
        return rule

    def all(self) -> Sequence[Rule]:
        """Every rule, in the order in which they are asked."""
        return [_rule(row) for row in self._session.all(f"SELECT {_ROW} FROM queue_rules ORDER BY place")]

    def switch(self, name: str, active: bool) -> bool:
        """Turns a rule on or off. False when it was so already."""
        before = self._there(name)
        sql = "UPDATE queue_rules SET active = ? WHERE name = ? AND active <> ?"
        changed = bool(self._session.write(sql, (active, name, active)).rowcount)
        self._note(name, before)
        return changed

    def move(self, name: str, place: int) -> None:
        """Has a rule asked as the `place`-th, at the earliest as the first and at the latest as the last."""
        before = self._there(name)
        self._place(name, place)
        self._note(name, before)

    def _place(self, name: str, place: int) -> None:
        moved = self.get(name)
        others = [rule for rule in self.all() if rule.name != name]
        others.insert(max(1, place) - 1, moved)
        self._number([rule.name for rule in others])

    def remove(self, name: str) -> None:
        """Forgets a rule; what it decided stays decided."""
        self._decisions.note("rule", name, self._there(name), None)
        self._session.write("DELETE FROM queue_rules WHERE name = ?", (name,))
        self._number([rule.name for rule in self.all()])

    def _there(self, name: str) -> dict[str, Any]:
        """The image of a rule that has to be there."""
        image = self.image(self.get(name).name)
        assert image is not None
        return image

    def _note(self, name: str, before: dict[str, Any] | None) -> None:
        after = self.image(name)
        if after != before:
            self._decisions.note("rule", name, before, after)

    def _number(self, names: Sequence[str]) -> None:
        rows = list(enumerate(names, 1))
        self._session.write_many("UPDATE queue_rules SET place = ? WHERE name = ?", rows)


def from_image(name: str, image: Mapping[str, Any]) -> Rule:
    """The rule that `QueueRules.image` was made of."""
    return replace(_rule(tuple(image[column] for column in _ROW.split(", "))), name=name)


def _rule(row: tuple[Any, ...]) -> Rule:
    name, where, action, type, account, place, active, at, by = row
    kind = None if type is None else word(RecordType, type)
    return Rule(name, where, word(RuleAction, action), kind, account, place, bool(active), at, by)
