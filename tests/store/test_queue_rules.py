"""The table of rules: an order without gaps, names that are there once."""

from __future__ import annotations

import pytest

from crmsync.errors import Usage
from crmsync.model import RecordType
from crmsync.store.import_queue import Found, QueueSelection, QueueState
from crmsync.store.queue_rules import Rule, RuleAction
from crmsync.store.store import Tables
from tests.store.content import NOW, add_collection


def add(tx: Tables, *names: str) -> None:
    for name in names:
        tx.queue_rules.add(Rule(name, "name = 'x'", RuleAction.IGNORE))


def order(tx: Tables) -> list[str]:
    rules = tx.queue_rules.all()
    assert [rule.place for rule in rules] == list(range(1, len(rules) + 1))
    return [rule.name for rule in rules]


def test_a_rule_comes_back_as_it_was_made_with_who_made_it(tx: Tables) -> None:
    account = add_collection(tx).account
    made = tx.queue_rules.add(Rule("a", "name = 'x'", RuleAction.IMPORT, RecordType.LEAD, account))
    assert made == Rule("a", "name = 'x'", RuleAction.IMPORT, RecordType.LEAD, account, 1, True, NOW, "anna")
    assert made == tx.queue_rules.get("a") == tx.queue_rules.find("a")
    assert made.actor == "rule a"
    with pytest.raises(Usage, match="already"):
        add(tx, "a")
    with pytest.raises(Usage, match="no such rule"):
        tx.queue_rules.get("b")


@pytest.mark.parametrize(
    ("name", "place", "expected"),
    [("c", 1, "cabd"), ("a", 2, "bacd"), ("a", 99, "bcda"), ("d", -5, "dabc"), ("b", 2, "abcd")],
)
def test_a_rule_is_asked_where_it_was_moved_to(tx: Tables, name: str, place: int, expected: str) -> None:
    add(tx, *"abcd")
    tx.queue_rules.move(name, place)
    assert "".join(order(tx)) == expected


def test_a_rule_that_is_removed_leaves_no_gap_and_the_next_one_is_the_last(tx: Tables) -> None:
    add(tx, *"abc")
    tx.queue_rules.remove("b")
    add(tx, "d")
    assert order(tx) == ["a", "c", "d"]
    for change in (tx.queue_rules.remove, lambda name: tx.queue_rules.move(name, 1)):
        with pytest.raises(Usage, match="no such rule"):
            change("b")


def test_a_rule_is_switched_off_and_on(tx: Tables) -> None:
    add(tx, "a")
    assert tx.queue_rules.switch("a", False) is True
    assert tx.queue_rules.switch("a", False) is False
    assert tx.queue_rules.get("a").active is False
    assert tx.queue_rules.switch("a", True) is True
    with pytest.raises(Usage, match="no such rule"):
        tx.queue_rules.switch("b", True)


def test_the_rules_of_an_account_go_with_it(tx: Tables) -> None:
    account = add_collection(tx).account
    tx.queue_rules.add(Rule("mine", "1", RuleAction.IGNORE, account=account))
    add(tx, "a")
    tx.accounts.remove(account)
    assert [rule.name for rule in tx.queue_rules.all()] == ["a"]


# --- whose turn it is


def unruled(tx: Tables) -> list[int]:
    return list(tx.queue.ids(QueueSelection(unruled=True)))


def test_rules_have_their_turn_with_what_is_new_while_there_are_any(tx: Tables) -> None:
    collection = add_collection(tx)
    tx.queue.put(collection.account, collection.id, Found("/before", "x"))
    add(tx, "a")
    row = tx.queue.put(collection.account, collection.id, Found("/after", "x"))
    assert unruled(tx) == [row.id]
    tx.queue.mark_ruled([row.id])
    assert unruled(tx) == []
    tx.queue.put(collection.account, collection.id, Found("/after", "y", digest="2"))
    assert unruled(tx) == []
    tx.queue_rules.switch("a", False)
    tx.queue.put(collection.account, collection.id, Found("/later", "x"))
    assert unruled(tx) == []


@pytest.mark.parametrize(
    ("state", "actor", "digest", "turn"),
    [
        (QueueState.GONE, "anna", "1", True),
        (QueueState.IGNORED, "rule a", "2", True),
        (QueueState.IGNORED, "rule a", "1", False),
        (QueueState.IGNORED, "anna", "2", False),
        (QueueState.PRIVATE, "rule a", "2", False),
        (QueueState.IMPORTED, "rule a", "2", False),
        (QueueState.LINKED, "anna", "2", False),
    ],
)
def test_rules_have_another_turn_with_what_was_gone_or_what_a_rule_ignored_until_it_changed(
    tx: Tables, state: QueueState, actor: str, digest: str, turn: bool
) -> None:
    collection = add_collection(tx)
    add(tx, "a")
    row = tx.queue.put(collection.account, collection.id, Found("/a", "x", digest="1"))
    tx.queue.mark_ruled([row.id])
    tx.queue.decide([row.id], state)
    tx.queue._session.write("UPDATE queue SET decided_by = ?", (actor,))
    tx.queue.put(collection.account, collection.id, Found("/a", "x", digest=digest))
    assert unruled(tx) == ([row.id] if turn else [])


def test_rows_are_selected_by_collection_and_among_some(tx: Tables) -> None:
    one, two = add_collection(tx), add_collection(tx, href="/other/")
    ids = [tx.queue.put(place.account, place.id, Found(f"/{place.id}", "x")).id for place in (one, two)]
    assert tx.queue.ids(QueueSelection(collection=two.id)) == ids[1:]
    assert tx.queue.ids(QueueSelection(among=(ids[0], 99))) == ids[:1]
    assert tx.queue.ids(QueueSelection(among=())) == []


def test_what_was_left_out_is_found_by_what_it_calls_itself(tx: Tables) -> None:
    place = add_collection(tx)
    for n, uid in enumerate(("a", "b", "")):
        row = tx.queue.put(place.account, place.id, Found(f"/{n}", "x", uid=uid))
        if uid != "b":
            tx.queue.decide([row.id], QueueState.PRIVATE)
    assert list(tx.queue.left_out(place.id, ["a", "b", "", "c"])) == ["a"]
    assert tx.queue.left_out(99, ["a"]) == {}
