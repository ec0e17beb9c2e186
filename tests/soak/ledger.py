"""Every value that was typed anywhere, so that in the end each can be asked for."""

from __future__ import annotations

import random
import re
import sqlite3
import string
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

TOKEN = re.compile(r"zq\d+zq")
_LETTERS = string.ascii_lowercase
_WHERE = (
    ("the record", "SELECT fields FROM records"),
    ("the journal", "SELECT coalesce(before, '') || ' ' || coalesce(after, '') FROM journal"),
    (
        "the conflict log",
        "SELECT coalesce(base, '') || coalesce(crm, '') || coalesce(remote, '') || coalesce(losing, '') FROM conflicts",
    ),
)


@dataclass(slots=True)
class Ledger:
    """What was typed and by whom. What a person typed over himself, at the same place, is nobody else's to keep."""

    chance: random.Random
    typed: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """By token: the side, the person's name and the field."""
    deleted: set[str] = field(default_factory=set)
    """Names of persons that somebody deleted somewhere; an edit elsewhere may have brought them back."""
    names: set[str] = field(default_factory=set)
    _last: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    _count: int = 0

    def token(self) -> str:
        """One that was never used."""
        self._count += 1
        return f"zq{self._count}zq"

    def name(self) -> str:
        """A person like no other."""
        while True:
            family = "".join(self.chance.choices(_LETTERS, k=11)).capitalize()
            if family not in self.names:
                self.names.add(family)
                return family

    def wrote(self, side: str, name: str, what: str, token: str) -> None:
        """A value arrived at a side. What this side's person had typed there before is his own loss."""
        fields = self._last.setdefault((side, name), {})
        self._forget(fields.get(what))
        fields[what] = token
        self.typed[token] = (side, name, what)

    def removed(self, side: str, name: str) -> None:
        """A side's person removed somebody with what he had typed there."""
        self.deleted.add(name)
        for token in self._last.pop((side, name), {}).values():
            self._forget(token)

    def _forget(self, token: str | None) -> None:
        if token and self.typed[token][0] != "crm":  # what was typed in the CRM is in the journal, typed over or not
            del self.typed[token]

    def missing(self, store: Path) -> dict[str, tuple[str, str, str]]:
        """What was typed and is neither in a record nor in the journal nor in the conflict log."""
        return {token: self.typed[token] for token in self.typed.keys() - known(store)}


def known(store: Path) -> set[str]:
    """Every token that the store can still show to a person."""
    found: set[str] = set()
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        for _, statement in _WHERE:
            for (text,) in connection.execute(statement):
                found.update(TOKEN.findall(text))
    return found


def twice(names: Iterable[str]) -> list[str]:
    """The names that occur more than once."""
    seen: set[str] = set()
    return sorted({name for name in names if name in seen or seen.add(name)})  # type: ignore[func-returns-value]
