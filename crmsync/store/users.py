"""The people who use this home, and what each may see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from crmsync.core.selection import UserView
from crmsync.errors import Usage
from crmsync.model import RecordType
from crmsync.store.decisions import Decisions
from crmsync.store.jsontext import load, word
from crmsync.store.session import Session


class Scope(StrEnum):
    """Whose records a user sees."""

    OWN = "own"
    TEAM = "team"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class User:
    """One person. `id` 0: not stored yet. `peers`: the names of everybody in the same team, none without a team."""

    id: int
    name: str
    email: str = ""
    scope: Scope = Scope.ALL
    sees_suppliers: bool = True
    team: str = ""
    peers: frozenset[str] = frozenset()

    @property
    def sees_all(self) -> bool:
        """Whether nothing is kept from this user."""
        return self.scope is Scope.ALL and self.sees_suppliers

    def settings(self) -> dict[str, str | bool]:
        """What can be changed of a user, as JSON."""
        return {
            "name": self.name,
            "email": self.email,
            "scope": self.scope.value,
            "sees_suppliers": self.sees_suppliers,
            "team": self.team,
        }

    def sight(self) -> UserView:
        """What this user may see, in the terms of `core.selection`."""
        types = frozenset(RecordType) - (frozenset() if self.sees_suppliers else {RecordType.SUPPLIER})
        match self.scope:
            case Scope.ALL:
                return UserView(None, types)
            case Scope.TEAM:
                return UserView(self.peers | {self.name}, types)
            case Scope.OWN:
                return UserView(frozenset({self.name}), types)
            case _:
                assert_never(self.scope)


class Users:
    """The table `users`."""

    def __init__(self, session: Session, decisions: Decisions) -> None:
        self._session = session
        self._decisions = decisions

    def add(self, user: User) -> User:
        """Stores a new user and returns it with its id. Raises `Usage` when the name is taken."""
        if self.find(user.name):
            raise Usage("there is such a user already", thing=user.name)
        self._session.write(
            "INSERT INTO users (name, email, scope, sees_suppliers, team) VALUES (?, ?, ?, ?, ?)",
            (user.name, user.email, user.scope.value, int(user.sees_suppliers), user.team),
        )
        return self.get(user.name)

    def set(self, user: User) -> None:
        """Stores everything about the user with this id."""
        before = self.by_id(user.id).settings()
        if before != user.settings():
            self._decisions.note("user", str(user.id), before, user.settings())
        self._session.write(
            "UPDATE users SET name = ?, email = ?, scope = ?, sees_suppliers = ?, team = ? WHERE id = ?",
            (user.name, user.email, user.scope.value, int(user.sees_suppliers), user.team, user.id),
        )

    def find(self, name: str) -> User | None:
        """The user of this name, or `None`."""
        row = self._session.one(f"{_SELECT} WHERE u.name = ?", (name,))
        return None if row is None else _user(row)

    def get(self, name: str) -> User:
        """The user of this name. Raises `Usage` when there is none."""
        user = self.find(name)
        if user is None:
            raise Usage("there is no such user", thing=name, next_step="See `crmsync user list`")
        return user

    def by_id(self, id: int) -> User:
        """The user of an account. Raises `Usage` when there is none."""
        found = next((user for user in self.all() if user.id == id), None)
        if found is None:
            raise Usage("there is no such user", thing=str(id), next_step="See `crmsync user list`")
        return found

    def all(self) -> list[User]:
        """Everybody, oldest first; the first one is who acts when nobody is named."""
        return [_user(row) for row in self._session.all(f"{_SELECT} ORDER BY u.id")]


_SELECT = """SELECT u.id, u.name, u.email, u.scope, u.sees_suppliers, u.team,
    (SELECT json_group_array(p.name) FROM users p WHERE p.team = u.team AND u.team <> '') FROM users u"""


def _user(row: tuple[int, str, str, str, int, str, str]) -> User:
    id, name, email, scope, sees_suppliers, team, peers = row
    return User(id, name, email, word(Scope, scope), bool(sees_suppliers), team, frozenset(load(peers)))
