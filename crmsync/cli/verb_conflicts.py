"""`crmsync conflicts`: fields that two sides changed, and deletions that wait for a person."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from crmsync.cli.answers import answer, emit, say, table
from crmsync.cli.arguments import Arguments, positive
from crmsync.desk import Desk
from crmsync.errors import Usage
from crmsync.review import conflicts
from crmsync.review.conflict_policies import Reach, covered, from_now_on
from crmsync.review.conflicts import DELETED, Choice
from crmsync.review.typed_there import typed_there
from crmsync.store.conflict_log import LoggedConflict
from crmsync.store.conflict_page import ConflictSelection
from crmsync.store.policies import StoredPolicy
from crmsync.typed.field_values import as_json, in_words, parse
from crmsync.values import fields_to_json

_EMPTY = "(empty)"


def run(desk: Desk, argv: list[str]) -> int:
    """One of the actions."""
    options = _parser().parse_args(argv)
    match options.action:
        case "list":
            return _list(desk, options)
        case "show":
            from crmsync.cli.conflict_show import show

            return show(desk, options.id, json=options.json, every=options.all)
        case "resolve":
            return _resolve(desk, options)
        case "restore":
            return _restore(desk, options)
        case _:
            return _policies(desk, options)


def _parser() -> Arguments:
    parser = Arguments("crmsync conflicts", description="Values of which two exist.")
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="what is open")
    listing.add_argument("--decided", action="store_true", help="what was decided, by whom, and the value that lost")
    listing.add_argument("--json", action="store_true")
    showing = actions.add_parser("show", help="base, CRM and remote of the record, field by field")
    showing.add_argument("id", type=positive)
    showing.add_argument("--all", action="store_true", help="also the fields that are the same on both sides")
    showing.add_argument("--json", action="store_true")
    resolve = actions.add_parser("resolve", help="say which value stands")
    resolve.add_argument("ids", nargs="*", type=positive, metavar="ID")
    resolve.add_argument("--field", help="all open conflicts about this field")
    resolve.add_argument("--like", type=positive, metavar="ID", help="all about the same field, account and type")
    resolve.add_argument("--all", action="store_true")
    how = resolve.add_mutually_exclusive_group(required=True)
    for choice in (Choice.CRM, Choice.REMOTE, Choice.BASE, Choice.BOTH):
        how.add_argument(f"--{choice}", action="store_const", const=choice, dest="choice")
    how.add_argument("--value", help="another value; for a deletion: unflag, archive or delete")
    how.add_argument("--newest", action="store_true", help="with --policy: the value changed last, where that is known")
    resolve.add_argument(
        "--policy", action="store_true", help="decide so from now on: this account, this type of record, this field"
    )
    for what in ("accounts", "types", "fields"):
        resolve.add_argument(f"--every-{what[:-1]}", action="store_true", help=f"with --policy: for all {what}")
    resolve.add_argument("--json", action="store_true")
    restore = actions.add_parser("restore", help="put the value back that lost, whoever decided so")
    restore.add_argument("ids", nargs="+", type=positive, metavar="ID")
    restore.add_argument("--json", action="store_true")
    policies = actions.add_parser("policies", help="what is decided without asking, because you said so")
    policies.add_argument("--remove", type=positive, metavar="ID", help="ask again")
    policies.add_argument("--json", action="store_true")
    return parser


def _list(desk: Desk, options: argparse.Namespace) -> int:
    with desk.seeing() as view:
        found = view.conflicts.list(open=not options.decided)
        places = view.accounts.places()
        records = view.records.many({one.conflict.record for one in found})
        found = [one for one in found if one.conflict.record in records]
        names = {id: str(one.fields.get("name") or one.fields.get("summary") or id) for id, one in records.items()}
        typed = {one.id: shown for one in found if one.open and (shown := typed_there(view, one))}
    if options.json:
        more = {id: {"typed": fields_to_json(shown)} for id, shown in typed.items()}
        emit({"conflicts": [{**_json(one, names, places), **more.get(one.id, {})} for one in found]})
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
    for one in found:
        if one.conflict.why:
            say(f"{one.id}: {one.conflict.why}")
        for name, value in typed.get(one.id, {}).items():
            say(f"{one.id}: its item says {name}: {in_words(value) or _EMPTY}")
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
    if conflict.why:
        line["why"] = conflict.why
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
    if options.newest and not options.policy:
        raise Usage("which value is newer is decided by a sync", next_step="Add --policy")
    reach = Reach(options.every_account, options.every_type, options.every_field)
    if reach != Reach() and not options.policy:
        raise Usage("how far a policy goes is said with --policy")
    policies: dict[int, StoredPolicy] = {}
    told: set[ConflictSelection] = set()
    with desk.deciding(seeing=True) as tx:
        waiting = tx.conflicts.list()
        seen = tx.records.many({one.conflict.record for one in waiting})
        waiting = [one for one in waiting if one.conflict.record in seen]
        if options.like and any(one.id == options.like for one in waiting):
            options.ids = list(tx.conflicts.ids(covered(tx, options.like)))
        found = _chosen(options, waiting)
        for one in found:
            value = None
            if choice is Choice.VALUE and not options.newest:
                value = options.value if one.conflict.field == DELETED else parse(one.conflict.field, options.value)
            if options.policy and (kind := covered(tx, one.id, reach)) not in told:
                told.add(kind)
                word = None if options.newest else choice
                policies |= {policy.id: policy for policy in from_now_on(tx, one.id, word, value, reach)}
            if not options.newest:
                conflicts.resolve(tx, one.id, choice, value)
        names = tx.accounts.names()
    resolved = [] if options.newest else [one.id for one in found]
    data: dict[str, Any] = {"resolved": len(resolved), "ids": resolved}
    if options.policy:
        data["policies"] = [_policy_json(policy, names) for policy in policies.values()]
    text = f"resolved: {len(resolved):,}. The remotes follow with the next `crmsync sync`."
    return answer(options, data, text)


def _restore(desk: Desk, options: argparse.Namespace) -> int:
    ids = list(dict.fromkeys(options.ids))
    with desk.deciding(seeing=True) as tx:
        for id in ids:
            if tx.records.get(tx.conflicts.get(id).conflict.record, deleted=True) is None:
                raise Usage("there is no such conflict", thing=str(id), next_step="See `crmsync conflicts list`")
            conflicts.restore(tx, id)
    text = f"put back: {len(ids):,}. The remotes follow with the next `crmsync sync`."
    return answer(options, {"restored": len(ids), "ids": ids}, text)


def _policies(desk: Desk, options: argparse.Namespace) -> int:
    if options.remove:
        with desk.deciding(seeing=True) as tx:
            tx.policies.remove(options.remove)
    with desk.seeing() as view:
        found = view.policies.list()
        names = view.accounts.names()
    if options.json:
        emit({"policies": [_policy_json(policy, names) for policy in found]})
        return 0
    rows = [(one.id, names[one.account], one.type, one.field, one.choice, one.at, one.actor) for one in found]
    head = ("id", "account", "type", "field", "choice", "since", "by")
    table(head, rows, "No policy was made out of a decision. The config file may hold others.")
    return 0


def _policy_json(policy: StoredPolicy, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": policy.id,
        "account": names[policy.account],
        "type": policy.type.value,
        "field": policy.field,
        "choice": policy.choice,
        "since": policy.at,
        "by": policy.actor,
    }


def _chosen(options: argparse.Namespace, waiting: Sequence[LoggedConflict]) -> Sequence[LoggedConflict]:
    if options.ids or options.like:
        known = {one.id: one for one in waiting}
        if missing := [id for id in options.ids or [options.like] if id not in known]:
            raise Usage("no such conflict is open", thing=str(missing[0]), next_step="See `crmsync conflicts list`")
        return [known[id] for id in dict.fromkeys(options.ids)]
    if options.field:
        return [one for one in waiting if one.conflict.field == options.field]
    if options.all:
        return waiting
    raise Usage("say which conflicts: their ids, --like ID, --field F or --all")
