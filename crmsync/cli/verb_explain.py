"""`crmsync explain`: the state of a remote item or of a record, and why; without either, the sums of an account."""

from __future__ import annotations

from typing import Any

from crmsync.cli.answers import emit, emit_each, say, table
from crmsync.cli.arguments import Arguments
from crmsync.desk import Desk
from crmsync.errors import Usage
from crmsync.model import FILES
from crmsync.review import explain
from crmsync.review.explain import Stands, Sums
from crmsync.store.accounts import Account
from crmsync.store.standing import Standing
from crmsync.store.store import Tables


def run(desk: Desk, argv: list[str]) -> int:
    """Says why."""
    parser = Arguments("crmsync explain", description="The state of each remote item, of a record, and why.")
    parser.add_argument("thing", nargs="?", metavar="ID|HREF", help="a record, or an item at a remote by its href")
    parser.add_argument("--account", default="", metavar="NAME", help="only this account")
    states = [state.value.replace(" ", "-") for state in Standing]
    parser.add_argument("--list", choices=[*states, "all"], help="each item of the account that is in this state")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with desk.seeing() as view:
        if options.thing and options.list:
            raise Usage("one item, or a list of them: give only one of the two")
        if options.thing:
            return _one(desk, view, options.thing, options.account, as_json=options.json)
        known = [account for account in view.accounts.all() if account.kind != FILES]
        accounts = [view.accounts.get(options.account)] if options.account else known
        if options.list:
            return _list(view, accounts, options.list, as_json=options.json)
        return _sums([explain.sums(view, account) for account in accounts], as_json=options.json)


def _one(desk: Desk, view: Tables, thing: str, account: str, *, as_json: bool) -> int:
    record = view.records.get(thing, deleted=True)
    found = [*(explain.record(view, record, desk.config.exports) if record else ()), *explain.named(view, thing)]
    if account:
        name = view.accounts.get(account).name
        found = [one for one in found if one.account == name]
    if record is None and not found:
        raise Usage("there is no such record, and no such item in any account", thing=thing, next_step=_SEE)
    if as_json:
        emit({"id": thing, "record": None if record is None else record.id, "states": [_json(one) for one in found]})
    else:
        rows = [(one.account, one.href, one.state, one.why) for one in found]
        for where, href, state, why in rows:
            say(f"{where}{' ' if href else ''}{href}: {state}: {why}")
        if not rows:
            say("It is at no account.")
    return 0


_SEE = "See `crmsync records list`, or `crmsync explain --account NAME --list all`"


def _list(view: Tables, accounts: list[Account], wanted: str, *, as_json: bool) -> int:
    state = None if wanted == "all" else Standing(wanted.replace("-", " "))
    found = (one for account in accounts for one in explain.items(view, account, state))
    if as_json:
        emit_each("items", map(_json, found), {"state": None if state is None else state.value})
        return 0
    table(("account", "item", "state", "why"), ((o.account, o.href, o.state, o.why) for o in found), "No such item.")
    return 0


def _json(one: Stands) -> dict[str, Any]:
    return {
        "account": one.account,
        "collection": one.collection,
        "href": one.href,
        "state": one.state.value,
        "rule": one.rule,
        "why": one.why,
        "record": one.record,
    }


def _sums(found: list[Sums], *, as_json: bool) -> int:
    if as_json:
        lines = [
            {
                "name": one.account,
                "items": one.items,
                "states": {state.value: n for state, n in one.states.items()},
                "rules": [
                    {"state": reason.standing.value, "rule": reason.value, "items": n}
                    for reason, n in one.reasons.items()
                ],
                "gone": one.gone,
            }
            for one in found
        ]
        emit({"accounts": lines})
        return 0
    rows = [
        (
            one.account,
            reason.standing,
            "" if reason.value == reason.standing.value else reason,
            f"{n:,} of {one.items:,}",
        )
        for one in found
        for reason, n in one.reasons.items()
    ]
    table(("account", "state", "rule", "items"), rows, "No account lists an item.")
    for one in found:
        if one.gone:
            say(f"{one.account}: {one.gone:,} more are no longer listed; the next sync decides what that means")
    return 0
