"""`crmsync conflicts`, `plans` and `parked`: what waits for a person, and the answers."""

from __future__ import annotations

import pytest

from crmsync.connectors.faults import WRITES, Fault
from crmsync.connectors.memory_remote import MemoryRemote
from crmsync.errors import Refused, Unreachable
from tests.cli.terminal import BOOK, HOSTILE, Terminal, card


def linked(crm: Terminal, remote: MemoryRemote, *names: str) -> dict[str, str]:
    """Records that both sides have; name -> record."""
    for name in names:
        remote.seed(BOOK, name.replace(" ", ""), card(name, name).encode())
    crm("sync")
    crm("queue", "assign", "--all", "--type", "contact", "--import")
    return {one["name"]: one["id"] for one in crm.json("records", "list")["records"]}


def edit(remote: MemoryRemote, href: str, *lines: str) -> None:
    raw = remote.raw(BOOK, href)
    assert raw is not None
    remote.edit(BOOK, href, raw.replace(b"END:VCARD", "\r\n".join([*lines, "END:VCARD"]).encode()))


@pytest.fixture
def clash(phone: Terminal, remote: MemoryRemote) -> Terminal:
    """Both sides wrote a note, and added another phone number and another title."""
    ada = linked(phone, remote, "Ada")["Ada"]
    edit(remote, "/book/Ada.vcf", "NOTE:from the phone", "TITLE:Countess")
    phone("records", "set", ada, "note=from the office", "title=CTO")
    phone("sync")
    return phone


def test_a_conflict_has_the_shape_of_the_contract(clash: Terminal) -> None:
    note, title = sorted(clash.json("conflicts", "list")["conflicts"], key=lambda one: str(one["field"]))
    assert set(note) == {"id", "record", "name", "account", "field", "base", "crm", "remote", "since"}
    shown = {key: note[key] for key in ("name", "account", "field", "base", "crm", "remote")}
    assert shown == {
        "name": "Ada", "account": "phone", "field": "note", "base": None, "crm": "from the office",
        "remote": "from the phone",
    }  # fmt: skip
    assert title["field"] == "title"
    text = clash("conflicts", "list").out
    assert "from the office" in text
    assert max(map(len, text.splitlines())) <= 80


def test_without_a_conflict_the_list_says_so(crm: Terminal) -> None:
    assert crm.json("conflicts", "list") == {"schema": 1, "conflicts": []}
    assert "No conflict is open" in crm("conflicts", "list").out
    assert crm.json("conflicts", "resolve", "--all", "--crm")["resolved"] == 0


@pytest.mark.parametrize(
    ("how", "stands"),
    [
        (["--crm"], "from the office"),
        (["--remote"], "from the phone"),
        (["--base"], None),
        (["--value", "from nobody"], "from nobody"),
    ],
)
def test_the_chosen_value_stands_on_both_sides(
    clash: Terminal, remote: MemoryRemote, how: list[str], stands: str | None
) -> None:
    assert clash.json("conflicts", "resolve", "--field", "note", *how)["resolved"] == 1
    clash("sync")
    (record,) = clash.json("records", "list")["records"]
    assert record["fields"].get("note") == stands
    raw = remote.raw(BOOK, "/book/Ada.vcf")
    assert raw is not None
    assert (f"NOTE:{stands}".encode() in raw) if stands else (b"NOTE" not in raw)
    (left,) = clash.json("conflicts", "list")["conflicts"]
    assert left["field"] == "title"


def test_the_value_that_lost_can_be_found_and_put_back(clash: Terminal) -> None:
    assert clash.json("conflicts", "list", "--decided")["conflicts"] == []
    assert "No conflict was decided" in clash("conflicts", "list", "--decided").out
    clash("conflicts", "resolve", "--field", "note", "--crm")
    (decided,) = clash.json("conflicts", "list", "--decided")["conflicts"]
    assert (decided["resolution"], decided["losing"], decided["by"]) == ("crm", "from the phone", "me")
    assert "from the phone" in clash("conflicts", "list", "--decided").out
    clash("records", "set", decided["record"], f"note={decided['losing']}")
    clash("sync")
    assert clash.json("records", "show", decided["record"])["fields"]["note"] == "from the phone"


