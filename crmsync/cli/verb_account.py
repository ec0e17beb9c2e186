"""`crmsync account`: list, check and remove; what sets an account up is in `account_set_up`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crmsync.cli.answers import answer, emit, narrate, table
from crmsync.cli.arguments import Arguments
from crmsync.cli.frame import ERROR, OK, SOME_FAILED
from crmsync.desk import Desk
from crmsync.model import Mode

if TYPE_CHECKING:
    from crmsync.cycle import Ejected
    from crmsync.store.accounts import Account
    from crmsync.store.collections_of import Collection
    from crmsync.store.filters import Filter

_WHERE_FROM = (
    "read the password from standard input; without it, from the environment variable CRMSYNC_SECRET_<NAME>, a systemd "
    "credential or the config's secret_command where there is one, else it is asked for at a terminal"
)
_SELECT = "crmsync account select"


def run(desk: Desk, argv: list[str]) -> int:
    """One of the actions."""
    options = _parser().parse_args(argv)
    match options.action:
        case "list":
            return _list(desk, options)
        case "check":
            return _check(desk, options)
        case "remove":
            return _remove(desk, options)
        case "set":
            from crmsync.cli import account_choice

            if options.pause or options.resume:
                return account_choice.pause(desk, options)
            return account_choice.choose(desk, options)
        case "discover":
            from crmsync.cli import account_discovery

            return account_discovery.discover(options)
    from crmsync.cli import account_set_up

    match options.action:
        case "add":
            return account_set_up.add(desk, options)
        case "sign-in":
            return account_set_up.sign_in(desk, options)
        case _:
            return account_set_up.select(desk, options)


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
    look = actions.add_parser("discover", help="what an address leads to, step by step; writes nothing")
    look.add_argument("address", help="URL, host name or e-mail address of a CardDAV or CalDAV account, or a path")
    look.add_argument("--kind", default="dav", help="dav (the default), icloud, folder, csv")
    look.add_argument("--username", default="")
    look.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    look.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="settings")
    look.add_argument("--json", action="store_true")
    listing = actions.add_parser("list", help="every account and its collections")
    listing.add_argument("--json", action="store_true")
    for name, text in (
        ("check", "sign in and count, change nothing"),
        ("sign-in", "give its password again"),
        ("select", "say anew which of its collections take part"),
        ("set", "what it gets beside the flagged records, and whether it is synced at all"),
        ("remove", "forget it; the remote keeps all"),
    ):
        one = actions.add_parser(name, help=text)
        one.add_argument("name")
        one.add_argument("--json", action="store_true")
    actions.choices["sign-in"].add_argument("--password-stdin", action="store_true", help=_WHERE_FROM)
    actions.choices["select"].add_argument(
        "--collection", action="append", default=[], metavar="HREF|NAME", help="only this one (repeat; default: all)"
    )
    which = actions.choices["set"].add_mutually_exclusive_group(required=True)
    which.add_argument("--filter", metavar="NAME", help="see `crmsync filter preview NAME --account ...` first")
    which.add_argument("--no-filter", action="store_true", help="flagged records only; the others leave the account")
    which.add_argument("--pause", action="store_true", help="`sync` leaves it alone until it is resumed")
    which.add_argument("--resume", action="store_true", help="sync it again")
    actions.choices["remove"].add_argument("--eject", action="store_true", help="delete there what crmsync wrote there")
    return parser


def _list(desk: Desk, options: argparse.Namespace) -> int:
    with desk.glancing() as view:
        accounts = [(account, view.collections.of(account.id)) for account in view.accounts.all()]
        filters = {account.id: view.choices.get(account.id).filter for account, _ in accounts}
    if options.json:
        emit({"accounts": [_json(account, collections, filters[account.id]) for account, collections in accounts]})
        return 0
    rows = [
        (
            account.name,
            account.kind,
            account.mode,
            "paused" if account.paused else account.state,
            one.name,
            one.kind,
            one.items,
        )
        for account, collections in accounts
        for one in collections
        if one.selected
    ]
    head = ("account", "kind", "mode", "state", "collection", "holds", "items")
    table(head, rows, "No account yet. Add one with `crmsync account add`.")
    return 0


def _json(account: Account, collections: Sequence[Collection], filter: Filter | None) -> dict[str, Any]:
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
        "paused": account.paused,
        "message": account.message,
        "filter": None if filter is None else filter.name,
        "collections": lines,
    }


def _check(desk: Desk, options: argparse.Namespace) -> int:
    from crmsync.remotes import connect

    with desk.seeing() as view:
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


def _remove(desk: Desk, options: argparse.Namespace) -> int:
    from crmsync.syncing import alone

    with desk.seeing() as view:
        account = view.accounts.get(options.name)
    with alone(desk.home, account.name):
        return _take_away(desk, account, options)


def _take_away(desk: Desk, account: Account, options: argparse.Namespace) -> int:
    from crmsync import credentials

    report = _eject(desk, account) if options.eject else None
    if report is not None and report.failed:
        text = f"{account.name}: {len(report.failed):,} items cannot be taken back, so the account stays; try again."
        answer(options, {"removed": None, "ejected": len(report.removed), "report": report.to_json()}, text)
        return SOME_FAILED
    if account.secret_place:  # first: an account without its secret can be removed again, a secret by itself cannot
        credentials.forget(desk.home, account.name, account.secret_place)
    with desk.deciding("account removed") as tx:
        tx.accounts.remove(account.id)
    if report is None:
        text = f"{account.name}: forgotten. Its records stay in the CRM, its items stay at the remote."
        return answer(options, {"removed": account.name, "ejected": 0}, text)
    text = (
        f"{account.name}: forgotten. Its records stay in the CRM; of what crmsync wrote there, {len(report.removed):,} "
        f"items were removed, {len(report.restored):,} put back to what they were, {len(report.kept):,} kept."
    )
    data = {"removed": account.name, "ejected": len(report.removed), "report": report.to_json()}
    return answer(options, data, text)


def _eject(desk: Desk, account: Account) -> Ejected:
    from crmsync import cycle
    from crmsync.desk import now
    from crmsync.remotes import connect

    with connect(desk, account) as connector:
        report = cycle.eject(desk.store, account.name, connector, now)
    for word, lines in (("kept", report.kept), ("failed", report.failed)):
        for href, reason in lines:
            narrate(f"{word} {href}: {reason}")
    return report
