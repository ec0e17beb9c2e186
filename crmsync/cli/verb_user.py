"""`crmsync user`: who uses this CRM, and what each may see."""

from __future__ import annotations

import argparse
from dataclasses import replace

from crmsync.cli.answers import emit, say, table
from crmsync.cli.arguments import Arguments
from crmsync.desk import Desk
from crmsync.store.users import Scope, User


def run(desk: Desk, argv: list[str]) -> int:
    """Add, list or set."""
    options = _parser().parse_args(argv)
    if options.action == "list":
        return _list(desk, options)
    with desk.deciding() as tx:
        user = User(0, options.name) if options.action == "add" else tx.users.get(options.name)
        if options.email is not None:
            user = replace(user, email=options.email)
        if options.scope is not None:
            user = replace(user, scope=Scope(options.scope))
        if options.team is not None:
            user = replace(user, team=options.team.strip())
        if options.suppliers is not None:
            user = replace(user, sees_suppliers=options.suppliers == "yes")
        if options.action == "add":
            user = tx.users.add(user)
        else:
            tx.users.set(user)
    if options.json:
        emit({"user": user.name})
    else:
        say(f"{user.name}: sees {user.scope} records{'' if user.sees_suppliers else ', no suppliers'}")
    return 0


def _parser() -> Arguments:
    parser = Arguments("crmsync user", description="Who uses this CRM.")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="everybody")
    for name, text in (("add", "a new user"), ("set", "change what a user may see")):
        one = actions.add_parser(name, help=text)
        one.add_argument("name")
        one.add_argument("--email")
        one.add_argument("--scope", choices=[scope.value for scope in Scope])
        one.add_argument("--team", help='with --scope team, records of everybody in the same team are seen; "": none')
        one.add_argument("--suppliers", choices=["yes", "no"])
    for one in actions.choices.values():
        one.add_argument("--json", action="store_true")
    return parser


def _list(desk: Desk, options: argparse.Namespace) -> int:
    with desk.glance().view() as view:
        users = view.users.all()
    if options.json:
        lines = [
            {
                "name": user.name,
                "email": user.email,
                "scope": user.scope.value,
                "suppliers": user.sees_suppliers,
                "team": user.team or None,
            }
            for user in users
        ]
        emit({"users": lines})
    else:
        rows = [
            (user.name, user.email, user.scope, user.team, "yes" if user.sees_suppliers else "no") for user in users
        ]
        table(("name", "e-mail", "sees", "team", "suppliers"), rows, "Nobody.")
    return 0
