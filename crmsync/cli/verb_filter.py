"""`crmsync filter`: expressions with a name, and what each would select, before anything uses them."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from crmsync.cli.answers import answer, emit, narrate, say, table
from crmsync.cli.arguments import Arguments
from crmsync.desk import Desk
from crmsync.review.filter_preview import change, preview
from crmsync.review.saved_filters import save
from crmsync.store.record_columns import record_columns

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
    with desk.seeing() as view:
        before = change(view, user, options.name, options.expression)
    with desk.deciding(seeing=True) as tx:
        saved, matches = save(tx, user, options.name, options.expression)
    if before is not None and before.takes_many:
        narrate(f"{before.leaves:,} of the {before.today:,} records that it selected are no longer in it")
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


def _preview(desk: Desk, options: argparse.Namespace) -> int:
    with desk.seeing() as view:
        found = preview(view, desk.user.id, options.filter, options.instead, options.account)
    if options.json:
        shown = {key: value for key, value in asdict(found).items() if key != "today"}
        emit(shown)
        return 0
    say(f"{found.matches:,} records match; compared with {found.compared_with}:")
    for word, number, lines in (("enter", found.enters, found.entering), ("leave", found.leaves, found.leaving)):
        say(f"{number:,} {word}{':' if lines else ''}")
        for line in lines:
            say(f"  {line['name']}  ({line['type']} {line['id']})")
        if number > len(lines):
            say(f"  and {number - len(lines):,} more")
    return 0
