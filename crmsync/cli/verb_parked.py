"""`crmsync parked`: items that could not be read, or that a remote refused."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from crmsync.cli.answers import emit, say, table
from crmsync.cli.arguments import Arguments, positive
from crmsync.desk import Desk
from crmsync.review.parked import alike, drop, kind_of, record_of, retry
from crmsync.store.parked import ParkedItem
from crmsync.store.store import Tables


def run(desk: Desk, argv: list[str]) -> int:
    """List, show, retry or drop."""
    parser = Arguments("crmsync parked", description="Items set aside with their text and the reason.")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="what is set aside")
    actions.add_parser("show", help="reason and raw text").add_argument("id", type=positive)
    for name, text in (("retry", "try again with the next sync"), ("drop", "forget it; with a record: leave it so")):
        one = actions.add_parser(name, help=text)
        one.add_argument("ids", type=positive, nargs="+", metavar="ID")
        one.add_argument("--like", action="store_true", help="also all others with a fault of the same kind")
    for one in actions.choices.values():
        one.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    match options.action:
        case "list":
            return _list(desk, options)
        case "show":
            return _show(desk, options)
        case _:
            return _decide(desk, options)


def _json(view: Tables, parked: ParkedItem) -> dict[str, Any]:
    collection = view.collections.get(parked.collection)
    account = view.accounts.by_id(collection.account).name
    return {
        "id": parked.id,
        "account": account,
        "collection": collection.name,
        "href": parked.href,
        "reason": parked.reason,
        "fault": kind_of(parked.reason),
        "attempts": parked.attempts,
        "at": parked.at,
        "kind": "write" if parked.refused else "read",
        "record": record_of(view, parked),
        "dropped": parked.dropped,
    }


def _list(desk: Desk, options: argparse.Namespace) -> int:
    with desk.glancing() as view:
        lines = [_json(view, parked) for parked in view.parked.list()]
    if options.json:
        emit({"parked": lines})
    else:
        rows = [
            (line["id"], line["account"], line["href"], f"{'left so: ' if line['dropped'] else ''}{line['reason']}")
            for line in lines
        ]
        table(("id", "account", "item", "why"), rows, "Nothing is parked.")
    return 0


def _show(desk: Desk, options: argparse.Namespace) -> int:
    with desk.glancing() as view:
        parked = view.parked.get(options.id)
        line = _json(view, parked)
    raw = "" if parked.raw is None else parked.raw.decode("utf-8", "backslashreplace")
    if options.json:
        emit({**line, "raw": raw})
    else:
        say(f"{line['account']} {line['href']}: {line['reason']} (tried {line['attempts']} times)")
        for text in raw.splitlines():
            say(text)
    return 0


def _decide(desk: Desk, options: argparse.Namespace) -> int:
    with desk.deciding(seeing=True) as tx:
        ids = alike(tx, options.ids) if options.like else options.ids
        records: Sequence[str] = []
        if options.action == "drop":
            records = drop(tx, ids)
        else:
            retry(tx, ids)
    if options.json:
        emit({options.action: len(ids)})
    else:
        say(f"{'dropped' if options.action == 'drop' else 'tried again with the next sync'}: {len(ids)}")
        if records:
            say(f"out of step with the remote until one of the two changes: {', '.join(records)}")
    return 0
