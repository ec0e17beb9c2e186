"""Leaving an account alone for a while, and going on with it."""

from __future__ import annotations

from crmsync.errors import Usage
from crmsync.model import FILES
from crmsync.store.accounts import Account
from crmsync.store.store import Tables


def pause(tx: Tables, name: str, *, paused: bool) -> Account:
    """Nothing is read from or written to a paused account. Raises `Usage` for no account, and for imported files."""
    account = tx.accounts.get(name)
    if account.kind == FILES:
        raise Usage("these are the files that were imported; there is no sync to pause", thing=name)
    tx.accounts.set_paused(account.id, paused)
    return tx.accounts.get(name)
