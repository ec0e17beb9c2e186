"""`crmsync queue rules`."""

from __future__ import annotations

import pytest

from crmsync.connectors.memory_remote import MemoryRemote
from tests.cli.terminal import BOOK, HOSTILE, Terminal, card

ACME = "email LIKE '%@acme.example'"


@pytest.fixture
def waiting(phone: Terminal, remote: MemoryRemote) -> Terminal:
    """Ada and Bob of Acme, and Eva, wait."""
    for name, mail in (("Ada", "ada@acme.example"), ("Bob", "bob@acme.example"), ("Eva", "eva@home.example")):
        remote.seed(BOOK, name, card(name, name, f"EMAIL:{mail}").encode())
    phone("sync")
    return phone


def names(crm: Terminal) -> list[str]:
    return sorted(one["name"] for one in crm.json("queue", "list")["items"])


def test_a_rule_is_seen_made_and_decides_about_what_arrives(waiting: Terminal, remote: MemoryRemote) -> None:
    said = waiting("queue", "rules", "preview", ACME, "--type", "contact", "--import").out
    assert "would hit 2 of the queue, 0 of past decisions, 0 against you" in said
    made = waiting.json("queue", "rules", "add", "acme", "--where", ACME, "--type", "contact", "--import")
    assert (made["rule"]["name"], made["rule"]["position"], made["hits"]) == ("acme", 1, 2)
    remote.seed(BOOK, "cid", card("cid", "Cid", "EMAIL:cid@acme.example").encode())
    assert "rule acme: import 1" in waiting("sync").err
    assert names(waiting) == ["Ada", "Bob", "Eva"]
    (record,) = waiting.json("records", "list")["records"]
    why = waiting.json("records", "why", record["id"], "name")["fields"][0]
    assert (why["actor"], why["origin"]) == ("rule acme", "phone")
    assert why["reason"].startswith("rule acme")


def test_rules_are_applied_to_what_waits_when_a_person_says_so(waiting: Terminal) -> None:
    waiting("queue", "rules", "add", "acme", "--where", ACME, "--type", "lead", "--import")
    said = waiting.json("queue", "rules", "apply")
    (result,) = said["rules"]
    assert (result["rule"], result["decided"], len(result["records"]), result["skipped"]) == ("acme", 2, 2, [])
    assert names(waiting) == ["Eva"]
    run = next(one for one in waiting.json("runs", "list")["runs"] if one["id"] == said["run"])
    assert (run["kind"], run["state"]) == ("rules", "done")
    assert waiting.json("queue", "rules", "apply")["rules"][0]["decided"] == 0
    assert "acme" in waiting("queue", "rules", "apply").out


def test_a_preview_names_what_was_decided_otherwise(waiting: Terminal) -> None:
    ids = {one["name"]: one["id"] for one in waiting.json("queue", "list")["items"]}
    waiting("queue", "private", ids["Bob"])
    waiting("queue", "rules", "add", "acme", "--where", ACME, "--type", "contact", "--import")
    said = waiting.json("queue", "rules", "preview", "acme")
    assert (said["hits"], said["past"], said["against"]) == (
        1, 1, [{"id": ids["Bob"], "name": "Bob", "decision": "private"}],
    )  # fmt: skip
    shown = waiting("queue", "rules", "preview", "acme").out
    assert "1 of the queue, 1 of past decisions, 1 against you" in shown
    assert f"against you: Bob ({ids['Bob']}), which you decided: private" in shown
    assert waiting.json("queue", "rules", "preview", ACME)["against"] == []


def test_rules_are_listed_in_order_moved_switched_and_removed(phone: Terminal) -> None:
    assert "No rule yet" in phone("queue", "rules", "list").out
    phone("queue", "rules", "add", "one", "--where", "1", "--ignore")
    phone("queue", "rules", "add", "two", "--where", "1", "--private", "--account", "phone")
    phone("queue", "rules", "add", "three", "--where", "1", "--type", "lead")
    assert phone.json("queue", "rules", "move", "three", "1")["order"] == ["three", "one", "two"]
    phone("queue", "rules", "off", "one")
    assert phone.json("runs", "list")["runs"][0]["message"] == "queue rules off"
    rules = phone.json("queue", "rules", "list")["rules"]
    assert [(one["name"], one["position"], one["on"], one["action"], one["account"]) for one in rules] == [
        ("three", 1, True, "assign", None),
        ("one", 2, False, "ignore", None),
        ("two", 3, True, "private", "phone"),
    ]
    shown = phone("queue", "rules", "list").out
    assert "type lead" in shown
    assert max(map(len, shown.splitlines())) <= 80
    phone("queue", "rules", "remove", "one")
    phone("queue", "rules", "on", "two")
    assert [one["name"] for one in phone.json("queue", "rules", "list")["rules"]] == ["three", "two"]