def test_a_batch_with_one_that_cannot_be_decided_so_decides_none(clash: Terminal) -> None:
    before = clash.json("conflicts", "list")
    ids = [one["id"] for one in before["conflicts"]]
    assert "only one of the two" in clash.refuses("conflicts", "resolve", "--all", "--both", "--json")
    assert "no such conflict" in clash.refuses("conflicts", "resolve", ids[0], 999, "--crm")
    assert clash.json("conflicts", "list") == before


def test_a_decided_conflict_is_open_no_more(clash: Terminal) -> None:
    first = clash.json("conflicts", "list")["conflicts"][0]["id"]
    assert clash.json("conflicts", "resolve", first, first, "--crm")["ids"] == [first]
    clash.refuses("conflicts", "resolve", first, "--crm")
    clash.refuses("conflicts", "resolve", "--crm")
    clash.refuses("conflicts", "resolve", "--all")
    clash.refuses("conflicts", "resolve", "--all", "--crm", "--remote")


def test_a_value_must_fit_the_field(clash: Terminal, phone: Terminal) -> None:
    clash.refuses("conflicts", "resolve", "--field", "nonsense", "--value")
    assert clash.json("conflicts", "resolve", "--field", "nonsense", "--crm")["resolved"] == 0


def test_a_deletion_against_an_edit_is_a_question_with_its_own_words(phone: Terminal, remote: MemoryRemote) -> None:
    ada = linked(phone, remote, "Ada")["Ada"]
    remote.remove(BOOK, "/book/Ada.vcf")
    phone("sync")
    (question,) = phone.json("conflicts", "list")["conflicts"]
    assert question["field"] == "deleted"
    assert "(deletion)" in phone("conflicts", "list").out
    assert "unflag, archive or delete" in phone.refuses("conflicts", "resolve", "--all", "--value", "perhaps")
    phone("conflicts", "resolve", question["id"], "--value", "archive")
    record = phone.json("records", "show", ada)
    assert (record["fields"]["status"], record["sync"]) == ("inactive", False)
    assert phone.json("conflicts", "list")["conflicts"] == []


@pytest.fixture
def held(phone: Terminal, remote: MemoryRemote) -> Terminal:
    """Everything vanished at the remote at once."""
    names = [f"P{n:02}" for n in range(30)]
    linked(phone, remote, *names)
    remote.wipe(BOOK)
    phone("sync")
    return phone


def test_a_held_plan_is_listed_shown_and_changes_nothing(held: Terminal) -> None:
    (plan,) = held.json("plans", "list")["plans"]
    assert set(plan) == {"id", "account", "since", "state", "reason", "lines"}
    assert (plan["account"], plan["state"], plan["lines"]) == ("phone", "held", 30)
    shown = held.json("plans", "show", plan["id"])
    assert len(shown["actions"]) == 30
    assert "P00" in held("plans", "show", plan["id"]).out
    assert "phone" in held("plans", "list").out
    assert held.json("records", "list")["total"] == 30
    assert held.json("status")["counts"]["held"] == 1
    assert held.json("sync")["runs"][0]["state"] == "held"


def test_a_discarded_plan_puts_everything_back(held: Terminal, remote: MemoryRemote) -> None:
    (plan,) = held.json("plans", "list")["plans"]
    said = held.json("plans", "discard", plan["id"])
    assert (said["decision"], said["run"]["state"]) == ("discard", "done")
    assert len(remote.contents(BOOK)) == 30
    assert held.json("plans", "list")["plans"] == []
    assert "decided already" in held.refuses("plans", "discard", plan["id"])


def test_an_applied_plan_asks_for_each_record_what_its_deletion_means(held: Terminal) -> None:
    (plan,) = held.json("plans", "list")["plans"]
    assert "questions 30" in held("plans", "apply", plan["id"]).out
    assert "decided already" in held.refuses("plans", "apply", plan["id"], "--json")
    assert held.json("records", "list")["total"] == 30


def test_a_plan_whose_remote_is_away_is_decided_all_the_same(held: Terminal, remote: MemoryRemote) -> None:
    (plan,) = held.json("plans", "list")["plans"]
    remote.fail(Fault(1, Unreachable("away"), times=9))
    held("plans", "discard", plan["id"], code=69)
    remote.stop_failing()
    held("sync")
    assert len(remote.contents(BOOK)) == 30


