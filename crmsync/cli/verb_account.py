"""`crmsync account`: add, list, check, remove."""

from __future__ import annotations

import argparse
import getpass
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crmsync.cli.arguments import Arguments
from crmsync.cli.desk import FILES, Desk, answer, emit, narrate, say, table
from crmsync.cli.frame import ERROR, OK
from crmsync.errors import Refused, Usage
from crmsync.model import Mode
from crmsync.safe import safe

if TYPE_CHECKING:
    from crmsync.connectors.base import RemoteCollection
    from crmsync.store.accounts import Account
    from crmsync.store.collections_of import Collection
    from crmsync.store.store import Tables

_PRESETS = {"icloud": ("dav", "https://contacts.icloud.com")}
"""Kinds that are another kind with the address filled in."""

_WHERE_FROM = (
    "read the password from standard input; without it, from the environment variable CRMSYNC_SECRET_<NAME>, a systemd "
    "credential or the config's secret_command where there is one, else it is asked for at a terminal"
)
_SELECT = "crmsync account select"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_TAKEN = (FILES, "crm", "any", "cli", "tui")
"""`crm` and `any` are words of `[[masters]]`, the others origins in the journal."""


def run(desk: Desk, argv: list[str]) -> int:
    """One of the actions."""
    options = _parser().parse_args(argv)
    actions = {
        "add": _add,
        "list": _list,
        "check": _check,
        "sign-in": _sign_in,
        "select": _select,
        "remove": _remove,
    }
    return actions[options.action](desk, options)


def _parser() -> Arguments:
    parser = Arguments("crmsync account", description="The accounts whose items are kept in step.")
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="sign in, look what is there, and remember it")
    add.add_argument("kind", help="dav, icloud, folder, csv")
    add.add_argument("name")
    add.add_argument("--url", default="", help="URL, host name, e-mail address, or path")
    add.add_argument("--username", default="")
    add.add_argument("--password-stdin", action="store_true", help=_WHERE_FROM)
    add.add_argument("--mode", choices=[mode.value for mode in Mode], default=Mode.TWO_WAY.value)
    add.add_argument("--collection", action="append", default=[], metavar="HREF|NAME", help="only this one (repeat)")
    add.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="settings")
    add.add_argument("--json", action="store_true")
    listing = actions.add_parser("list", help="every account and its collections")
    listing.add_argument("--json", action="store_true")
    for name, text in (
        ("check", "sign in and count, change nothing"),
        ("sign-in", "give its password again"),
        ("select", "say anew which of its collections take part"),
        ("remove", "forget it; the remote keeps all"),
    ):
        one = actions.add_parser(name, help=text)
        one.add_argument("name")
        one.add_argument("--json", action="store_true")
    actions.choices["sign-in"].add_argument("--password-stdin", action="store_true", help=_WHERE_FROM)
    actions.choices["select"].add_argument(
        "--collection", action="append", default=[], metavar="HREF|NAME", help="only this one (repeat; default: all)"
    )
    actions.choices["remove"].add_argument("--eject", action="store_true", help="delete there what crmsync wrote there")
    return parser


def _add(desk: Desk, options: argparse.Namespace) -> int:
    """Nothing is written before the remote has answered; what fails after that takes the secret back."""
    from crmsync import credentials
    from crmsync.connectors import registry
    from crmsync.connectors.base import Secret, Settings
    from crmsync.store.accounts import Account

    _refuse_name(desk, options.name)
    kind, url = _PRESETS.get(options.kind, (options.kind, ""))
    url = options.url or url
    given = credentials.outside(options.name, os.environ, desk.config.account(options.name).secret_command)
    password = _password(options, options.username) if given is None else given
    settings = Settings(
        url, options.username, Secret(password) if password is not None else None, _pairs(options.settings)
    )
    with registry.create(kind, settings) as connector:
        found = connector.collections()
        hints = dict(connector.hints())
    chosen = _chosen(found, options.collection)
    place = credentials.OUTSIDE if given is not None else ""
    if password is not None and given is None:
        place = credentials.keep(desk.home, options.name, password)
    mode = Mode(options.mode)
    account = Account(0, options.name, kind, mode, desk.user.id, url, options.username, settings.options, hints, place)
    try:
        _remember(desk, account, found, chosen)
    except BaseException:
        if place:
            credentials.forget(desk.home, options.name, place)
        raise
    if place == credentials.FILE:
        narrate(f"the password is kept in {desk.home.secrets}, readable by you only")
    names = ", ".join(collection.name for collection in chosen)
    data = {"account": options.name, "collections": [{"name": one.name, "href": one.href} for one in chosen]}
    answer(options, data, f"{options.name}: {len(chosen)} of {len(found)} collections: {names}")
    if not options.json:
        say(f"next: crmsync sync {options.name}")
    return 0


def _remember(
    desk: Desk, account: Account, found: Sequence[RemoteCollection], chosen: Sequence[RemoteCollection]
) -> None:
    with desk.deciding("account added") as tx:
        _store(tx, tx.accounts.add(account).id, found, chosen)


def _store(tx: Tables, account: int, found: Sequence[RemoteCollection], chosen: Sequence[RemoteCollection]) -> None:
    """What the remote has now; of what it had, only what was chosen takes part."""
    for old in tx.collections.of(account):
        tx.collections.select(old.id, False)
    for one in found:
        stored = tx.collections.upsert(
            account, one.href, one.kind, one.name, one.format, one.accepts, read_only=one.read_only
        )
        tx.collections.select(stored.id, one in chosen)


