"""Saved filters: expressions with a name, which `filter preview`, accounts and devices refer to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crmsync.errors import Usage
from crmsync.store.decisions import Decisions
from crmsync.store.expression import compile_expression
from crmsync.store.record_columns import record_columns
from crmsync.store.session import Session

_NAME = re.compile(r"[^\W_][\w.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Filter:
    """One saved filter: `expression` over `record_columns`."""

    id: int
    name: str
    expression: str


class Filters:
    """The table `filters`, shared by all users; `sync` in an expression is the flag of whoever uses it."""

    def __init__(self, session: Session, decisions: Decisions) -> None:
        self._session = session
        self._decisions = decisions

    def set(self, name: str, expression: str) -> Filter:
        """Saves a filter, in the place of one of that name. Raises `Usage` for an expression that cannot be used.

        A name that is an expression too (`sync`, `1`) is refused: `preview` could not tell one from the other.
        """
        if not _NAME.fullmatch(name) or self._is_expression(name):
            raise Usage(
                "a filter's name is letters, digits, '.', '_' or '-', at most 64, and no expression by itself",
                thing=name,
                next_step="Choose another name",
            )
        self.check(expression)
        before = self.find(name)
        if before is None or before.expression != expression:
            self._decisions.note("filter", name, None if before is None else before.expression, expression)
        self._session.write(
            "INSERT INTO filters (name, expression) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET expression = excluded.expression",
            (name, expression),
        )
        return self.get(name)

    def check(self, expression: str) -> None:
        """Raises `Usage` for an expression that cannot be used."""
        compile_expression(self._session.connection, record_columns(0), expression)

    def remove(self, name: str) -> None:
        """Forgets a filter. Raises `Usage` when an account uses it."""
        accounts = self.accounts(name)
        if accounts:
            raise Usage(
                f"it decides what {', '.join(accounts)} gets",
                thing=name,
                next_step=f"Run `crmsync account set {accounts[0]} --no-filter` first",
            )
        gone = self.get(name)
        self._decisions.note("filter", name, gone.expression, None)
        self._session.write("DELETE FROM filters WHERE id = ?", (gone.id,))

    def find(self, name: str) -> Filter | None:
        """The filter of this name, or `None`."""
        row = self._session.one("SELECT id, name, expression FROM filters WHERE name = ?", (name,))
        return None if row is None else Filter(*row)

    def get(self, name: str) -> Filter:
        """The filter of this name. Raises `Usage` when there is none."""
        found = self.find(name)
        if found is None:
            raise Usage("there is no such filter", thing=name, next_step="See `crmsync filter list`")
        return found

    def all(self) -> list[Filter]:
        """Every filter, by name."""
        return [Filter(*row) for row in self._session.all("SELECT id, name, expression FROM filters ORDER BY name")]

    def accounts(self, name: str) -> list[str]:
        """The names of the accounts that use a filter."""
        sql = f"""SELECT a.name FROM choices c JOIN accounts a ON a.id = c.account JOIN filters f ON f.id = c.filter
            WHERE f.name = ? AND {self._session.seen.account("a.id")} ORDER BY a.id"""
        return [row[0] for row in self._session.all(sql, (name,))]

    def _is_expression(self, name: str) -> bool:
        try:
            self.check(name)
        except Usage:
            return False
        return True
