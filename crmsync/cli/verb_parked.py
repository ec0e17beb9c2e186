"""`crmsync parked`: items that could not be read, or that a remote refused."""

from __future__ import annotations

import argparse
from typing import Any

from crmsync.cli.answers import emit, say, table
from crmsync.cli.arguments import Arguments, positive
from crmsync.desk import Desk
from crmsync.store.parked import ParkedItem
from crmsync.store.store import Tables


def run(desk: Desk, argv: list[str]) -> int:
    """List, show, retry or drop."""
    parser = Arguments("crmsync parked", description="Items set aside with their text and the reason.")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="what is set aside")
    actions.add_parser("show", help="reason and raw text").add_argument("id", type=positive)
    for name, text in (("retry", "try again with the next sync"), ("drop", "forget it; with a record: leave it so")):
        actions.add_parser(name, help=text).add_argument("ids", type=positive, nargs="+", metavar="ID")
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
        "attempts": parked.attempts,
        "at": parked.at,
        "kind": "write" if parked.refused else "read",
        "record": _record(view, parked),
        "dropped": parked.dropped,
    }


def _record(view: Tables, parked: ParkedItem) -> str | None:
    """Whose item it is, or is to become."""
    link = view.links.by_href(parked.collection, parked.href)
    found = view.records.get(link.record if link else parked.href, deleted=True)
    return None if found is None else found.id


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
        found = [tx.parked.get(id) for id in options.ids]
        records = [record for parked in found if (record := _record(tx, parked)) is not None]
        if options.action == "drop":
            tx.parked.drop(options.ids)
        else:
            tx.parked.retry(options.ids)
            for parked in found:
                tx.mirror.mark_dirty(parked.collection, [parked.href])
    if options.json:
        emit({options.action: len(found)})
    else:
        say(f"{'dropped' if options.action == 'drop' else 'tried again with the next sync'}: {len(found)}")
        if options.action == "drop" and records:
            say(f"out of step with the remote until one of the two changes: {', '.join(records)}")
    return 0