def test_without_a_plan_the_list_says_so_and_an_unknown_id_is_named(crm: Terminal) -> None:
    assert crm.json("plans", "list") == {"schema": 1, "plans": []}
    assert "No plan is held" in crm("plans", "list").out
    for action in ("show", "apply", "discard"):
        assert "999" in crm.refuses("plans", action, 999, "--json")
        crm.refuses("plans", action, "x")


def test_a_parked_item_is_shown_tried_again_and_dropped(phone: Terminal, remote: MemoryRemote) -> None:
    remote.seed(BOOK, "a", b"BEGIN:VCARD\r\nrubbish\x1b[2J")
    phone("sync", code=5)
    (parked,) = phone.json("parked", "list")["parked"]
    assert set(parked) == {
        *("id", "account", "collection", "href", "reason", "attempts", "at", "kind", "record", "dropped", "fault")
    }
    shown = phone.json("parked", "show", parked["id"])
    assert shown["raw"] == "BEGIN:VCARD\r\nrubbish\x1b[2J"
    text = phone("parked", "show", parked["id"]).out + phone("parked", "list").out
    assert "rubbish" in text
    assert "\x1b" not in text
    remote.edit(BOOK, "/book/a.vcf", card("1", "Ada").encode())
    assert phone.json("parked", "retry", parked["id"], "--like")["retry"] == 1
    phone("sync")
    assert phone.json("parked", "list") == {"schema": 1, "parked": []}
    assert len(phone.json("queue", "list")["items"]) == 1


def test_dropping_forgets_the_item_once(phone: Terminal, remote: MemoryRemote) -> None:
    remote.seed(BOOK, "a", b"rubbish")
    phone("sync", code=5)
    (parked,) = phone.json("parked", "list")["parked"]
    assert "dropped: 1" in phone("parked", "drop", parked["id"]).out
    assert "Nothing is parked" in phone("parked", "list").out
    for action in ("show", "retry", "drop"):
        assert "no such parked item" in phone.refuses("parked", action, parked["id"], "--json")


def test_one_wrong_id_drops_none(phone: Terminal, remote: MemoryRemote) -> None:
    remote.seed(BOOK, "a", b"rubbish")
    phone("sync", code=5)
    (parked,) = phone.json("parked", "list")["parked"]
    phone.refuses("parked", "drop", parked["id"], 999)
    assert len(phone.json("parked", "list")["parked"]) == 1


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\x00" not in text])
def test_conflicts_with_hostile_values_are_shown_harmless(phone: Terminal, remote: MemoryRemote, text: str) -> None:
    ada = linked(phone, remote, "Ada")["Ada"]
    edit(remote, "/book/Ada.vcf", "NOTE:phone")
    phone("records", "set", ada, f"note={text}", f"name={text}")
    phone("sync")
    said = phone("conflicts", "list")
    assert not {"\x1b", "\u202e", "\a", "\u2028"} & set(said.out)
    assert all(one["crm"] == text for one in phone.json("conflicts", "list")["conflicts"] if one["field"] == "note")


def test_a_decision_becomes_a_policy_that_is_listed_and_can_be_removed(clash: Terminal, remote: MemoryRemote) -> None:
    said = clash.json("conflicts", "resolve", "--field", "note", "--remote", "--policy")
    (policy,) = said["policies"]
    assert (said["resolved"], {key: policy[key] for key in ("account", "type", "field", "choice", "by")}) == (
        1,
        {"account": "phone", "type": "contact", "field": "note", "choice": "remote", "by": "me"},
    )
    assert clash.json("conflicts", "policies")["policies"] == [policy]
    assert "remote" in clash("conflicts", "policies").out
    clash("sync")
    raw = remote.raw(BOOK, "/book/Ada.vcf")
    assert raw is not None
    remote.edit(BOOK, "/book/Ada.vcf", raw.replace(b"NOTE:from the phone", b"NOTE:again the phone"))
    (record,) = clash.json("records", "list")["records"]
    clash("records", "set", record["id"], "note=again the office")
    clash("sync")
    assert clash.json("records", "show", record["id"])["fields"]["note"] == "again the phone"
    assert clash.json("conflicts", "policies", "--remove", policy["id"])["policies"] == []
    assert "No policy" in clash("conflicts", "policies").out
    assert "no such policy" in clash.refuses("conflicts", "policies", "--remove", policy["id"])