def _refuse_name(desk: Desk, name: str) -> None:
    """Names are typed in a shell, stand in variables and are the origin of every change in the journal."""
    if not _NAME.fullmatch(name):
        raise Usage(
            "an account's name is letters, digits, '.', '_' or '-', at most 64, and begins with a letter or digit",
            thing=name,
        )
    if name in _TAKEN:
        raise Usage("crmsync itself goes by this name", thing=name, next_step="Choose another name")
    with desk.store.view() as view:
        if view.accounts.find(name):
            raise Usage("there is such an account already", thing=name, next_step="Choose another name")


def _password(options: argparse.Namespace, username: str) -> str | None:
    """From standard input where that was said, else asked for at a terminal; never from an argument."""
    if options.password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise Usage("there is no password on standard input", thing="--password-stdin")
        return password
    if username and sys.stdin.isatty():
        return getpass.getpass(f"Password of {safe(username)}: ")
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
        emit({"accounts": [_json(account, collections) for account, collections in accounts]})
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


def _json(account: Account, collections: Sequence[Collection]) -> dict[str, Any]:
    lines = [
        {
            "name": one.name,
            "kind": one.kind.value,
            "href": one.href,
            "selected": one.selected,
            "items": one.items,
        }
        for one in collections
    ]
    return {
        "name": account.name,
        "kind": account.kind,
        "mode": account.mode.value,
        "state": account.state,
        "message": account.message,
        "collections": lines,
    }


def _check(desk: Desk, options: argparse.Namespace) -> int:
    from crmsync.cli.remotes import connect

    with desk.store.view() as view:
        account = view.accounts.get(options.name)
        known = {one.href: one for one in view.collections.of(account.id)}
    with connect(desk, account) as connector:
        found = connector.collections()
        lines = [
            {
                "name": one.name,
                "kind": one.kind.value,
                "href": one.href,
                "items": len(connector.listing(one)),
                "state": "new" if one.href not in known else "synced" if known[one.href].selected else "left out",
            }
            for one in found
        ]
        requests = connector.traffic.requests
    gone = [one for href, one in known.items() if one.selected and href not in {there.href for there in found}]
    lines += [{"name": one.name, "kind": one.kind.value, "href": one.href, "items": 0, "state": "gone"} for one in gone]
    if options.json:
        emit({"account": account.name, "ok": not gone, "requests": requests, "collections": lines})
    else:
        rows = [(line["name"], line["kind"], line["items"], line["state"]) for line in lines]
        table(("collection", "holds", "items", "state"), rows, "Signed in; there is nothing there.")
    for one in gone:
        narrate(f"{one.name} is no longer there: put it back at the remote, or run `{_SELECT} {account.name}`")
    return ERROR if gone else OK


def _sign_in(desk: Desk, options: argparse.Namespace) -> int:
    """The new password replaces the old one only once the remote has accepted it."""
    from crmsync import credentials
    from crmsync.cli.remotes import connect
    from crmsync.connectors.base import Secret

    with desk.store.view() as view:
        account = view.accounts.get(options.name)
    password = _password(options, account.username)
    if password is None:
        raise Usage("say where the password is to come from", thing=account.name, next_step="Use --password-stdin")
    with connect(desk, account, Secret(password)) as connector:
        connector.collections()
    place = credentials.keep(desk.home, account.name, password)
    if account.secret_place not in ("", place):
        credentials.forget(desk.home, account.name, account.secret_place)
    with desk.deciding("signed in again") as tx:
        tx.accounts.set(replace(tx.accounts.get(account.name), secret_place=place, state="ok", message=""))
    return answer(options, {"account": account.name}, f"{account.name}: signed in")


def _select(desk: Desk, options: argparse.Namespace) -> int:
    """Asks the remote what there is. What is left out keeps its links, for when it takes part again."""
    from crmsync.cli.remotes import connect

    with desk.store.view() as view:
        account = view.accounts.get(options.name)
    with connect(desk, account) as connector:
        found = connector.collections()
    chosen = _chosen(found, options.collection)
    with desk.deciding("collections chosen") as tx:
        _store(tx, account.id, found, chosen)
    names = ", ".join(collection.name for collection in chosen)
    data = {"account": account.name, "collections": [{"name": one.name, "href": one.href} for one in chosen]}
    return answer(options, data, f"{account.name}: {len(chosen)} of {len(found)} collections: {names}")


def _remove(desk: Desk, options: argparse.Namespace) -> int:
    from crmsync import credentials

    with desk.store.view() as view:
        account = view.accounts.get(options.name)
    ejected = _eject(desk, account) if options.eject else 0
    if account.secret_place:  # first: an account without its secret can be removed again, a secret by itself cannot
        credentials.forget(desk.home, account.name, account.secret_place)
    with desk.deciding("account removed") as tx:
        tx.accounts.remove(account.id)
    rest = f"{ejected:,} items that crmsync wrote were removed" if options.eject else "its items stay at the remote"
    text = f"{account.name}: forgotten. Its records stay in the CRM, {rest}."
    return answer(options, {"removed": account.name, "ejected": ejected}, text)


def _eject(desk: Desk, account: Account) -> int:
    from crmsync import cycle
    from crmsync.cli.desk import now
    from crmsync.cli.remotes import connect

    with connect(desk, account) as connector:
        ejected = cycle.eject(desk.store, account.name, connector, now)
    if ejected.kept:
        for line in ejected.kept:
            narrate(f"kept {line}")
        raise Refused(
            f"{len(ejected.kept):,} items cannot be removed, so the account stays",
            thing=account.name,
            next_step=f"Run `crmsync sync {account.name}`, which brings in what changed there, and try again",
        )
    return ejected.deleted
