"""`crmsync records merge` and `records promote`."""

from __future__ import annotations

import pytest

from crmsync.connectors.memory_remote import MemoryRemote
from tests.cli.terminal import BOOK, HOSTILE, Terminal


def flagged(crm: Terminal, *values: str) -> str:
    id = crm.add(*values)
    crm("records", "flag", id, "--on")
    return id


def test_a_merge_is_seen_done_and_taken_back(phone: Terminal, remote: MemoryRemote) -> None:
    keep = phone.add("name=Ada", "title=CTO", "emails=ada@work.example")
    other = flagged(phone, "name=Ada", "title=Countess", "note=n", "emails=ada@home.example")
    phone("sync")
    told = phone.json("records", "merge", keep, other, "--dry-run")
    assert told["run"] is None
    assert (told["fills"], told["keeps"]) == ({"note": "n"}, [{"field": "title", "kept": "CTO", "lost": "Countess"}])
    assert ([one["account"] for one in told["moved"]], told["flags"], told["asked"]) == (["phone"], 1, [])
    assert "would become part of" in phone("records", "merge", keep, other, "--dry-run").out
    assert phone.json("records", "list")["total"] == 2
    done = phone.json("records", "merge", keep, other)
    assert {**done, "run": None} == told
    assert phone.json("records", "list")["total"] == 1
    phone("sync")
    assert phone.json("queue", "list")["items"] == []
    assert len(remote.contents(BOOK)) == 1
    phone("undo", done["run"])
    phone("sync")
    assert phone.json("records", "list")["total"] == 2
    assert phone.json("records", "show", keep)["fields"].get("note") is None
    assert phone.json("records", "show", other)["fields"]["title"] == "Countess"


def test_a_value_that_gave_way_is_told_and_put_back(crm: Terminal) -> None:
    keep, other = crm.add("name=Ada", "title=CTO"), crm.add("name=Ada", "title=Countess")
    crm("records", "merge", keep, other)
    assert "title: Countess gave way (another record, conflict 1: merged from" in crm("records", "why", keep).out
    (lost,) = crm.json("conflicts", "list", "--decided")["conflicts"]
    crm("conflicts", "restore", lost["id"])
    assert crm.json("records", "show", keep)["fields"]["title"] == "Countess"


def test_a_second_item_is_told_and_asked_about(phone: Terminal, remote: MemoryRemote) -> None:
    keep, other = flagged(phone, "name=Ada"), flagged(phone, "name=Ada", "note=n")
    phone("sync")
    said = phone("records", "merge", keep, other).out
    assert "asks whether its second item goes (`crmsync conflicts list`), at phone" in said
    assert "fills note: n" in said
    phone("sync")
    assert len(remote.contents(BOOK)) == 2
    (question,) = phone.json("conflicts", "list")["conflicts"]
    phone("conflicts", "resolve", question["id"], "--crm")
    phone("sync")
    assert len(remote.contents(BOOK)) == 1


def test_what_cannot_be_merged_or_promoted_is_refused(crm: Terminal) -> None:
    ada, acme = crm.add("name=Ada"), crm.add("name=Acme", type="company")
    for words in (("merge", ada, ada), ("merge", ada, acme), ("merge", ada, "x"), ("merge", ada), ("promote", ada)):
        crm.refuses("records", *words)
    assert crm.json("records", "list")["total"] == 2


def test_a_lead_becomes_a_company_and_that_a_customer(crm: Terminal) -> None:
    lead = crm.add("name=Acme", type="lead")
    said = crm.json("records", "promote", lead)
    assert (said["type"], said["stage"], said["before"]) == ("company", "prospect", {"type": "lead", "stage": None})
    assert crm("records", "promote", lead).out == f"{lead}: was prospect company, is customer company\n"
    entries = crm.json("records", "history", lead)["entries"]
    assert [one["field"] for one in entries] == ["", "type", "stage", "stage"]
    assert "already" in crm.refuses("records", "promote", lead)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_harmless(crm: Terminal, name: str) -> None:
    if "\x00" in name:
        return
    keep, other = crm.add(f"name={name}", "title=a"), crm.add(f"name={name}", f"title={name}", f"note={name}")
    said = crm("records", "merge", keep, other)
    assert not {"\x1b", "\u202e", "\a", "\u2028"} & set(said.out)
    assert crm.json("records", "list")["total"] == 1