def test_newest_is_a_policy_and_says_why_it_cannot_decide(clash: Terminal) -> None:
    assert "--policy" in clash.refuses("conflicts", "resolve", "--field", "note", "--newest")
    said = clash.json("conflicts", "resolve", "--field", "note", "--newest", "--policy")
    assert (said["resolved"], [one["choice"] for one in said["policies"]]) == (0, ["newest"])
    clash("sync")
    (note,) = [one for one in clash.json("conflicts", "list")["conflicts"] if one["field"] == "note"]
    assert note["why"] == "the remote does not say when its item was changed"
    assert f"{note['id']}: the remote does not say" in clash("conflicts", "list").out


def test_a_policy_that_cannot_be_one_decides_nothing(clash: Terminal) -> None:
    before = clash.json("conflicts", "list")
    assert "every conflict" in clash.refuses("conflicts", "resolve", "--field", "note", "--base", "--policy")
    assert clash.json("conflicts", "list") == before
    assert clash.json("conflicts", "policies")["policies"] == []


def test_the_value_that_lost_is_put_back_with_one_command(clash: Terminal, remote: MemoryRemote) -> None:
    clash("conflicts", "resolve", "--field", "note", "--crm")
    clash("sync")
    (decided,) = clash.json("conflicts", "list", "--decided")["conflicts"]
    assert clash.json("conflicts", "restore", decided["id"], decided["id"])["restored"] == 1
    clash("sync")
    raw = remote.raw(BOOK, "/book/Ada.vcf")
    assert raw is not None
    assert b"NOTE:from the phone" in raw
    assert "is open" in clash.refuses("conflicts", "restore", clash.json("conflicts", "list")["conflicts"][0]["id"])


def test_a_plan_shows_the_etags_it_was_sealed_on_and_refuses_what_has_moved(
    phone: Terminal, remote: MemoryRemote
) -> None:
    ids = linked(phone, remote, *(f"P{n:02}" for n in range(12)))
    for id in ids.values():
        phone("records", "flag", id, "--off")
    phone("sync")
    (plan,) = phone.json("plans", "list")["plans"]
    lines = phone.json("plans", "show", plan["id"])["actions"]
    assert [line["action"] for line in lines] == ["delete"] * 12
    assert all(line["etag"] and line["sealed"]["item"] and line["sealed"]["record"] for line in lines)
    assert lines[0]["etag"] in phone("plans", "show", plan["id"]).out
    edit(remote, "/book/P03.vcf", "X-THEIRS:1")
    said = phone("plans", "apply", plan["id"])
    assert "refused, it has moved since: delete P03 (/book/P03.vcf)" in said.out
    assert list(remote.contents(BOOK)) == ["/book/P03.vcf"]
    (rest,) = phone.json("plans", "list")["plans"]
    assert "moved since it was let pass" in phone("plans", "show", rest["id"]).out
    applied = phone.json("plans", "apply", rest["id"])
    assert (applied["refused"], applied["run"]["pushed"]["deleted"]) == ([], 1)


def test_a_write_that_the_remote_refuses_is_told_until_it_went_through(phone: Terminal, remote: MemoryRemote) -> None:
    id = phone.add("name=Ada")
    phone("records", "flag", id, "--on")
    remote.fail(Fault(1, Refused("too large"), on=WRITES, times=5))
    for _ in range(5):
        phone("sync", code=5)
    assert "1 writes are refused there: crmsync parked list" in phone("sync", code=5).out
    assert phone.json("status")["counts"]["failing"] == 1
    (parked,) = phone.json("parked", "list")["parked"]
    assert (parked["kind"], parked["record"], parked["attempts"], parked["dropped"]) == ("write", id, 5, False)
    assert [state["rule"] for state in phone.json("explain", id)["states"]] == ["refused"]
    assert f"until one of the two changes: {id}" in phone("parked", "drop", parked["id"]).out
    phone("sync")
    assert "left so: " in phone("parked", "list").out
    assert phone.json("parked", "list")["parked"][0]["dropped"] is True
    phone("parked", "retry", parked["id"])
    assert phone.json("sync")["runs"][0]["pushed"]["created"] == 1
    assert phone.json("parked", "list")["parked"] == []
