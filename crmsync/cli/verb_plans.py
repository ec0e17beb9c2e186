"""`crmsync plans`: plans that were held because they do too much."""

from __future__ import annotations

import argparse
from typing import Any

from crmsync.cli.answers import emit, say, table
from crmsync.cli.arguments import Arguments, positive
from crmsync.desk import Desk
from crmsync.review import plans
from crmsync.store.plans import HeldPlan


def run(desk: Desk, argv: list[str]) -> int:
    """List, show, apply or discard."""
    parser = Arguments("crmsync plans", description="Plans that wait for your word.")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="what is held")
    for name, text in (("show", "its lines"), ("apply", "do it"), ("discard", "do not; put back what vanished")):
        actions.add_parser(name, help=text).add_argument("id", type=positive)
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


def _list(desk: Desk, options: argparse.Namespace) -> int:
    with desk.glancing() as view:
        held = view.plans.list()
        names = view.accounts.names()
    if options.json:
        emit({"plans": [_json(plan, names) for plan in held]})
    else:
        rows = [(plan.id, names[plan.account], plan.at, plan.reason) for plan in held]
        table(("id", "account", "since", "why it is held"), rows, "No plan is held.")
    return 0


def _json(plan: HeldPlan, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": plan.id,
        "account": names.get(plan.account, ""),
        "since": plan.at,
        "state": plan.state.value,
        "reason": plan.reason,
        "lines": len(plan.body["actions"]),
    }


def _show(desk: Desk, options: argparse.Namespace) -> int:
    with desk.glancing() as view:
        plan = view.plans.get(options.id)
        names = view.accounts.names()
    if options.json:
        emit({**_json(plan, names), "actions": plan.body["actions"]})
    else:
        say(f"{names.get(plan.account, '')}: {plan.reason}")
        lines: list[dict[str, Any]] = plan.body["actions"]
        rows = [
            (line["action"], line["name"], line.get("href", ""), line.get("etag") or "", _why(line)) for line in lines
        ]
        table(("action", "name", "item", "etag", "why"), rows, "It has no lines.")
    return 0


def _why(line: dict[str, Any]) -> str:
    reason = str(line.get("reason", "")) or ", ".join(line.get("crm", ()))
    return f"moved since it was let pass; {reason}" if line.get("moved") else reason


def _decide(desk: Desk, options: argparse.Namespace) -> int:
    """The word is written down first; the cycle that follows carries it out, guarded by etags like any other.

    Both are one run.
    """
    from crmsync.cli.frame import exit_code
    from crmsync.cli.verb_sync import sync

    with desk.seeing() as view:
        account = view.accounts.by_id(view.plans.get(options.id).account)
    with desk.deciding(kind="plan", account=account.name, seeing=True, goes_on=True) as tx:
        name = (plans.approve if options.action == "apply" else plans.discard)(tx, options.id)
    result = sync(desk, account)
    if options.json:
        emit({"id": options.id, "decision": options.action, "refused": result.moved, "run": result.to_json()})
    else:
        for line in result.moved:
            say(f"refused, it has moved since: {line['action']} {line['name']} ({line['href']})")
        say(f"{name}: {result.state}, out {result.pushed.total:,}, questions {result.conflicts:,}")
    return exit_code(result.error) if result.error is not None else 0
