"""`crmsync queue`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crmsync.connectors.memory_remote import MemoryRemote
from tests.cli.terminal import BOOK, HOSTILE, Terminal, card

MEETING = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:m\r\nDTSTAMP:20260101T000000Z\r\n"
    "DTSTART:20260102T090000Z\r\nSUMMARY:Lunch\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def found(crm: Terminal, tmp_path: Path) -> Terminal:
    """Ada (whom the CRM knows), Bob and a meeting wait in the queue."""
    crm.add("name=Ada Lovelace", "emails=ada@example.org")
    folder = tmp_path / "found"
    folder.mkdir()
    (folder / "a.vcf").write_text(card("1", "Ada Lovelace", "EMAIL:ada@example.org", "TITLE:Countess"))
    (folder / "b.vcf").write_text(card("2", "Bob", "TEL:+39 02 1234567"))
    (folder / "m.ics").write_text(MEETING)
    crm("import", folder)
    return crm


def ids(crm: Terminal) -> dict[str, int]:
    return {one["name"]: one["id"] for one in crm.json("queue", "list")["items"]}


def test_what_waits_is_listed_in_the_shape_of_the_contract(found: Terminal) -> None:
    ada, bob, _ = sorted(found.json("queue", "list")["items"], key=lambda one: one["name"])
    assert (ada["account"], ada["emails"], ada["phones"], ada["type"]) == ("files", ["ada@example.org"], [], None)
    suggestion = ada["suggestion"]
    assert set(suggestion) == {"record", "name", "confidence", "score", "reasons"}
    assert (suggestion["name"], suggestion["confidence"]) == ("Ada Lovelace", "strong")
    assert (bob["suggestion"], bob["phones"]) == (None, ["+39 02 1234567"])
    shown = found("queue", "list").out
    assert "Ada Lovelace" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_an_empty_queue_says_so(crm: Terminal) -> None:
    assert crm.json("queue", "list") == {"schema": 1, "items": []}
    assert "Nothing waits" in crm("queue", "list").out
    assert crm.json("queue", "import")["imported"] == 0
    assert crm.json("queue", "assign", "--all", "--type", "lead")["assigned"] == 0


def test_exactly_those_with_a_type_are_imported_and_flagged(found: Terminal) -> None:
    bob = ids(found)["Bob"]
    assert found.json("queue", "assign", bob, "--type", "lead")["assigned"] == 1
    assert found.json("queue", "list", "--where", "type = 'lead'")["items"][0]["id"] == bob
    said = found.json("queue", "import")
    assert (said["imported"], said["ids"], len(said["records"])) == (1, [bob], 1)
    record = found.json("records", "show", said["records"][0])
    assert (record["type"], record["sync"], record["name"]) == ("lead", True, "Bob")
    assert found.json("queue", "import")["imported"] == 0


def test_all_means_those_that_can_be_of_the_type(found: Terminal) -> None:
    said = found.json("queue", "assign", "--all", "--type", "contact", "--import")
    assert (said["imported"], len(said["skipped"])) == (2, 1)
    assert "appointment" in said["skipped"][0]["reason"]
    assert list(ids(found)) == ["Lunch"]


def test_one_that_was_named_and_cannot_be_of_the_type_fails(found: Terminal) -> None:
    found("queue", "assign", ids(found)["Lunch"], ids(found)["Bob"], "--type", "contact", code=5)
    found("queue", "import", ids(found)["Lunch"], code=5)
    assert "give it a type first" in found("queue", "import", ids(found)["Lunch"], code=5).err


def test_a_suggestion_is_taken_and_fills_what_was_empty(found: Terminal) -> None:
    ada = ids(found)["Ada Lovelace"]
    said = found.json("queue", "accept", ada)
    assert (said["linked"], said["ids"]) == (1, [ada])
    assert found.json("records", "show", said["records"][0])["fields"]["title"] == "Countess"
    found("queue", "accept", ada, code=5)
    assert found.json("records", "list")["total"] == 1


def test_accepting_by_score_takes_no_weaker_ones(found: Terminal) -> None:
    assert found.json("queue", "accept", "--min-score", "101")["linked"] == 0
    assert found.json("queue", "accept", "--min-score", "9" * 30)["linked"] == 0
    assert found.json("queue", "accept", "--min-score", "0")["linked"] == 1
    found.refuses("queue", "accept")
    assert "nothing is suggested" in found("queue", "accept", ids(found)["Bob"], code=5).err


def test_an_item_is_linked_to_the_record_it_is(found: Terminal) -> None:
    (record,) = found.json("records", "list")["records"]
    assert found.json("queue", "link", ids(found)["Bob"], record["id"])["linked"] == 1
    again = ids(found)["Ada Lovelace"]
    assert "of this collection already" in found.refuses("queue", "link", again, record["id"], "--json")
    assert "no such record" in found.refuses("queue", "link", again, "nobody")
    assert "no such item" in found.refuses("queue", "link", 999, record["id"])


def test_ignored_and_private_items_wait_no_longer(found: Terminal) -> None:
    assert found.json("queue", "ignore", ids(found)["Bob"])["left_out"] == 1
    assert found.json("queue", "private", "--where", "name = 'Lunch'")["left_out"] == 1
    assert list(ids(found)) == ["Ada Lovelace"]
    found.refuses("queue", "ignore")


@pytest.mark.parametrize("action", [["assign", "--type", "lead"], ["import"], ["accept"], ["ignore"], ["private"]])
def test_an_id_that_is_not_there_stops_the_whole_decision(found: Terminal, action: list[str]) -> None:
    before = found.json("queue", "list")
    assert "999" in found.refuses("queue", *action, ids(found)["Bob"], 999, "--json")
    assert found.json("queue", "list") == before


def test_a_wrong_expression_decides_nothing(found: Terminal) -> None:
    for words in (["list"], ["assign", "--type", "lead"], ["ignore"]):
        found.refuses("queue", *words, "--where", "nothing = 1")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_suggestion_with_a_hostile_name_is_shown_harmless(crm: Terminal, tmp_path: Path, name: str) -> None:
    (tmp_path / "a.vcf").write_text(card("1", name, "EMAIL:a@example.org"), newline="")
    crm("import", tmp_path / "a.vcf", "--type", "contact")
    (tmp_path / "b.vcf").write_text(card("2", name, "EMAIL:a@example.org"), newline="")
    crm("import", tmp_path / "b.vcf")
    said = crm("queue", "list")
    assert "strong" in str(crm.json("queue", "list")["items"])
    assert not {"\x1b", "\u202e", "\x00", "\a", "\u2028"} & set(said.out)


def test_one_that_can_no_longer_be_read_is_parked_when_it_is_linked(found: Terminal) -> None:
    bob = ids(found)["Bob"]
    with found.behind() as tx:
        row = tx.queue.get(bob)
        mirrored = tx.mirror.get(row.collection, row.item.href)
        assert mirrored is not None
        tx.mirror.put_many(row.collection, [replace(mirrored.item, raw=b"rubbish")])
    (record,) = found.json("records", "list")["records"]
    assert "skipped" in found("queue", "link", bob, record["id"], code=5).err
    assert len(found.json("parked", "list")["parked"]) == 1


def test_a_person_is_told_of_the_first_twenty_that_were_skipped(crm: Terminal, tmp_path: Path) -> None:
    (tmp_path / "a.vcf").write_text("".join(card(str(n), f"P{n}") for n in range(30)), newline="")
    crm("import", tmp_path / "a.vcf")
    said = crm("queue", "assign", "--all", "--type", "task", code=5)
    assert said.err.count("skipped") == 20
    assert said.err.endswith("and 10 more\n")
    assert len(crm("queue", "assign", "--all", "--type", "task", "--json", code=5).json["skipped"]) == 30


def test_one_item_is_shown_with_every_record_it_may_be_and_what_linking_would_do(found: Terminal) -> None:
    ada = ids(found)["Ada Lovelace"]
    shown = found.json("queue", "show", ada)
    (candidate,) = shown["candidates"]
    assert (shown["state"], shown["decided"], candidate["confidence"]) == ("open", None, "strong")
    assert candidate["reasons"] == shown["suggestion"]["reasons"]
    assert candidate["link"]["fills"]["title"] == "Countess"
    said = found("queue", "show", ada).out
    assert "fills title: Countess" in said
    assert "e-mail equal ada@example.org +60" in said
    assert "No record looks like it" in found("queue", "show", ids(found)["Bob"]).out
    found.refuses("queue", "show", 999)
    found("queue", "ignore", ada)
    assert found.json("queue", "show", ada)["candidates"][0]["refused"] == "decided already: ignored"
    assert "ignored by me" in found("queue", "show", ada).out


def test_a_link_is_shown_before_it_is_made_and_that_is_what_is_made(found: Terminal) -> None:
    ada = ids(found)["Ada Lovelace"]
    (record,) = found.json("records", "list")["records"]
    found("records", "set", record["id"], "title=CTO", "emails=")
    before = found.json("records", "show", record["id"])
    said = found.json("queue", "link", ada, record["id"], "--dry-run")
    assert said["keeps"] == [{"field": "title", "crm": "CTO", "item": "Countess"}]
    assert found.json("records", "show", record["id"]) == before
    shown = found("queue", "link", ada, record["id"], "--dry-run").out
    assert "keeps title: CTO (the item's, Countess, stays in the conflict log)" in shown
    found("queue", "link", ada, record["id"])
    after = found.json("records", "show", record["id"])["fields"]
    assert {name: value for name, value in after.items() if before["fields"].get(name) != value} == said["fills"]


def test_a_link_to_a_remote_that_is_written_shows_what_changes_there(phone: Terminal, remote: MemoryRemote) -> None:
    remote.seed(BOOK, "1", card("1", "Ada", "EMAIL:ada@example.org", "TEL:1").encode())
    record = phone.add("name=Ada", "title=CTO", "emails=ada@example.org,ada@home.example")
    phone("sync")
    said = phone.json("queue", "link", ids(phone)["Ada"], record, "--dry-run")
    assert set(said["remote"]) == {"title", "emails"}
    assert set(said["fills"]) == {"phones"}
    assert "then at the remote, title: CTO" in phone("queue", "link", ids(phone)["Ada"], record, "--dry-run").out


def test_accepting_by_score_is_shown_before_it_is_done(found: Terminal) -> None:
    said = found.json("queue", "accept", "--min-score", "80", "--dry-run")
    (one,) = said["would_link"]
    assert (one["item"], one["name"], one["fills"]["title"]) == ("Ada Lovelace", "Ada Lovelace", "Countess")
    assert "Ada Lovelace" in found("queue", "accept", "--min-score", "80", "--dry-run").out
    assert "Nothing would be linked" in found("queue", "accept", "--min-score", "101", "--dry-run").out
    assert "would be skipped: nothing is suggested" in found("queue", "accept", ids(found)["Bob"], "--dry-run").err
    assert len(ids(found)) == 3
    assert found.json("queue", "accept", "--min-score", "80")["ids"] == [one["id"]]


def test_a_suggestion_that_no_longer_holds_is_not_accepted(found: Terminal) -> None:
    (record,) = found.json("records", "list")["records"]
    found("records", "set", record["id"], "name=Grace Hopper", "emails=grace@example.org")
    said = found("queue", "accept", "--min-score", "80", "--json", code=5).json
    assert said["linked"] == 0
    assert "no longer looks like Grace Hopper" in said["skipped"][0]["reason"]
    assert found.json("records", "show", record["id"])["fields"].get("title") is None


@pytest.mark.parametrize("words", [("import", "--company"), ("assign", "--type", "contact", "--with-company")])
def test_a_contact_comes_with_the_company_of_its_card(phone: Terminal, remote: MemoryRemote, words: list[str]) -> None:
    for name in ("Ada Byron", "Bob Marley"):
        remote.seed(BOOK, name, card(name, name, "ORG:Acme").encode())
    remote.seed(BOOK, "c", card("c", "Cid").encode())
    phone("sync")
    verb, *options = words
    said = phone("queue", verb, *ids(phone).values(), *options, "--json", code=5).json
    assert (said["imported"], len(said["skipped"])) == (2, 1)
    assert [(one["name"], one["made"]) for one in said["companies"]] == [("Acme", True), ("Acme", False)]
    assert {one["type"] for one in phone.json("records", "list")["records"]} == {"company", "contact"}
    assert list(ids(phone)) == ["Cid"]
    phone("undo", "--last")
    assert phone.json("records", "list")["total"] == 0
    assert "companies made: 1" in phone("queue", verb, *ids(phone).values(), *options, code=5).out


def test_only_contacts_come_with_a_company(found: Terminal) -> None:
    found.refuses("queue", "assign", "--all", "--type", "lead", "--with-company")
    found.refuses("queue", "import", "--company")


def test_a_decision_that_fits_no_item_leaves_no_run(found: Terminal) -> None:
    bob = str(ids(found)["Bob"])
    before = found.json("runs", "list")["runs"]
    found.tries("queue", "assign", bob, "--type", "task")
    assert found.json("runs", "list")["runs"] == before
    found("queue", "assign", bob, "--type", "contact")
    once = found.json("runs", "list")["runs"]
    assert len(once) == len(before) + 1
    found("queue", "assign", bob, "--type", "contact")
    assert found.json("runs", "list")["runs"] == once
