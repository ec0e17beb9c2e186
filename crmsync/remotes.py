"""An account of the store as a connector that is ready to be asked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from crmsync import credentials
from crmsync.connectors import registry
from crmsync.connectors.base import Connector, Secret, Settings
from crmsync.cycle import Rules
from crmsync.desk import Desk
from crmsync.errors import Usage
from crmsync.model import FILES
from crmsync.store.accounts import Account


def connect(desk: Desk, account: Account, secret: Secret | None = None) -> Connector:
    """The connector of an account, with its secret or another one.

    Raises `SignInNeeded`, `BadConfig`, and `Usage` for the account of imported files, which has no remote.
    """
    if account.kind == FILES:
        raise Usage("these are the files that were imported; there is no remote", thing=account.name)
    if secret is None and account.secret_place:
        command = desk.config.account(account.name).secret_command
        secret = Secret(credentials.fetch(desk.home, account.name, account.secret_place, os.environ, command))
    settings = Settings(account.url, account.username, secret, for_connector(account.options), account.hints)
    return registry.create(account.kind, settings)


def rules(desk: Desk, account: Account) -> Rules:
    """What the config says about an account."""
    config = desk.config
    budgets = replace(config.budgets, mails=account.options.get(MAILS) == "yes")
    return Rules(config.policies(account.name, account.mode), budgets, config.region, config.exports(account.name))


MAILS = "mails"


def for_connector(options: Mapping[str, str]) -> Mapping[str, str]:
    """The account's options without `mails=yes` (its server may mail the participants of meetings), which is ours.

    Raises `Usage` when it is neither yes nor no.
    """
    if options.get(MAILS, "no") not in ("yes", "no"):
        raise Usage("it is yes or no", thing=f"--set {MAILS}={options[MAILS]}")
    return {name: value for name, value in options.items() if name != MAILS}
