"""Whatever a run decided beside the fields of records, taken back by kind, the newest first."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from crmsync.review.conflicts import ask_about_item, is_written
from crmsync.review.undo import answers, links, policies, rows, settings
from crmsync.review.undo.outcome import Undone
from crmsync.store.store import Tables


def take_back(tx: Tables, undone: Undone, kept: AbstractSet[str]) -> frozenset[str]:
    """Takes them back but for those that made the records `kept`.

    Returns the records that cannot be as before, since their item is another record's by now.
    """
    made: list[Mapping[str, Any]] = []
    queued: dict[int, tuple[Mapping[str, Any], Mapping[str, Any]]] = {}
    taken: set[str] = set()
    for one in tx.decisions.of_run(undone.run):
        match one.what:
            case "link" if one.before is None:
                made.append(one.after)
            case "link":
                if not links.relink(tx, undone, one.before):
                    taken.add(one.before["record"])
            case "conflict":
                answers.reopen(tx, undone, int(one.key), one.before)
            case "conflict again":
                answers.again(tx, undone, int(one.key), one.before)
            case "answer":
                answers.reopen_deletion(tx, undone, int(one.key), one.before, one.after)
            case "answer again":
                answers.again_deletion(tx, undone, int(one.key), one.before, one.after)
            case "policy":
                policies.take_back(tx, undone, one.key, one.before, one.after)
            case "filter":
                settings.filter_back(tx, undone, one.key, one.before, one.after)
            case "rule":
                settings.rule_back(tx, undone, one.key, one.before, one.after)
            case "user":
                settings.user_back(tx, undone, int(one.key), one.before, one.after)
            case "queue":
                id = int(one.key)
                queued[id] = (one.before, queued[id][1] if id in queued else one.after)
            case "withheld":
                account, _, record = one.key.partition(":")
                change = tx.withheld.drop if one.before is None else tx.withheld.add
                undone.decisions += change(int(account), record)
            case "moved":
                undone.decisions += links.move_back(tx, one.key, str(one.before), str(one.after))
            case "merged" if one.before is None:
                undone.decisions += tx.merged.drop(one.key)
            case "merged":
                _merge_again(tx, undone, one.key, str(one.before))
            case _:
                pass
    links.unlink(tx, undone, [image for image in made if image["record"] not in kept])
    stay = {(image["collection"], image["href"]) for image in made if image["record"] in kept}
    rows.requeue(tx, undone, queued, stay)
    return frozenset(taken)


def _merge_again(tx: Tables, undone: Undone, record: str, into: str) -> None:
    tx.merged.put(record, into)
    for link in tx.links.for_record(record):
        if is_written(tx, link):
            ask_about_item(tx, link)
    undone.decisions += 1
