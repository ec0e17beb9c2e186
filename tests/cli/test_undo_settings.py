"""Filters, rules and users are set, taken back and brought again; what was changed again since stays."""

from __future__ import annotations

from typing import Any

from tests.cli.terminal import Terminal

IGNORE = ("--where", "name = 'Ada'", "--ignore")


def filters(crm: Terminal) -> dict[str, str]:
    return {one["name"]: one["expression"] for one in crm.json("filter", "list")["filters"]}


def rules(crm: Terminal) -> list[tuple[str, bool]]:
    return [(one["name"], one["on"]) for one in crm.json("queue", "rules", "list")["rules"]]


def last(crm: Terminal) -> int:
    return int(crm.json("runs", "list", "--limit", 1)["runs"][0]["id"])


def told(crm: Terminal, *words: Any) -> list[str]:
    return [one["reason"] for one in crm.json(*words)["survived"]]


def test_a_filter_that_was_set_changed_or_removed_is_as_before_and_again_as_after(crm: Terminal) -> None:
    states: list[dict[str, str]] = [{}, {"vip": "stage = 'a'"}, {"vip": "stage = 'b'"}, {}]
    crm("filter", "set", "vip", "stage = 'a'")
    crm("filter", "set", "vip", "stage = 'b'")
    crm("filter", "remove", "vip")
    for state in states[-2::-1]:
        run = crm.json("undo", "--last")["run"]
        assert filters(crm) == state
        crm("undo", run)
        crm("undo", "--last")
        assert filters(crm) == state


def test_a_filter_that_was_changed_since_or_is_used_stays(phone: Terminal) -> None:
    phone("filter", "set", "vip", "stage = 'a'")
    made = last(phone)
    phone("filter", "set", "vip", "stage = 'b'")
    assert told(phone, "undo", made) == ["filter vip was changed since: it stays as it is"]
    assert filters(phone) == {"vip": "stage = 'b'"}
    phone("filter", "set", "new", "stage = 'a'")
    made = last(phone)
    phone("account", "set", "phone", "--filter", "new")
    assert told(phone, "undo", made) == ["filter new decides by now what phone gets: it stays"]


def test_rules_that_were_made_moved_switched_or_removed_are_as_before(crm: Terminal) -> None:
    for name in ("one", "two", "three"):
        crm("queue", "rules", "add", name, *IGNORE)
    crm("queue", "rules", "move", "three", "1")
    crm("queue", "rules", "off", "one")
    crm("queue", "rules", "remove", "one")
    expected = [
        [("three", True), ("one", False), ("two", True)],
        [("three", True), ("one", True), ("two", True)],
        [("one", True), ("two", True), ("three", True)],
        [("one", True), ("two", True)],
    ]
    for state in expected:
        before = rules(crm)
        crm("undo", "--last")
        assert rules(crm) == state
        crm("redo")
        assert rules(crm) == before
        crm("undo", "--last")
        assert rules(crm) == state


def test_a_rule_that_was_changed_since_stays(crm: Terminal) -> None:
    crm("queue", "rules", "add", "one", *IGNORE)
    made = last(crm)
    crm("queue", "rules", "off", "one")
    off = last(crm)
    assert told(crm, "undo", made) == ["rule one was changed since: it stays as it is"]
    crm("queue", "rules", "on", "one")
    assert told(crm, "undo", off) == ["rule one was changed since (active): that stays"]
    crm("queue", "rules", "remove", "one")
    assert told(crm, "undo", off) == ["rule one was removed since"]
    assert rules(crm) == []


def test_a_rule_about_an_account_that_is_gone_does_not_return(phone: Terminal) -> None:
    phone("queue", "rules", "add", "one", *IGNORE, "--account", "phone")
    phone("queue", "rules", "remove", "one")
    run = last(phone)
    phone("account", "remove", "phone")
    assert told(phone, "undo", run) == ["rule one was about an account that is gone: it stays removed"]


def test_what_a_user_may_see_is_as_before_and_a_later_setting_stays(crm: Terminal) -> None:
    def bea() -> dict[str, Any]:
        return next(one for one in crm.json("user", "list")["users"] if one["name"] == "bea")

    crm("user", "add", "bea")
    crm("user", "set", "bea", "--scope", "own", "--email", "bea@x.example", "--suppliers", "no")
    run = last(crm)
    crm("user", "set", "bea", "--email", "new@x.example")
    assert told(crm, "undo", run) == ["user bea was changed since (email): that stays"]
    assert (bea()["scope"], bea()["email"], bea()["suppliers"]) == ("all", "new@x.example", True)
    crm("redo")
    assert (bea()["scope"], bea()["email"], bea()["suppliers"]) == ("own", "new@x.example", False)
