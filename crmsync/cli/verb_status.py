"""`crmsync status`: what is going on, and what waits for a person. Meant to be asked every minute."""

from __future__ import annotations

import argparse

from crmsync.cli.desk import Desk, emit, say, table
from crmsync.cli.frame import OK, REVIEW


def run(desk: Desk, argv: list[str]) -> int:
    """Counts come from counters, so a hundred thousand records cost no more than ten."""
    parser = argparse.ArgumentParser("crmsync status", description="What is going on, and what waits for you.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--exit-code", action="store_true", help="3 when something waits for a person")
    options = parser.parse_args(argv)
    with desk.glance().view() as view:
        accounts = [(account, view.collections.of(account.id)) for account in view.accounts.all()]
        last = {run.account: run for run in reversed(view.runs.list(limit=200)) if run.finished}
        counts = {
            "records": sum(view.records.totals().values()),
            "queue": view.queue.count(),
            "conflicts": view.conflicts.count(),
            "held": view.plans.count(),
            "parked": view.parked.count(),
        }
    if options.json:
        emit(
            {
                "daemon": {"running": False},
                "accounts": [
                    {
                        "name": account.name,
                        "kind": account.kind,
                        "state": account.state,
                        "message": account.message,
                        "items": sum(one.items for one in collections),
                        "last_sync": last[account.name].finished if account.name in last else None,
                    }
                    for account, collections in accounts
                ],
                "counts": counts,
            }
        )
    else:
        rows = [
            (
                account.name,
                account.state,
                sum(one.items for one in collections),
                last[account.name].finished if account.name in last else "never",
                account.message,
            )
            for account, collections in accounts
        ]
        table(
            ("account", "state", "items", "last sync", ""), rows, "No account yet. Add one with `crmsync account add`."
        )
        say(", ".join(f"{name} {count:,}" for name, count in counts.items()))
    waiting = counts["queue"] or counts["conflicts"] or counts["held"] or counts["parked"]
    return REVIEW if options.exit_code and waiting else OK