def test_what_makes_no_rule_is_refused(phone: Terminal) -> None:
    rules = ("queue", "rules")
    for words in (
        ("add", "x", "--where", "1"),
        ("add", "x", "--where", "1", "--import"),
        ("add", "x", "--where", "1", "--ignore", "--import"),
        ("add", "x", "--where", "1", "--ignore", "--private"),
        ("add", "x", "--where", "nothing = 1", "--ignore"),
        ("add", "x", "--where", "1", "--ignore", "--account", "nobody"),
        ("add", "x", "--ignore"),
        ("preview", "nothing = 1"),
        ("move", "x", "1"),
        ("on", "x"),
        ("remove", "x"),
        (),
    ):
        phone.refuses(*rules, *words)
    assert phone.json(*rules, "list")["rules"] == []


def test_a_rule_that_cannot_be_asked_any_more_is_told(waiting: Terminal) -> None:
    waiting("queue", "rules", "add", "acme", "--where", ACME, "--private")
    with waiting.behind() as tx:
        tx.queue_rules._session.write("UPDATE queue_rules SET expression = 'nothing = 1'")
    said = waiting("queue", "rules", "apply", code=5)
    assert "acme: nothing = 1: this filter cannot be used" in said.err
    assert len(names(waiting)) == 3


def test_what_rules_decided_is_taken_back_like_what_people_decide(waiting: Terminal, remote: MemoryRemote) -> None:
    waiting("queue", "rules", "add", "acme", "--where", ACME, "--type", "lead", "--import")
    waiting("queue", "rules", "add", "rest", "--where", "1", "--private")
    applied = waiting.json("queue", "rules", "apply")["run"]
    remote.seed(BOOK, "cid", card("cid", "Cid", "EMAIL:cid@acme.example").encode())
    synced = waiting.json("sync")["runs"][0]["id"]
    assert (names(waiting), waiting.json("records", "list")["total"]) == ([], 3)
    before = remote.contents(BOOK)
    waiting("undo", synced)
    assert (names(waiting), waiting.json("records", "list")["total"]) == (["Cid"], 2)
    waiting("undo", applied)
    assert (names(waiting), waiting.json("records", "list")["total"]) == (["Ada", "Bob", "Cid", "Eva"], 0)
    waiting("sync")
    waiting("sync", "--full")
    assert (names(waiting), waiting.json("records", "list")["total"]) == (["Ada", "Bob", "Cid", "Eva"], 0)
    assert remote.contents(BOOK) == before


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_against_a_rule_is_shown_harmless(phone: Terminal, remote: MemoryRemote, name: str) -> None:
    remote.seed(BOOK, "1", card("1", name, "EMAIL:a@acme.example").encode())
    phone("sync")
    phone("queue", "private", "--all")
    said = phone("queue", "rules", "preview", ACME, "--ignore")
    assert "1 against you" in said.out
    assert not {"\x1b", "\u202e", "\x00", "\a", "\u2028"} & set(said.out)


def test_what_was_decided_becomes_a_rule_when_a_person_says_so(phone: Terminal, remote: MemoryRemote) -> None:
    assert "suggest no rule yet" in phone("queue", "rules", "learn").out
    for n in range(3):
        remote.seed(BOOK, str(n), card(str(n), f"Ada{n} Byron{n}", f"EMAIL:a{n}@acme.example").encode())
    phone("sync")
    phone("queue", "assign", "--all", "--type", "contact", "--import")
    (one,) = phone.json("queue", "rules", "learn")["proposals"]
    assert (one["number"], one["rule"]["where"], one["past"], one["against"]) == (1, ACME, 3, [])
    assert phone.json("queue", "rules", "list")["rules"] == []
    shown = phone("queue", "rules", "learn").out
    assert "import as contact" in shown
    assert max(map(len, shown.splitlines())) <= 80
    phone.refuses("queue", "rules", "learn", "--add", "2")
    phone.refuses("queue", "rules", "learn", "--add", "0")
    assert "from now on" in phone("queue", "rules", "learn", "--add", "1", "1").out
    remote.seed(BOOK, "new", card("new", "Bob Marley", "EMAIL:bob@acme.example").encode())
    phone("sync")
    assert phone.json("queue", "list")["items"] == []
    assert phone.json("queue", "rules", "learn")["proposals"] == []
