"""`crmsync undo` and `redo` as a person and a script use them."""

from __future__ import annotations

from tests.cli.terminal import Terminal


def title(crm: Terminal, record: str) -> object:
    return crm.json("records", "show", record)["fields"].get("title")


def test_the_last_decision_is_taken_back_and_brought_again(crm: Terminal) -> None:
    anna = crm.json("records", "add", "--type", "contact", "name=Anna Rossi", "title=Buyer")["id"]
    crm("records", "set", anna, "title=CEO")
    assert crm.json("undo", "--last", "--dry-run")["run"] is None
    assert title(crm, anna) == "CEO"
    undone = crm.json("undo", "--last")
    assert (undone["fields"], undone["survived"], title(crm, anna)) == (1, [], "Buyer")
    redone = crm.json("redo")
    assert (redone["undid"], title(crm, anna)) == (undone["run"], "CEO")


def test_two_undos_take_two_decisions_back(crm: Terminal) -> None:
    anna = crm.json("records", "add", "--type", "contact", "name=Anna Rossi", "title=Buyer")["id"]
    for word in ("CEO", "Owner"):
        crm("records", "set", anna, f"title={word}")
    crm("undo", "--last")
    assert title(crm, anna) == "CEO"
    crm("undo", "--last")
    assert title(crm, anna) == "Buyer"
    crm("redo")
    assert title(crm, anna) == "CEO"


def test_each_command_that_changed_something_is_one_run_with_its_name(crm: Terminal) -> None:
    anna = crm.json("records", "add", "--type", "contact", "name=Anna Rossi")["id"]
    crm("records", "flag", anna, "--on")
    crm("records", "flag", anna, "--on")
    crm("status")
    crm("filter", "set", "buyers", "orders > 0")
    runs = crm.json("runs", "list")["runs"]
    assert [(one["kind"], one["message"]) for one in runs] == [
        ("decision", "filter set"),
        ("decision", "records flag"),
        ("decision", "records add"),
    ]


def test_an_undo_that_cannot_be_is_refused_with_what_to_do(crm: Terminal) -> None:
    assert "nothing to take back" in crm.refuses("undo", "--last")
    anna = crm.json("records", "add", "--type", "contact", "name=Anna Rossi")["id"]
    assert "no such run" in crm.refuses("undo", "77")
    run = str(crm.json("runs", "list")["runs"][0]["id"])
    assert "was not undone" in crm.refuses("redo", run)
    crm("undo", run)
    assert "undone already" in crm.refuses("undo", run)
    crm("redo", run)
    assert crm.json("records", "show", anna)["name"] == "Anna Rossi"


def test_a_person_reads_what_was_done_and_what_stays(crm: Terminal) -> None:
    anna = crm.json("records", "add", "--type", "contact", "name=Anna Rossi", "title=Buyer")["id"]
    crm("records", "set", anna, "title=CEO", "note=x")
    run = str(crm.json("runs", "list")["runs"][0]["id"])
    crm("records", "set", anna, "title=Boss")
    said = crm("undo", run)
    assert "1 fields put back" in said.out
    assert f"stays: {anna} title: edited since" in said.out


def test_a_redo_is_not_redone(crm: Terminal) -> None:
    anna = crm.json("records", "add", "--type", "contact", "name=Anna Rossi", "title=Buyer")["id"]
    crm("records", "set", anna, "title=CEO")
    crm("undo", "--last")
    crm("redo")
    assert "nothing to take back" in crm.refuses("redo")
    assert title(crm, anna) == "CEO"


def test_who_does_not_see_every_record_takes_nothing_back(crm: Terminal) -> None:
    crm("user", "add", "bob", "--scope", "own")
    crm.json("records", "add", "--type", "contact", "name=Anna Rossi")
    assert "may not see" in crm.refuses("undo", "--last", "--user", "bob")
