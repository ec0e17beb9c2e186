"""`conflicts show`, `resolve --like`, and how far a policy is told to reach."""

from __future__ import annotations

import pytest

from crmsync.connectors.memory_remote import MemoryRemote
from tests.cli.terminal import Terminal
from tests.cli.test_decisions import edit, linked


@pytest.fixture
def three(phone: Terminal, remote: MemoryRemote) -> Terminal:
    """Three people with a note in conflict, the first with a title too and a birthday that came in by itself."""
    people = linked(phone, remote, "Ada", "Bob", "Eve")
    for name, id in people.items():
        edit(remote, f"/book/{name}.vcf", "NOTE:from the phone")
        phone("records", "set", id, "note=from the office")
    edit(remote, "/book/Ada.vcf", "TITLE:Countess", "BDAY:1815-12-10")
    phone("records", "set", people["Ada"], "title=CTO")
    phone("sync")
    return phone


def of(crm: Terminal, field: str) -> list[int]:
    return [int(str(one["id"])) for one in crm.json("conflicts", "list")["conflicts"] if one["field"] == field]


def test_a_conflict_is_shown_with_the_whole_record_beside_its_item(three: Terminal) -> None:
    (title,) = of(three, "title")
    said = three.json("conflicts", "show", title)
    assert (said["name"], said["account"], said["item"], said["field"]) == ("Ada", "phone", "/book/Ada.vcf", "title")
    fields = {str(one["field"]): one for one in said["fields"]}
    assert {name: one["fate"] for name, one in fields.items()} == {
        "birthday": "to crm", "name": "same", "note": "asked", "title": "asked",
        **{name: "same" for name in fields if name in ("given", "family")},
    }  # fmt: skip
    asked = fields["title"]
    assert (asked["crm"], asked["remote"], asked["conflict"]) == ("CTO", "Countess", title)
    assert fields["birthday"]["done"] is True
    text = three("conflicts", "show", title).out
    assert "Countess" in text and "to crm; done" in text and "same" not in text
    assert "same" in three("conflicts", "show", title, "--all").out
    assert "no such conflict" in three.refuses("conflicts", "show", 999)


def test_all_that_ask_the_same_are_decided_at_once(three: Terminal) -> None:
    note = of(three, "note")
    assert three.json("conflicts", "resolve", "--like", note[1], "--remote")["ids"] == note
    assert len(of(three, "title")) == 1
    assert "no such conflict is open" in three.refuses("conflicts", "resolve", "--like", note[0], "--crm")


def test_a_policy_reaches_as_far_as_is_said(three: Terminal) -> None:
    note = of(three, "note")[0]
    said = three.json("conflicts", "resolve", note, "--crm", "--policy", "--every-type", "--every-field")
    assert {(one["field"], one["choice"]) for one in said["policies"]} == {("*", "crm")}
    assert len({one["type"] for one in said["policies"]}) == 6
    three("sync")
    assert three.json("conflicts", "list")["conflicts"] == []
    assert "with --policy" in three.refuses("conflicts", "resolve", note, "--crm", "--every-account")


def test_hostile_values_are_shown_harmless(phone: Terminal, remote: MemoryRemote) -> None:
    ada = linked(phone, remote, "Ada")["Ada"]
    edit(remote, "/book/Ada.vcf", "NOTE:there \x1b[2J\x07 \u202efdp")
    phone("records", "set", ada, "note=here \x1b[31m\x07 \u202efdp")
    phone("sync")
    said = phone("conflicts", "show", of(phone, "note")[0])
    assert "here" in said.out and "there" in said.out
    assert not {"\x1b", "\x07", "\u202e"} & set(said.out + said.err)
