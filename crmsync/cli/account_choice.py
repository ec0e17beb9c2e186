"""What an account gets beside the flagged records, its filter; and whether it is synced at all."""

from __future__ import annotations

import argparse

from crmsync.cli.answers import answer, narrate
from crmsync.desk import Desk
from crmsync.review import pausing, saved_filters


def choose(desk: Desk, options: argparse.Namespace) -> int:
    """Gives the account a filter, or takes it away. Nothing is written at the remote before the next sync."""
    with desk.deciding("filter chosen", seeing=True) as tx:
        account = saved_filters.use(tx, options.name, options.filter)
    name = options.filter
    narrate(f"the next sync applies it: `crmsync sync {account.name} --dry-run` shows what it will do")
    text = f"{account.name}: gets what is flagged" + (f", and what the filter {name} selects" if name else "")
    return answer(options, {"account": account.name, "filter": name}, text)


def pause(desk: Desk, options: argparse.Namespace) -> int:
    """Leaves the account alone, or goes on with it."""
    with desk.deciding("paused" if options.pause else "resumed", seeing=True) as tx:
        account = pausing.pause(tx, options.name, paused=options.pause)
    text = f"{account.name}: paused; nothing is read or written there" if account.paused else f"{account.name}: resumed"
    return answer(options, {"account": account.name, "paused": account.paused}, text)
