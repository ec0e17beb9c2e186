"""`crmsync filter`."""

from __future__ import annotations

import time

import pytest

from tests.cli.terminal import HOSTILE, Terminal
from tests.store.hostile import REFUSED

FLAGS = "the records that you have flagged"


def test_a_filter_is_saved_listed_and_forgotten(crm: Terminal) -> None:
    assert "No filter yet" in crm("filter", "list").out
    assert crm.json("filter", "set", "buyers", "orders > 0") == {
        "schema": 1,
        "filter": "buyers",
        "expression": "orders > 0",
        "matches": 0,
    }
    assert crm.json("filter", "list") == {
        "schema": 1,
        "filters": [{"name": "buyers", "expression": "orders > 0", "accounts": []}],
    }
    assert "orders > 0" in crm("filter", "list").out
    crm("filter", "remove", "buyers")
    assert crm.json("filter", "list")["filters"] == []
    assert "no such filter" in crm.refuses("filter", "remove", "buyers")


def test_a_preview_of_an_expression_compares_it_with_the_flags_and_changes_nothing(crm: Terminal) -> None:
    ada, bert = crm.add("name=Ada", "orders=2"), crm.add("name=Bert", "orders=1")
    carl = crm.add("name=Carl")
    crm("records", "flag", bert, carl, "--on")
    before = crm.json("records", "list")
    assert crm.json("filter", "preview", "orders > 0") == {
        "schema": 1,
        "expression": "orders > 0",
        "compared_with": FLAGS,
        "matches": 2,
        "enters": 1,
        "leaves": 1,
        "entering": [{"id": ada, "type": "contact", "name": "Ada"}],
        "leaving": [{"id": carl, "type": "contact", "name": "Carl"}],
    }
    assert crm.json("records", "list") == before
    said = crm("filter", "preview", "orders > 0").out.splitlines()
    assert said[1] == "1 enter:"
    assert said[2].startswith("  Ada")


def test_a_preview_says_what_a_change_of_a_saved_filter_would_change(crm: Terminal) -> None:
    crm.add("name=Ada", "orders=2")
    crm.add("name=Bert", "orders=1")
    crm("filter", "set", "buyers", "orders > 0")
    assert crm.json("filter", "preview", "buyers")["matches"] == 2
    change = crm.json("filter", "preview", "buyers", "orders > 1")
    assert (change["matches"], change["enters"], change["leaves"]) == (1, 0, 1)
    assert change["leaving"][0]["name"] == "Bert"
    assert "no such filter" in crm.refuses("filter", "preview", "nobody", "1")


def test_a_change_by_which_many_leave_is_told(crm: Terminal) -> None:
    for n in range(10):
        crm.add(f"name=N{n}", f"orders={n}")
    assert crm("filter", "set", "buyers", "orders >= 0").err == ""
    assert crm("filter", "set", "buyers", "orders >= 1").err == ""
    assert "2 of the 9 records" in crm("filter", "set", "buyers", "orders >= 3").err


def test_a_preview_names_twenty_and_counts_the_rest(crm: Terminal) -> None:
    for n in range(23):
        crm.add(f"name=N{n}")
    assert "  and 3 more" in crm("filter", "preview", "1").out
    assert len(crm.json("filter", "preview", "1")["entering"]) == 20


def test_a_word_that_is_neither_a_filter_nor_a_column_is_told_as_both(crm: Terminal) -> None:
    said = crm.refuses("filter", "preview", "(buyers")
    assert "not closed" in said or "no column" in said
    assert "filter list" in crm.refuses("filter", "preview", "1 1")


def test_hostile_names_are_harmless_in_a_preview(crm: Terminal) -> None:
    for name in HOSTILE:
        crm.add(f"name={name}")
    said = crm("filter", "preview", "1").out
    assert not {"\x1b", "\a", "\u202e", "\0"} & set(said)


@pytest.mark.parametrize("text", REFUSED)
def test_a_hostile_filter_gets_no_answer(crm: Terminal, text: str) -> None:
    crm.add("name=Ada", "note=" + "a" * 1000)
    start = time.thread_time()
    crm.refuses("filter", "preview", text, "--json")
    crm.refuses("filter", "set", "x", text)
    assert time.thread_time() - start < 1


def test_a_preview_at_an_account_compares_with_what_it_gets_and_changes_nothing(phone: Terminal) -> None:
    phone.add("name=Ada", "orders=2")
    bert, carl = phone.add("name=Bert", "orders=1"), phone.add("name=Carl")
    phone("records", "flag", carl, "--on")
    phone("filter", "set", "buyers", "orders > 0")
    said = phone.json("filter", "preview", "buyers", "--account", "phone")
    assert (said["compared_with"], said["enters"], said["leaves"]) == ("what phone gets", 2, 0)
    assert phone.json("account", "set", "phone", "--filter", "buyers")["filter"] == "buyers"
    assert phone.json("account", "list")["accounts"][0]["filter"] == "buyers"
    phone("sync")
    said = phone.json("filter", "preview", "buyers")
    assert (said["compared_with"], said["matches"], said["enters"], said["leaves"]) == ("what phone got last", 2, 0, 0)
    phone("records", "set", bert, "orders=0")
    said = phone.json("filter", "preview", "buyers")
    assert (said["enters"], [one["name"] for one in said["leaving"]]) == (0, ["Bert"])
    assert phone.json("filter", "list")["filters"][0]["accounts"] == ["phone"]
    assert "no-filter" in phone.refuses("filter", "remove", "buyers")
    phone("account", "set", "phone", "--no-filter")
    phone("filter", "remove", "buyers")
    runs = phone.json("sync", "--dry-run")["runs"]
    assert [line["action"] for line in runs[0]["plan"]] == ["delete", "delete"]


def test_only_the_owner_previews_what_an_account_gets(phone: Terminal) -> None:
    phone("user", "add", "luca")
    assert "another user's" in phone.refuses("--user", "luca", "filter", "preview", "1", "--account", "phone")


def test_an_import_only_account_takes_no_filter(crm: Terminal, remote: object) -> None:
    crm("account", "add", "memory", "old", "--url", "remote", "--mode", "import")
    crm("filter", "set", "all", "1 = 1")
    assert "import-only" in crm.refuses("account", "set", "old", "--filter", "all")
