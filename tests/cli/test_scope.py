"""A record outside a user's scope is, to that user, not there."""

from __future__ import annotations

import pytest

from crmsync.connectors.memory_remote import MemoryRemote
from tests.cli.terminal import BOOK, Terminal, card

AS_LUCA = ("--user", "luca")


@pytest.fixture
def luca(phone: Terminal) -> dict[str, str]:
    """A user who sees only his own; one record is his, one is Anna's, one a supplier's, one nobody's."""
    phone("user", "add", "luca", "--scope", "own", "--suppliers", "no")
    return {
        "his": phone.add("name=Otto Weber", "owner=luca", "orders=1", "note=x"),
        "hers": phone.add("name=Secret Person", "owner=anna", "orders=2", "emails=secret@acme.example", "note=x"),
        "supplier": phone.add("name=Secret Supplies", "owner=luca", "orders=3", type="supplier"),
        "nobody's": phone.add("name=Secret Orphan", "orders=4"),
    }


def hidden(luca: dict[str, str]) -> list[str]:
    return [id for name, id in luca.items() if name != "his"]


@pytest.mark.parametrize(
    "words",
    [
        ("records", "list"),
        ("records", "list", "--search", "secret"),
        ("records", "list", "--search", "secret@acme.example"),
        ("records", "list", "--where", "orders > 0"),
        ("records", "list", "--type", "supplier"),
        ("records", "list", "--limit", "1"),
        ("filter", "preview", "orders > 0"),
        ("export", "--format", "json"),
        ("export", "--format", "csv"),
        ("export", "--format", "vcard", "--where", "orders > 0"),
        ("queue", "list"),
        ("conflicts", "list"),
        ("records", "duplicates", "--min-score", "20"),
    ],
)
def test_no_list_shows_or_counts_what_is_outside_the_scope(
    phone: Terminal, luca: dict[str, str], words: tuple[str, ...]
) -> None:
    as_json = () if words[0] == "export" else ("--json",)
    done = phone.process(*AS_LUCA, *words, *as_json)
    assert done.returncode == 0
    said = done.stdout.decode() + done.stderr.decode()
    assert "ecret" not in said.replace("--search", "")
    assert not [id for id in hidden(luca) if id in said]


def test_totals_and_counts_are_those_of_what_is_seen(phone: Terminal, luca: dict[str, str]) -> None:
    assert phone.json(*AS_LUCA, "records", "list")["total"] == 1
    assert phone.json("records", "list")["total"] == 4
    assert phone.json(*AS_LUCA, "filter", "preview", "orders > 0")["matches"] == 1
    assert phone.json(*AS_LUCA, "filter", "set", "f", "orders > 0")["matches"] == 1
    assert phone.json("filter", "preview", "orders > 0")["matches"] == 4


def test_a_guessed_id_answers_like_one_that_never_was(phone: Terminal, luca: dict[str, str]) -> None:
    commands = [
        ("records", "show", "ID"),
        ("records", "why", "ID"),
        ("records", "history", "ID"),
        ("records", "set", "ID", "title=x"),
        ("records", "flag", "ID", "--on"),
        ("records", "delete", "ID"),
        ("records", "promote", "ID"),
        ("records", "merge", luca["his"], "ID"),
        ("records", "merge", "ID", luca["his"]),
        ("explain", "ID"),
    ]
    for command in commands:
        never = phone.refuses(*AS_LUCA, *[word.replace("ID", "never") for word in command])
        for id in hidden(luca):
            said = phone.refuses(*AS_LUCA, *[word.replace("ID", id) for word in command])
            assert said.replace(id, "never") == never, command
    assert [phone.json("records", "show", id)["sync"] for id in luca.values()] == [False] * 4
    phone(*AS_LUCA, "records", "show", luca["his"])


def test_flags_by_expression_reach_what_is_seen_only(phone: Terminal, luca: dict[str, str]) -> None:
    assert phone.json(*AS_LUCA, "records", "flag", "--where", "1", "--on")["flagged"] == 1


