"""`crmsync account`: add, list, check, remove."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from crmsync.cli.arguments import Arguments
from crmsync.cli.desk import Desk, emit, narrate, say, table
from crmsync.errors import Usage
from crmsync.model import Mode

if TYPE_CHECKING:
    from crmsync.connectors.base import RemoteCollection

_PRESETS = {"icloud": ("dav", "https://contacts.icloud.com")}
"""Kinds that are another kind with the address filled in."""


def run(desk: Desk, argv: list[str]) -> int:
    """One of the four."""
    options = _parser().parse_args(argv)
    match options.action:
        case "add":
            return _add(desk, options)
        case "list":
            return _list(desk, options)
        case "check":
            return _check(desk, options)
        case _:
            return _remove(desk, options)


def _parser() -> Arguments:
    parser = Arguments("crmsync account", description="The accounts whose items are kept in step.")
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="sign in, look what is there, and remember it")
    add.add_argument("kind", help="dav, icloud, folder, csv")
    add.add_argument("name")
    add.add_argument("--url", default="", help="URL, host name, e-mail address, or path")
    add.add_argument("--username", default="")
    add.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    add.add_argument("--mode", choices=[mode.value for mode in Mode], default=Mode.TWO_WAY.value)
    add.add_argument("--collection", action="append", default=[], metavar="HREF|NAME", help="only this one (repeat)")
    add.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="settings")
    add.add_argument("--json", action="store_true")
    listing = actions.add_parser("list", help="every account and its collections")
    listing.add_argument("--json", action="store_true")
    for name, text in (("check", "sign in and count, change nothing"), ("remove", "forget it; the remote keeps all")):
        one = actions.add_parser(name, help=text)
        one.add_argument("name")
        one.add_argument("--json", action="store_true")
    return parser


def _add(desk: Desk, options: argparse.Namespace) -> int:
    from crmsync import credentials
    from crmsync.connectors import registry
    from crmsync.connectors.base import Secret, Settings
    from crmsync.store.accounts import Account

    kind, url = _PRESETS.get(options.kind, (options.kind, ""))
    url = options.url or url
    with desk.store.view() as view:
        if view.accounts.find(options.name):
            raise Usage("there is such an account already", thing=options.name, next_step="Choose another name")
    password = _password(options)
    secret = Secret(password) if password is not None else None
    settings = Settings(url, options.username, secret, _pairs(options.settings))
    with registry.create(kind, settings) as connector:
        found = connector.collections()
        hints = dict(connector.hints())
    chosen = _chosen(found, options.collection)
    place = credentials.keep(desk.home, options.name, password) if password is not None else ""
    if place == credentials.FILE:
        narrate(f"the password is kept in {desk.home.secrets}, readable by you only")
    with desk.deciding("account added") as tx:
        account = tx.accounts.add(
            Account(
                0,
                options.name,
                kind,
                Mode(options.mode),
                desk.user.id,
                url,
                options.username,
                settings.options,
                hints,
                place,
            )
        )
        for one in found:
            stored = tx.collections.upsert(
                account.id, one.href, one.kind, one.name, one.format, one.accepts, read_only=one.read_only
            )
            tx.collections.select(stored.id, one in chosen)
    if options.json:
        emit({"account": options.name, "collections": [{"name": c.name, "href": c.href} for c in chosen]})
    else:
        names = ", ".join(collection.name for collection in chosen)
        say(f"{options.name}: {len(chosen)} of {len(found)} collections: {names}")
        say(f"next: crmsync sync {options.name}")
    return 0


def _password(options: argparse.Namespace) -> str | None:
    if options.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if options.username and sys.stdin.isatty():
        return getpass.getpass(f"Password of {options.username}: ")
    return None


def _pairs(settings: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for setting in settings:
        key, given, value = setting.partition("=")
        if not given:
            raise Usage("--set takes KEY=VALUE", thing=setting)
        pairs[key] = value
    return pairs


def _chosen(found: Sequence[RemoteCollection], names: Sequence[str]) -> Sequence[RemoteCollection]:
    if not found:
        raise Usage("no address book, calendar or task list is there", next_step="Check the address and the user")
    if not names:
        return found
    chosen = [one for one in found if {one.href, one.name} & set(names)]
    known = {one.href for one in found} | {one.name for one in found}
    if missing := [name for name in names if name not in known]:
        raise Usage(f"there is no such collection; there are {', '.join(sorted(known))}", thing=missing[0])
    return chosen


def _list(desk: Desk, options: argparse.Namespace) -> int:
    with desk.glance().view() as view:
        accounts = [(account, view.collections.of(account.id)) for account in view.accounts.all()]
    if options.json:
        emit(
            {
                "accounts": [
                    {
                        "name": account.name,
                        "kind": account.kind,
                        "mode": account.mode.value,
                        "state": account.state,
                        "message": account.message,
                        "collections": [
                            {
                                "name": one.name,
                                "kind": one.kind.value,
                                "href": one.href,
                                "selected": one.selected,
                                "items": one.items,
                            }
                            for one in collections
                        ],
                    }
                    for account, collections in accounts
                ]
            }
        )
        return 0
    rows = [
        (account.name, account.kind, account.mode, account.state, one.name, one.kind, one.items)
        for account, collections in accounts
        for one in collections
        if one.selected
    ]
    head = ("account", "kind", "mode", "state", "collection", "holds", "items")
    table(head, rows, "No account yet. Add one with `crmsync account add`.")
    return 0


def _check(desk: Desk, options: argparse.Namespace) -> int:
    from crmsync.cli.remotes import connect

    with desk.store.view() as view:
        account = view.accounts.get(options.name)
    with connect(desk, account) as connector:
        found = connector.collections()
        lines = [(one.name, one.kind.value, len(connector.listing(one))) for one in found]
        requests = connector.traffic.requests
    if options.json:
        collections = [{"name": name, "kind": kind, "items": items} for name, kind, items in lines]
        emit({"account": account.name, "ok": True, "requests": requests, "collections": collections})
    else:
        table(("collection", "holds", "items"), lines, "Signed in; there is nothing there.")
    return 0


def _remove(desk: Desk, options: argparse.Namespace) -> int:
    from crmsync import credentials

    with desk.deciding("account removed") as tx:
        account = tx.accounts.get(options.name)
        tx.accounts.remove(account.id)
    if account.secret_place:
        credentials.forget(desk.home, account.name, account.secret_place)
    if options.json:
        emit({"removed": account.name})
    else:
        say(f"{account.name}: forgotten. Its records stay in the CRM, its items stay at the remote.")
    return 0
