"""`crmsync queue rules`: what is done with found items by itself."""

from __future__ import annotations

import argparse
from typing import Any

from crmsync.cli import rule_learning
from crmsync.cli.answers import answer, emit, narrate, say, table
from crmsync.cli.arguments import Arguments, positive
from crmsync.cli.frame import OK, SOME_FAILED
from crmsync.cli.rule_words import account_of, decided, in_words, preview_json, rule_json
from crmsync.desk import Desk, now
from crmsync.errors import Usage
from crmsync.model import RecordType
from crmsync.review import queue_rules
from crmsync.review.queue_rules import Preview, Sorted
from crmsync.store.identity import new_id
from crmsync.store.import_queue import UNDECIDED
from crmsync.store.queue_rules import Rule, RuleAction
from crmsync.store.session import Stamp
from crmsync.store.store import Tables

_TOLD = 10
"""How many past decisions against a rule are named to a person."""
_NO_RULE = "No rule yet. Make one with `crmsync queue rules add NAME --where EXPR --type T`."


def run(desk: Desk, argv: list[str]) -> int:
    """One of the verbs."""
    options = _parser().parse_args(argv)
    match options.action:
        case "add":
            return _add(desk, options)
        case "list":
            return _list(desk, options)
        case "preview":
            return _preview(desk, options)
        case "apply":
            return _apply(desk, options)
        case "learn":
            return rule_learning.run(desk, options)
        case _:
            return _change(desk, options)


def _parser() -> Arguments:
    parser = Arguments("crmsync queue rules", description="Rules for found items; the first one that fits decides.")
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="a new rule, asked after all others")
    add.add_argument("name")
    add.add_argument("--where", required=True, metavar="EXPR", help="which items: as in `crmsync queue list --where`")
    preview = actions.add_parser("preview", help="what a rule would do with the queue, and with what you decided")
    preview.add_argument("name", metavar="NAME|EXPR")
    for one in (add, preview):
        _what(one)
    actions.add_parser("list", help="all rules, in order")
    move = actions.add_parser("move", help="ask a rule earlier or later")
    move.add_argument("name")
    move.add_argument("position", type=positive)
    for name, text in (("on", "use a rule"), ("off", "do not use a rule"), ("remove", "forget a rule")):
        actions.add_parser(name, help=text).add_argument("name")
    actions.add_parser("apply", help="have the rules decide about everything that waits, not only what arrives")
    learn = actions.add_parser("learn", help="rules that follow from what you decided so far; none is made by itself")
    learn.add_argument("--add", nargs="+", type=positive, metavar="N", help="make these of the rules that are listed")
    for one in actions.choices.values():
        one.add_argument("--json", action="store_true")
    return parser


def _what(parser: Arguments) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--type", choices=[kind.value for kind in RecordType], help="give items this record type")
    what.add_argument("--ignore", action="store_true", help="leave them out until they change")
    what.add_argument("--private", action="store_true", help="leave them out for good")
    parser.add_argument("--import", action="store_true", dest="bring_in", help="with --type: make records of them")
    parser.add_argument("--account", metavar="NAME", help="only items of this account")


def _rule(tx: Tables, options: argparse.Namespace, name: str, where: str) -> Rule:
    if options.bring_in and options.type is None:
        raise Usage("--import goes with --type")
    if options.type is not None:
        action = RuleAction.IMPORT if options.bring_in else RuleAction.ASSIGN
    elif options.ignore or options.private:
        action = RuleAction.IGNORE if options.ignore else RuleAction.PRIVATE
    else:
        raise Usage("say what becomes of the items", next_step="--type T [--import], --ignore or --private")
    account = None if options.account is None else tx.accounts.get(options.account).id
    return Rule(name, where, action, None if options.type is None else RecordType(options.type), account)


def _add(desk: Desk, options: argparse.Namespace) -> int:
    with desk.deciding(seeing=True) as tx:
        rule = queue_rules.add(tx, _rule(tx, options, options.name, options.where))
        seen = queue_rules.preview(tx, rule)
        accounts = tx.accounts.names()
    if options.json:
        emit({"rule": rule_json(rule, accounts), **preview_json(seen)})
        return OK
    say(f"{rule.name}: {in_words(rule)}, from now on")
    if seen.hits:
        say(f"{len(seen.hits):,} that wait already stay yours to decide; `crmsync queue rules apply` takes them too")
    return OK


