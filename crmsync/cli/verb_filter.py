"""`crmsync filter`: expressions with a name, and what each would select, before anything uses them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crmsync.cli.answers import answer, emit, say, table
from crmsync.cli.arguments import Arguments
from crmsync.core.fieldmap import display_name
from crmsync.desk import Desk
from crmsync.errors import Usage
from crmsync.store.record_columns import record_columns
from crmsync.store.record_list import EVERYTHING, Selection
from crmsync.store.store import Tables

_SHOWN = 20
"""So many names of those who enter and of those who leave are shown."""

_MEANING = """A filter is a SQL WHERE expression over the columns below; it can reach nothing else.
"matches" counts the records for which it holds. "enters" and "leaves" compare them with what is
selected today:
  preview EXPR          with the records that you have flagged: what would change on your phone if
                        the expression took the place of your flags
  preview NAME          with what your accounts that use the filter got from it and your flags at
                        their last sync; where none uses it, with your flags as above
  preview NAME EXPR     with what NAME selects now: what `filter set NAME EXPR` would change
  preview ... --account A   with what account A got from its filter and the flags at its last sync:
                        what would change there if it used this one; flagged records stay
A preview changes nothing. Which of those who enter an account may not leave the CRM (consent, scope,
types that it cannot hold) shows `crmsync sync A --dry-run`. Who leaves a filter stays in the CRM."""


def run(desk: Desk, argv: list[str]) -> int:
    """One of the actions."""
    options = _parser().parse_args(argv)
    match options.action:
        case "set":
            return _set(desk, options)
        case "remove":
            with desk.deciding() as tx:
                tx.filters.remove(options.name)
            return answer(options, {"removed": options.name}, f"{options.name}: forgotten; no record was touched")
        case "list":
            return _list(desk, options)
        case _:
            return _preview(desk, options)


def _parser() -> Arguments:
    parser = Arguments("crmsync filter", description="Expressions with a name.")
    columns = f"Columns: {', '.join(record_columns(0).names())}"
    actions = parser.add_subparsers(dest="action", required=True)
    setting = actions.add_parser("set", help="save an expression, or change a saved one", epilog=columns)
    setting.add_argument("name", metavar="NAME")
    setting.add_argument("expression", metavar="EXPR")
    actions.add_parser("list", help="every saved filter, and the accounts that use it")
    preview = actions.add_parser(
        "preview",
        help="who would be selected, who enters, who leaves",
        description=_MEANING,
        epilog=columns,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    preview.add_argument("filter", metavar="NAME|EXPR")
    preview.add_argument("instead", metavar="EXPR", nargs="?", help="what NAME is to become")
    preview.add_argument("--account", metavar="A", help="compare with what this account gets")
    actions.add_parser("remove", help="forget a filter that no account uses").add_argument("name", metavar="NAME")
    for one in actions.choices.values():
        one.add_argument("--json", action="store_true")
    return parser


def _set(desk: Desk, options: argparse.Namespace) -> int:
    user = desk.user.id
    with desk.deciding(seeing=True) as tx:
        saved = tx.filters.set(options.name, options.expression)
        matches = tx.records.count(Selection(where=saved.expression, user=user))  # some fail on real records only
    data = {"filter": saved.name, "expression": saved.expression, "matches": matches}
    return answer(options, data, f"{saved.name}: saved; {matches:,} records match")


def _list(desk: Desk, options: argparse.Namespace) -> int:
    with desk.seeing() as view:
        filters = [(one, view.filters.accounts(one.name)) for one in view.filters.all()]
    if options.json:
        lines = [{"name": one.name, "expression": one.expression, "accounts": names} for one, names in filters]
        emit({"filters": lines})
    else:
        rows = [(one.name, one.expression, ", ".join(names)) for one, names in filters]
        table(("filter", "expression", "used by"), rows, "No filter yet. Save one with `crmsync filter set NAME EXPR`.")
    return 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """What to preview: `today` is compared with, `compared` says in words what that is, and `stays` never leaves."""

    expression: str
    compared: str
    today: frozenset[str]
    stays: frozenset[str] = frozenset()


def _preview(desk: Desk, options: argparse.Namespace) -> int:
    user = desk.user.id
    with desk.seeing() as view:
        asked = _asked(view, user, options)
        selected = view.records.ids(Selection(where=asked.expression, user=user))
        entering = [id for id in selected if id not in asked.today]
        leaving = sorted(asked.today - asked.stays - set(selected))
        named = [_named(view, ids[:_SHOWN]) for ids in (entering, leaving)]
    counts = {"matches": len(selected), "enters": len(entering), "leaves": len(leaving)}
    if options.json:
        shown = dict(zip(("entering", "leaving"), named, strict=True))
        emit({"expression": asked.expression, "compared_with": asked.compared, **counts, **shown})
        return 0
    say(f"{counts['matches']:,} records match; compared with {asked.compared}:")
    for word, ids, lines in (("enter", entering, named[0]), ("leave", leaving, named[1])):
        say(f"{len(ids):,} {word}{':' if lines else ''}")
        for line in lines:
            say(f"  {line['name']}  ({line['type']} {line['id']})")
        if len(ids) > len(lines):
            say(f"  and {len(ids) - len(lines):,} more")
    return 0


def _asked(view: Tables, user: int, options: argparse.Namespace) -> _Asked:
    if options.instead is not None:
        before = Selection(where=view.filters.get(options.filter).expression, user=user)
        return _Asked(options.instead, f"what {options.filter} selects now", frozenset(view.records.ids(before)))
    saved = view.filters.find(options.filter)
    expression = _expression(view, options.filter) if saved is None else saved.expression
    flagged = frozenset(view.records.ids(Selection(user=user, flagged=True)))
    if options.account is not None:
        account = view.accounts.get(options.account)
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


_NO_NAME = "It is no saved filter either: see `crmsync filter list`"


def _named(view: Tables, ids: Sequence[str]) -> list[dict[str, Any]]:
    records = view.records.many(ids)
    return [
        {"id": id, "type": records[id].type.value, "name": display_name(records[id].type, records[id].fields)}
        for id in ids
    ]
