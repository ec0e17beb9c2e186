"""`crmsync queue rules learn`: rules that follow from decisions."""

from __future__ import annotations

import argparse

from crmsync.cli.answers import emit, say, table
from crmsync.cli.rule_words import in_words, preview_json, rule_json
from crmsync.desk import Desk
from crmsync.errors import Usage
from crmsync.review import queue_rules
from crmsync.review.rule_learning import Proposal, proposals


def run(desk: Desk, options: argparse.Namespace) -> int:
    """Lists the proposals, or makes some of them rules."""
    if options.add:
        return _add(desk, options)
    with desk.seeing() as view:
        found = proposals(view)
    if options.json:
        emit({"proposals": [_json(number, one) for number, one in enumerate(found, 1)]})
        return 0
    rows = [
        (number, in_words(one.rule), len(one.preview.hits), one.preview.past, len(one.preview.against), one.rule.where)
        for number, one in enumerate(found, 1)
    ]
    head = ("", "does", "waiting", "decided", "otherwise", "where")
    table(head, rows, "Your decisions suggest no rule yet.")
    if found:
        say("`crmsync queue rules learn --add N` makes one of them a rule")
    return 0


def _add(desk: Desk, options: argparse.Namespace) -> int:
    with desk.deciding(seeing=True) as tx:
        found = proposals(tx)
        if missing := [number for number in options.add if number > len(found)]:
            raise Usage("no such rule is proposed", thing=str(missing[0]), next_step="See `crmsync queue rules learn`")
        rules = [queue_rules.add(tx, found[number - 1].rule) for number in dict.fromkeys(options.add)]
    if options.json:
        emit({"rules": [rule_json(rule, {}) for rule in rules]})
    else:
        for rule in rules:
            say(f"{rule.name}: {in_words(rule)} where {rule.where}, from now on")
    return 0


def _json(number: int, proposal: Proposal) -> dict[str, object]:
    return {"number": number, "rule": rule_json(proposal.rule, {}), **preview_json(proposal.preview)}
