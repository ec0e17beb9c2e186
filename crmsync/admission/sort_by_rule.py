"""A person's rules for the import queue, carried out: in order, the first that fits an item decides about it.

A rule never makes a record of what probably is one already (medium or better): such an item waits for a person. What a
rule decides is signed with its name, item by item, so it can be found, and taken back, like anybody's decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from crmsync.admission.sorting import Done, assign, bring_in, leave_out, unfit
from crmsync.admission.suggest import keys_of, suggested
from crmsync.errors import Usage
from crmsync.model import Confidence, RecordType
from crmsync.store.import_queue import Found, Queued, QueueSelection, QueueState
from crmsync.store.queue_rules import Rule, RuleAction
from crmsync.store.session import Stamp
from crmsync.store.store import Store, Tables

_BATCH = 500


@dataclass(slots=True)
class Sorted:
    """What one rule came to. `failed`: why it could not be asked; then no later rule was asked either."""

    rule: Rule
    done: Done
    failed: str = ""


def sort_by_rules(
    store: Store, scope: QueueSelection, stamp: Callable[[Rule], Stamp], new_id: Callable[[], str]
) -> list[Sorted]:
    """Has every active rule decide about the open items of `scope`, batch by batch, and says what each came to.

    `stamp` signs what a rule decides. A rule that cannot be asked (its expression takes too long, say) stops those
    after it: they were meant for what it leaves. What they did not get to decide keeps waiting for them.
    """
    with store.view() as view:
        rules = [rule for rule in view.queue_rules.all() if rule.active]
    results: list[Sorted] = []
    taken: set[int] = set()
    for rule in rules:
        result = Sorted(rule, Done())
        results.append(result)
        try:
            with store.view() as view:
                ids = [id for id in fitting(view, rule, scope) if id not in taken]
            taken.update(ids)
            for start in range(0, len(ids), _BATCH):
                with store.transaction(stamp(rule)) as tx:
                    batch = tuple(ids[start : start + _BATCH])
                    # An item may have changed since: only what fits now is decided, the rest has had its turn too.
                    result.done.add(_apply(tx, rule, fitting(tx, rule, replace(scope, among=batch)), new_id))
                    tx.queue.mark_ruled(batch)
        except Usage as error:
            result.failed = str(error)
            return results
    _mark_the_rest(store, scope, stamp)
    return results


def fitting(tx: Tables, rule: Rule, scope: QueueSelection) -> Sequence[int]:
    """The items of `scope` that a rule is for. Raises `Usage` when its expression cannot be used."""
    if not rule.where.strip():
        raise Usage("a rule says which items it is for", thing=rule.name, next_step="`1` fits all of them")
    if rule.account is not None:
        if scope.account not in (None, rule.account):
            return []
        scope = replace(scope, account=rule.account)
    return tx.queue.ids(replace(scope, where=rule.where))


def decides(rule: Rule) -> QueueState | None:
    """What becomes of an item by this rule; `None`: it keeps waiting, with a type."""
    match rule.action:
        case RuleAction.ASSIGN:
            return None
        case RuleAction.IMPORT:
            return QueueState.IMPORTED
        case RuleAction.IGNORE:
            return QueueState.IGNORED
        case RuleAction.PRIVATE:
            return QueueState.PRIVATE
        case _:
            assert_never(rule.action)


def _mark_the_rest(store: Store, scope: QueueSelection, stamp: Callable[[Rule], Stamp]) -> None:
    nobody = Rule("", "", RuleAction.IGNORE)
    with store.transaction(stamp(nobody), durable=False) as tx:
        tx.queue.mark_ruled(tx.queue.ids(replace(scope, unruled=True)))


def _apply(tx: Tables, rule: Rule, ids: Sequence[int], new_id: Callable[[], str]) -> Done:
    state = decides(rule)
    if state is QueueState.IGNORED or state is QueueState.PRIVATE:
        return leave_out(tx, ids, state)
    assert rule.type is not None
    done = Done()
    rows = list(_of_type(tx, [tx.queue.get(id) for id in ids], rule.type, done))
    if state is None:
        done.add(assign(tx, [row.id for row in rows], rule.type))
        return done
    at_once, one_by_one = _apart(rows, tx.region)
    _import(tx, at_once, rule.type, new_id, done)
    for row in one_by_one:  # each may be the same somebody as one before it
        _import(tx, [row], rule.type, new_id, done)
    return done


def _of_type(tx: Tables, rows: Sequence[Queued], type: RecordType, done: Done) -> Iterator[Queued]:
    """Those that can be of the type and that nobody has given another one."""
    for row in rows:
        reason = unfit(tx, row, type)
        if row.item.type not in (None, type):
            reason = f"somebody gave it a type: {row.item.type}"
        if reason is None:
            yield row
        else:
            done.skipped.append((row.id, reason))


def _apart(rows: Sequence[Queued], region: str) -> tuple[list[Queued], list[Queued]]:
    """Those who share nothing with anybody before them, and those who may be one of these."""
    seen: set[tuple[str, str]] = set()
    strangers: list[Queued] = []
    doubtful: list[Queued] = []
    for row in rows:
        keys = set(_keys(row.item, region))
        (doubtful if keys & seen else strangers).append(row)
        seen |= keys
    return strangers, doubtful


def _keys(item: Found, region: str) -> Iterator[tuple[str, str]]:
    """What may make two items one: for a person not the organization, which colleagues share."""
    from crmsync.core.probe import Probe  # only where rules import something

    business = Probe.of_summary(item.kind, item.name, item.organization).business
    return (key for key in keys_of(item, region) if business or key[0] != "org")


def _import(tx: Tables, rows: Sequence[Queued], type: RecordType, new_id: Callable[[], str], done: Done) -> None:
    new: dict[int, list[int]] = {}
    for row, item in _matched_now(tx, rows):
        if item != row.item:
            tx.queue.put_many(row.account, row.collection, [item])
        if item.suggestion is not None and item.suggestion.confidence >= Confidence.MEDIUM:
            done.skipped.append((row.id, "it probably is a record already"))
        else:
            new.setdefault(row.account, []).append(row.id)
    for account, ids in new.items():
        assign(tx, ids, type)
        done.add(bring_in(tx, ids, tx.accounts.by_id(account).user, new_id))


def _matched_now(tx: Tables, rows: Sequence[Queued]) -> Iterator[tuple[Queued, Found]]:
    for collection in dict.fromkeys(row.collection for row in rows):
        mine = [row for row in rows if row.collection == collection]
        items = suggested(tx, tx.collections.get(collection), [row.item for row in mine], tx.region)
        yield from zip(mine, items, strict=True)
