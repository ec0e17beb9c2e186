"""What a filter would select, and what would be different then: who enters, who leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmsync.core.fieldmap import display_name
from crmsync.errors import Usage
from crmsync.store.record_list import EVERYTHING, Selection
from crmsync.store.store import Tables

SHOWN = 20
"""So many names of those who enter and of those who leave are given."""
MANY = 0.1
"""When a larger share than this leaves, a person is asked, or at least told."""

_NO_NAME = "It is no saved filter either: see `crmsync filter list`"


@dataclass(frozen=True, slots=True)
class FilterPreview:
    """`today` is how many are selected now, `compared_with` says in words what "now" is."""

    expression: str
    compared_with: str
    today: int
    matches: int
    enters: int
    leaves: int
    entering: Sequence[Mapping[str, Any]]
    leaving: Sequence[Mapping[str, Any]]

    @property
    def takes_many(self) -> bool:
        """Whether so many leave that it may be a mistake."""
        return self.leaves > self.today * MANY


@dataclass(frozen=True, slots=True)
class _Asked:
    """What to preview. `stays` never leaves."""

    expression: str
    compared: str
    today: frozenset[str]
    stays: frozenset[str] = frozenset()


def preview(
    view: Tables, user: int, filter: str, instead: str | None = None, account: str | None = None
) -> FilterPreview:
    """Compares what a filter, or an expression, selects with what is selected today; changes nothing.

    `instead`: what the saved filter is to become, compared with what it is. `account`: compared with what it gets.
    Raises `Usage`.
    """
    asked = _asked(view, user, filter, instead, account)
    selected = view.records.ids(Selection(where=asked.expression, user=user))
    entering = [id for id in selected if id not in asked.today]
    leaving = sorted(asked.today - asked.stays - set(selected))
    counts = (len(asked.today), len(selected), len(entering), len(leaving))
    named = (_named(view, entering[:SHOWN]), _named(view, leaving[:SHOWN]))
    return FilterPreview(asked.expression, asked.compared, *counts, *named)


def change(view: Tables, user: int, name: str, expression: str) -> FilterPreview | None:
    """What saving the expression under a name would change; `None` for a new name, and where one of both is no use."""
    if view.filters.find(name) is None:
        return None
    try:
        return preview(view, user, name, expression)
    except Usage:
        return None


def _asked(view: Tables, user: int, filter: str, instead: str | None, account_name: str | None) -> _Asked:
    if instead is not None:
        before = Selection(where=view.filters.get(filter).expression, user=user)
        return _Asked(instead, f"what {filter} selects now", frozenset(view.records.ids(before)))
    saved = view.filters.find(filter)
    expression = _expression(view, filter) if saved is None else saved.expression
    flagged = frozenset(view.records.ids(Selection(user=user, flagged=True)))
    if account_name is not None:
        account = view.accounts.get(account_name)
        if account.user != user:
            raise Usage("it is another user's account", thing=account.name, next_step="Say whose with --user NAME")
        here = f"what {account.name} gets"
        return _Asked(expression, here, flagged | _seen(view, view.choices.all(account.id)), flagged)
    names = view.filters.accounts(saved.name) if saved else []
    users = [account for account in map(view.accounts.get, names) if account.user == user]
    if not users:
        return _Asked(expression, "the records that you have flagged", flagged)
    got = frozenset(id for account in users for id in _seen(view, view.choices.all(account.id)))
    return _Asked(expression, f"what {', '.join(one.name for one in users)} got last", flagged | got, flagged)


def _seen(view: Tables, ids: frozenset[str]) -> frozenset[str]:
    """Those of the records that whoever asks may see."""
    return ids & frozenset(view.records.ids(EVERYTHING))


def _expression(view: Tables, text: str) -> str:
    """The text, when it is an expression. Raises `Usage`."""
    try:
        view.filters.check(text)
    except Usage as error:
        raise Usage(error.what, thing=error.thing, next_step=error.next_step or _NO_NAME) from error
    return text


def _named(view: Tables, ids: Sequence[str]) -> list[dict[str, Any]]:
    records = view.records.many(ids)
    return [
        {"id": id, "type": records[id].type.value, "name": display_name(records[id].type, records[id].fields)}
        for id in ids
    ]
