"""`crmsync conflicts`: fields that two sides changed, and deletions that wait for a person."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from crmsync.cli.arguments import Arguments, positive
from crmsync.cli.desk import Desk, answer, emit, table
from crmsync.cli.field_values import as_json, in_words, parse
from crmsync.errors import Usage
from crmsync.review import conflicts
from crmsync.review.conflicts import DELETED, Choice
from crmsync.store.conflict_log import LoggedConflict

_EMPTY = "(empty)"


def run(desk: Desk, argv: list[str]) -> int:
    """List, or resolve."""
    options = _parser().parse_args(argv)
    return _list(desk, options) if options.action == "list" else _resolve(desk, options)


def _parser() -> Arguments:
    parser = Arguments("crmsync conflicts", description="Values of which two exist.")
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="what is open")
    listing.add_argument("--decided", action="store_true", help="what was decided, by whom, and the value that lost")
    listing.add_argument("--json", action="store_true")
    resolve = actions.add_parser("resolve", help="say which value stands")
    resolve.add_argument("ids", nargs="*", type=positive, metavar="ID")
    resolve.add_argument("--field", help="all open conflicts about this field")
    resolve.add_argument("--all", action="store_true")
    how = resolve.add_mutually_exclusive_group(required=True)
    for choice in (Choice.CRM, Choice.REMOTE, Choice.BASE, Choice.BOTH):
        how.add_argument(f"--{choice}", action="store_const", const=choice, dest="choice")
    how.add_argument("--value", help="another value; for a deletion: unflag, archive or delete")
    resolve.add_argument("--json", action="store_true")
    return parser


def _list(desk: Desk, options: argparse.Namespace) -> int:
    with desk.glance().view() as view:
        found = view.conflicts.list(open=not options.decided)
        accounts = {account.id: account.name for account in view.accounts.all()}
        places = {one.id: accounts[one.account] for one in view.collections.all()}
        records = view.records.many({one.conflict.record for one in found})
        names = {id: str(one.fields.get("name") or one.fields.get("summary") or id) for id, one in records.items()}
    if options.json:
        emit({"conflicts": [_json(one, names, places) for one in found]})
        return 0
    head = ("id", "name", "account", "field", "CRM", "remote", *(("decided",) if options.decided else ()))
    rows = [
        (
            one.id,
            names.get(one.conflict.record, ""),
            places.get(one.collection, ""),
            *_in_words(one),
            *((one.resolution,) if options.decided else ()),
        )
        for one in found
    ]
    table(head, rows, "No conflict was decided yet." if options.decided else "No conflict is open.")
    return 0


def _json(logged: LoggedConflict, names: Mapping[str, str], places: Mapping[int, str]) -> dict[str, Any]:
    conflict = logged.conflict
    line = {
        "id": logged.id,
        "record": conflict.record,
        "name": names.get(conflict.record, ""),
        "account": places.get(logged.collection, ""),
        "field": conflict.field,
        "base": as_json(conflict.base),
        "crm": as_json(conflict.crm),
        "remote": as_json(conflict.remote),
        "since": logged.since,
    }
    if logged.open:
        return line
    decision = {"resolution": logged.resolution, "losing": as_json(logged.losing)}
    return {**line, **decision, "at": logged.resolved_at, "by": logged.resolved_by}


def _in_words(logged: LoggedConflict) -> tuple[str, str, str]:
    conflict = logged.conflict
    if conflict.field == DELETED:
        words = {True: "deleted", False: "kept"}
        return "(deletion)", words[bool(conflict.crm)], words[bool(conflict.remote)]
    return conflict.field, in_words(conflict.crm) or _EMPTY, in_words(conflict.remote) or _EMPTY


def _resolve(desk: Desk, options: argparse.Namespace) -> int:
    choice = Choice.VALUE if options.choice is None else options.choice
    with desk.deciding() as tx:
        found = _chosen(options, tx.conflicts.list())
        for one in found:
            value = None
            if choice is Choice.VALUE:
                value = options.value if one.conflict.field == DELETED else parse(one.conflict.field, options.value)
            conflicts.resolve(tx, one.id, choice, value)
    text = f"resolved: {len(found):,}. The remotes follow with the next `crmsync sync`."
    return answer(options, {"resolved": len(found), "ids": [one.id for one in found]}, text)


def _chosen(options: argparse.Namespace, waiting: Sequence[LoggedConflict]) -> Sequence[LoggedConflict]:
    if options.ids:
        known = {one.id: one for one in waiting}
        if missing := [id for id in options.ids if id not in known]:
            raise Usage("no such conflict is open", thing=str(missing[0]), next_step="See `crmsync conflicts list`")
        return [known[id] for id in dict.fromkeys(options.ids)]
    if options.field:
        return [one for one in waiting if one.conflict.field == options.field]
    if options.all:
        return waiting
    raise Usage("say which conflicts: their ids, --field F or --all")