def _list(desk: Desk, options: argparse.Namespace) -> int:
    with desk.seeing() as view:
        rules = view.queue_rules.all()
        accounts = view.accounts.names()
    if options.json:
        emit({"rules": [rule_json(rule, accounts) for rule in rules]})
        return OK
    rows = [
        (rule.place, rule.name, "on" if rule.active else "off", in_words(rule), account_of(rule, accounts), rule.where)
        for rule in rules
    ]
    table(("", "name", "", "does", "account", "where"), rows, _NO_RULE)
    return OK


def _preview(desk: Desk, options: argparse.Namespace) -> int:
    with desk.seeing() as view:
        rule = view.queue_rules.find(options.name)
        asked = options.type is not None or options.ignore or options.private
        if rule is None and not asked:
            # Only an expression: what it hits, and whatever was decided about such items.
            rule = Rule("", options.name, RuleAction.IGNORE)
            seen = queue_rules.preview(view, rule)
            seen = Preview(seen.hits, 0, seen.earlier, seen.past, ())
        else:
            rule = rule if rule is not None and not asked else _rule(view, options, "", options.name)
            seen = queue_rules.preview(view, rule)
    if options.json:
        emit(preview_json(seen))
        return OK
    counts = f"{len(seen.hits):,} of the queue, {seen.past:,} of past decisions"
    say(f"would hit {counts}, {len(seen.against):,} against you")
    if seen.waiting:
        say(f"{seen.waiting:,} of them probably are records already and would wait for you")
    if seen.earlier:
        say(f"{seen.earlier:,} more fit, but a rule before it takes them")
    for row in seen.against[:_TOLD]:
        say(f"  against you: {row.item.name} ({row.id}), which you decided: {decided(row)}")
    return OK


def _apply(desk: Desk, options: argparse.Namespace) -> int:
    if not desk.user.sees_all:
        raise Usage("they decide about items that you may not see", next_step="Ask somebody who sees all of them")
    with desk.store.transaction(Stamp(now(), "cli", desk.user.name)) as tx:
        run = tx.runs.start("rules")

    def signed(rule: Rule) -> Stamp:
        return Stamp(now(), "cli", rule.actor, run, rule.actor)

    results = queue_rules.sort_by_rules(desk.store, UNDECIDED, signed, new_id)
    with desk.store.transaction(Stamp(now(), "cli", desk.user.name, run)) as tx:
        counts = {one.rule.name: len(one.done.ids) for one in results}
        tx.runs.finish(run, "failed" if any(one.failed for one in results) else "done", counts)
        tx.runs.drop_empty(run)
    if options.json:
        emit({"run": run, "rules": [_result_json(one) for one in results]})
    else:
        rows = [(one.rule.name, in_words(one.rule), len(one.done.ids), len(one.done.skipped)) for one in results]
        table(("rule", "does", "decided", "left to you"), rows, _NO_RULE)
    for one in results:
        if one.failed:
            narrate(f"{one.rule.name}: {one.failed}; it and the rules after it decided nothing")
    return SOME_FAILED if any(one.failed or one.done.parked for one in results) else OK


def _change(desk: Desk, options: argparse.Namespace) -> int:
    with desk.deciding() as tx:
        match options.action:
            case "move":
                tx.queue_rules.move(options.name, options.position)
            case "remove":
                tx.queue_rules.remove(options.name)
            case _:
                tx.queue_rules.switch(options.name, options.action == "on")
        names = [rule.name for rule in tx.queue_rules.all()]
    return answer(options, {"rule": options.name, "order": names}, f"{options.action}: {options.name}")


def _result_json(result: Sorted) -> dict[str, Any]:
    done = result.done
    return {
        "rule": result.rule.name,
        "action": result.rule.action.value,
        "decided": len(done.ids),
        "ids": done.ids,
        "records": done.records,
        "skipped": [{"id": id, "reason": reason} for id, reason in done.skipped],
        "failed": result.failed or None,
    }
