"""Saving a filter, and giving it to an account."""

from __future__ import annotations

from crmsync.errors import Usage
from crmsync.model import Mode
from crmsync.store.accounts import Account
from crmsync.store.filters import Filter
from crmsync.store.record_list import Selection
from crmsync.store.store import Tables


def save(tx: Tables, user: int, name: str, expression: str) -> tuple[Filter, int]:
    """Saves it, in the place of one of that name, and counts what it selects. Raises `Usage`."""
    saved = tx.filters.set(name, expression)
    return saved, tx.records.count(Selection(where=saved.expression, user=user))  # some fail on real records only


def use(tx: Tables, account_name: str, filter: str | None) -> Account:
    """From now on the account gets what the filter selects beside what is flagged; `None`: what is flagged only.

    Nothing is written at the remote before its next sync. Raises `Usage`.
    """
    account = tx.accounts.get(account_name)
    if account.mode is Mode.IMPORT:
        raise Usage("nothing is written to an import-only account, so a filter has no meaning", thing=account.name)
    tx.choices.use(account.id, None if filter is None else tx.filters.get(filter).id)
    return account
