"""Accounts: the spokes, how to reach them, and how they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crmsync.errors import Usage
from crmsync.model import Mode
from crmsync.store.jsontext import dump, load, word
from crmsync.store.session import Session

SIGN_IN = "sign-in"
"""The state of an account whose remote did not take the password, until somebody signs in again."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `id` 0: not stored yet. `user` is the id of whose account it is, `username` the name at the remote.

    `secret_place` says where the secret lies ("keyring", "file", "env:NAME"), never what it is. `policy` is the JSON
    form of what the core's `Policy` is built from. `state` is a word for people (`new`, `ok`, `sign-in`, `failing`).
    `paused`: nobody is to sync it. `until`: its remote has asked us to wait until then; `""`: it has not.
    """

    id: int
    name: str
    kind: str
    mode: Mode = Mode.TWO_WAY
    user: int = 1
    url: str = ""
    username: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)
    secret_place: str = ""
    state: str = "new"
    message: str = ""
    policy: Mapping[str, Any] = field(default_factory=dict)
    paused: bool = False
    until: str = ""


_COLUMNS = "name, kind, mode, user, url, username, options, hints, secret_place, state, message, policy, paused, until"


class Accounts:
    """The table `accounts`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, account: Account) -> Account:
        """Stores a new account and returns it with its id. Raises `Usage` when the name is taken."""
        if self.find(account.name):
            raise Usage("there is such an account already", thing=account.name, next_step="Choose another name")
        self._session.write(
            f"INSERT INTO accounts ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _values(account)
        )
        return self.get(account.name)

    def set(self, account: Account) -> None:
        """Stores everything about the account with this id."""
        self._session.write(
            f"UPDATE accounts SET ({_COLUMNS}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?",
            (*_values(account), account.id),
        )

    def set_state(self, id: int, state: str, message: str = "", until: str = "") -> None:
        """How the account is, and when its remote may be asked again; writes nothing when that is known."""
        self._session.write(
            "UPDATE accounts SET (state, message, until) = (?1, ?2, ?3) "
            "WHERE id = ?4 AND (state, message, until) <> (?1, ?2, ?3)",
            (state, message, until, id),
        )

    def set_paused(self, id: int, paused: bool) -> None:
        """Whether the account is left alone."""
        self._session.write("UPDATE accounts SET paused = ? WHERE id = ?", (int(paused), id))

    def set_hints(self, id: int, hints: Mapping[str, str]) -> None:
        """What the connector learned; writes nothing when that is known."""
        text = dump(dict(hints))
        self._session.write("UPDATE accounts SET hints = ? WHERE id = ? AND hints <> ?", (text, id, text))

    def find(self, name: str) -> Account | None:
        """The account of this name, or `None`."""
        seen = self._session.seen.account("id")
        row = self._session.one(f"SELECT id, {_COLUMNS} FROM accounts WHERE name = ? AND {seen}", (name,))
        return None if row is None else _account(row)

    def get(self, name: str) -> Account:
        """The account of this name. Raises `Usage` when there is none."""
        account = self.find(name)
        if account is None:
            raise Usage("there is no such account", thing=name, next_step="See `crmsync account list`")
        return account

    def by_id(self, id: int) -> Account:
        """The account with this id, which is there."""
        return _account(self._session.one(f"SELECT id, {_COLUMNS} FROM accounts WHERE id = ?", (id,)))

    def of_collection(self, collection: int) -> Account | None:
        """The account that a collection belongs to, or `None` when both are gone."""
        row = self._session.one(
            "SELECT a.name FROM accounts a JOIN collections c ON c.account = a.id WHERE c.id = ?", (collection,)
        )
        return None if row is None else self.find(row[0])

    def all(self) -> list[Account]:
        """Every account, oldest first."""
        sql = f"SELECT id, {_COLUMNS} FROM accounts WHERE {self._session.seen.account('id')} ORDER BY id"
        return [_account(row) for row in self._session.all(sql)]

    def names(self) -> dict[int, str]:
        """What each account is called, also those that whoever asks does not see: a name says where a value is from."""
        return dict(self._session.all("SELECT id, name FROM accounts ORDER BY id"))

    def places(self) -> dict[int, str]:
        """The name of the account of each collection, for the same use."""
        return dict(self._session.all("SELECT c.id, a.name FROM collections c JOIN accounts a ON a.id = c.account"))

    def remove(self, id: int) -> None:
        """Forgets the account with its collections, mirror, links, queue, parked items and plans.

        Records, their journal and closed conflicts stay; open conflicts with it are closed, values kept.
        """
        self._session.write(
            "UPDATE conflicts SET open = 0, resolution = 'account removed', resolved_at = ? "
            "WHERE open AND collection IN (SELECT id FROM collections WHERE account = ?)",
            (self._session.writing().at, id),
        )
        self._session.write("DELETE FROM accounts WHERE id = ?", (id,))


def _values(account: Account) -> tuple[object, ...]:
    return (
        account.name, account.kind, account.mode.value, account.user, account.url, account.username,
        dump(dict(account.options)), dump(dict(account.hints)), account.secret_place, account.state, account.message,
        dump(dict(account.policy)), int(account.paused), account.until,
    )  # fmt: skip


def _account(row: tuple[Any, ...]) -> Account:
    (
        id, name, kind, mode, user, url, username, options, hints, secret_place, state, message, policy, paused, until,
    ) = row  # fmt: skip
    return Account(
        id, name, kind, word(Mode, mode), user, url, username, load(options), load(hints), secret_place, state, message,
        load(policy), bool(paused), until,
    )  # fmt: skip
