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
    phone: Terminal, luca: dict[str, str], remote: MemoryRemote
) -> None:
    remote.seed(BOOK, "a", card("a", "Secret Person", "EMAIL:secret@acme.example").encode())
    phone("sync")
    (item,) = phone.json("queue", "list")["items"]
    assert item["suggestion"]["record"] == luca["hers"]
    (item,) = phone.json(*AS_LUCA, "queue", "list")["items"]
    assert item["suggestion"] is None
    for probe in ("suggestion IS NOT NULL", "score > 0", "confidence <> 'none'"):
        assert len(phone.json("queue", "list", "--where", probe)["items"]) == 1
        assert phone.json(*AS_LUCA, "queue", "list", "--where", probe)["items"] == []
        assert phone.json(*AS_LUCA, "queue", "ignore", "--where", probe)["left_out"] == 0
    shown = phone.json(*AS_LUCA, "queue", "show", item["id"])
    assert (shown["suggestion"], shown["candidates"]) == (None, [])
    assert "no such record" in phone.refuses(*AS_LUCA, "queue", "link", item["id"], luca["hers"])
    said = phone(*AS_LUCA, "queue", "accept", "--min-score", "1", "--json", code=5)
    assert (said.json["linked"], luca["hers"] in said.out + said.err) == (0, False)


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