def test_the_queue_suggests_and_links_nobody_outside_the_scope(
    crm: Terminal, luca: dict[str, str], remote: MemoryRemote
) -> None:
    crm("account", "remove", "phone")
    crm(*AS_LUCA, "account", "add", "memory", "his", "--url", "remote")
    remote.seed(BOOK, "a", card("a", "Secret Person", "EMAIL:secret@acme.example").encode())
    crm("sync")
    (item,) = crm.json("queue", "list")["items"]
    assert item["suggestion"]["record"] == luca["hers"]
    (item,) = crm.json(*AS_LUCA, "queue", "list")["items"]
    assert item["suggestion"] is None
    for probe in ("suggestion IS NOT NULL", "score > 0", "confidence <> 'none'"):
        assert len(crm.json("queue", "list", "--where", probe)["items"]) == 1
        assert crm.json(*AS_LUCA, "queue", "list", "--where", probe)["items"] == []
        assert crm.json(*AS_LUCA, "queue", "ignore", "--where", probe)["left_out"] == 0
    shown = crm.json(*AS_LUCA, "queue", "show", item["id"])
    assert (shown["suggestion"], shown["candidates"]) == (None, [])
    assert "no such record" in crm.refuses(*AS_LUCA, "queue", "link", item["id"], luca["hers"])
    said = crm(*AS_LUCA, "queue", "accept", "--min-score", "1", "--json", code=5)
    assert (said.json["linked"], luca["hers"] in said.out + said.err) == (0, False)


def test_what_was_found_in_the_account_of_somebody_else_is_nobody_elses(
    phone: Terminal, luca: dict[str, str], remote: MemoryRemote
) -> None:
    remote.seed(BOOK, "a", card("a", "Private Friend").encode())
    phone("sync")
    (item,) = phone.json("queue", "list")["items"]
    assert phone.json(*AS_LUCA, "queue", "list")["items"] == phone.json(*AS_LUCA, "account", "list")["accounts"] == []
    assert phone.json(*AS_LUCA, "sync")["runs"] == []
    for words in (("queue", "show"), ("queue", "link"), ("queue", "private"), ("queue", "assign", "--type", "contact")):
        more = [luca["his"]] if words[-1] == "link" else []
        never = phone.refuses(*AS_LUCA, *words, "999", *more)
        assert phone.refuses(*AS_LUCA, *words, item["id"], *more).replace(f"{item['id']}:", "999:") == never
    for words in (("sync",), ("explain", "--account"), ("report", "--pending"), ("account", "check")):
        assert "no such account" in phone.refuses(*AS_LUCA, *words, "phone")
    for words in (("account", "set", "phone", "--no-filter"), ("account", "remove", "phone")):
        assert "no such account" in phone.refuses(*AS_LUCA, *words)


def test_records_of_a_team_are_seen_by_whoever_is_in_it(phone: Terminal, luca: dict[str, str]) -> None:
    for name in ("anna", "eva"):
        phone("user", "add", name, "--scope", "team")
    assert phone.json("--user", "eva", "records", "list")["total"] == 0
    phone("user", "set", "anna", "--team", "north")
    phone("user", "set", "eva", "--team", "north")
    assert [one["id"] for one in phone.json("--user", "eva", "records", "list")["records"]] == [luca["hers"]]
    phone("user", "set", "luca", "--team", "north")
    seen = {one["id"] for one in phone.json("--user", "eva", "records", "list")["records"]}
    assert seen == set(luca.values()) - {luca["nobody's"]}
    assert [one["id"] for one in phone.json(*AS_LUCA, "records", "list")["records"]] == [luca["his"]]
    phone("user", "set", "eva", "--team", "")
    assert phone.json("--user", "eva", "records", "list")["total"] == 0
    teams = {one["name"]: one["team"] for one in phone.json("user", "list")["users"]}
    assert teams == {"me": None, "luca": "north", "anna": "north", "eva": None}


def test_what_somebody_of_a_team_makes_is_seen_by_the_team_alone(crm: Terminal) -> None:
    for name, team in (("anna", "north"), ("eva", "north"), ("tom", "south")):
        crm("user", "add", name, "--scope", "team", "--team", team)
    crm("--user", "anna", "records", "add", "--type", "contact", "name=New")
    totals = {name: crm.json("--user", name, "records", "list")["total"] for name in ("anna", "eva", "tom")}
    assert totals == {"anna": 1, "eva": 1, "tom": 0}


def test_the_items_of_a_record_that_left_the_scope_are_not_named_while_they_leave(
    crm: Terminal, luca: dict[str, str], remote: MemoryRemote
) -> None:
    crm("account", "remove", "phone")
    crm(*AS_LUCA, "account", "add", "memory", "his", "--url", "remote")
    crm(*AS_LUCA, "records", "flag", luca["his"], "--on")
    crm("sync")
    crm("records", "set", luca["his"], "owner=anna")
    for words in (("sync", "--dry-run"), ("report", "--pending", "his"), ("explain", "--list", "all"), ("sync",)):
        said = crm(*AS_LUCA, *words, "--json")
        assert luca["his"] not in said.out + said.err
        assert "Otto" not in said.out + said.err
    assert remote.contents(BOOK) == {}
    assert crm.json("records", "show", luca["his"])["fields"]["owner"] == "anna"


def test_a_plan_is_decided_by_somebody_who_sees_all_of_it(
    crm: Terminal, luca: dict[str, str], remote: MemoryRemote
) -> None:
    crm("account", "remove", "phone")
    crm(*AS_LUCA, "account", "add", "memory", "his", "--url", "remote")
    made = [crm.add(f"name=Person {n}", "owner=luca") for n in range(12)]
    crm(*AS_LUCA, "records", "flag", *made, "--on")
    crm("sync")
    crm(*AS_LUCA, "records", "flag", *made, "--off")
    crm("sync")
    (plan,) = crm.json(*AS_LUCA, "plans", "list")["plans"]
    assert (plan["lines"], plan["reason"]) == (12, "it does too much at once")
    crm("records", "set", made[0], "owner=anna")
    (plan,) = crm.json(*AS_LUCA, "plans", "list")["plans"]
    assert plan["lines"] == 11
    for word in ("apply", "discard"):
        assert "more than you may see" in crm.refuses(*AS_LUCA, "plans", word, plan["id"])
    for id in made[1:]:
        crm("records", "set", id, "owner=anna")
    assert crm.json(*AS_LUCA, "plans", "list")["plans"] == []
    assert "no such plan" in crm.refuses(*AS_LUCA, "plans", "show", plan["id"])
    assert crm.json(*AS_LUCA, "status")["counts"]["held"] == 0
    crm("plans", "discard", plan["id"])


def test_who_may_not_take_back_is_told_so_before_anything_else(phone: Terminal, luca: dict[str, str]) -> None:
    told = {
        phone.refuses(*AS_LUCA, *words) for words in (("undo", "1"), ("undo", "999"), ("undo", "--last"), ("redo",))
    }
    assert len(told) == 1


def test_conflicts_about_others_are_neither_listed_nor_decided(
    phone: Terminal, luca: dict[str, str], remote: MemoryRemote
) -> None:
    phone("records", "flag", luca["hers"], "--on")
    phone("sync")
    (href,) = remote.contents(BOOK)
    raw = remote.raw(BOOK, href)
    assert raw is not None
    remote.edit(BOOK, href, raw.replace(b"NOTE:x", b"NOTE:there"))
    phone("records", "set", luca["hers"], "note=here")
    phone("sync")
    (conflict,) = phone.json("conflicts", "list")["conflicts"]
    assert phone.json(*AS_LUCA, "conflicts", "list")["conflicts"] == []
    assert "no such conflict" in phone.refuses(*AS_LUCA, "conflicts", "resolve", conflict["id"], "--crm")
    assert phone.json(*AS_LUCA, "conflicts", "resolve", "--all", "--crm")["resolved"] == 0
    phone("conflicts", "resolve", conflict["id"], "--crm")
    assert phone.json(*AS_LUCA, "conflicts", "list", "--decided")["conflicts"] == []
    never = phone.refuses(*AS_LUCA, "conflicts", "restore", "999")
    assert (
        phone.refuses(*AS_LUCA, "conflicts", "restore", conflict["id"]).replace(f"{conflict['id']}:", "999:") == never
    )


def test_what_such_a_user_makes_is_the_users_own(crm: Terminal, remote: MemoryRemote) -> None:
    crm("user", "add", "luca", "--scope", "own")
    crm(*AS_LUCA, "account", "add", "memory", "his", "--url", "remote")
    added = crm.json(*AS_LUCA, "records", "add", "--type", "contact", "name=New")["id"]
    assert crm.json("records", "show", added)["fields"]["owner"] == "luca"
    remote.seed(BOOK, "a", card("a", "Anna Rossi").encode())
    crm("sync")
    crm(*AS_LUCA, "queue", "assign", "--all", "--type", "contact", "--import")
    for _ in range(3):
        crm("sync")
    assert sorted(remote.contents(BOOK)) == [BOOK + "a.vcf"]
    (anna,) = crm.json(*AS_LUCA, "records", "list", "--search", "anna")["records"]
    assert (anna["fields"]["owner"], anna["sync"]) == ("luca", True)
