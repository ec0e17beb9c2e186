"""One command is one run: what `undo --last` takes back is all that the last command did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmsync.cli import verb_queue
from crmsync.connectors.memory import withdraw
from crmsync.connectors.memory_remote import MemoryRemote
from crmsync.syncing import lock_of
from tests.cli.terminal import BOOK, Terminal, card

CONTACT = ("--type", "contact")


class Counting:
    """A terminal that knows which runs each command made."""

    def __init__(self, crm: Terminal) -> None:
        self._crm = crm
        self._known: set[int] = set()
        self.made(*("runs", "list"))

    def made(self, *words: object) -> list[str]:
        """Runs a command; the kinds of the runs it made."""
        self._crm(*words)
        runs = self._crm.json("runs", "list", "--limit", "1000")["runs"]
        new = [run for run in runs if run["id"] not in self._known]
        self._known |= {run["id"] for run in new}
        assert all(run["state"] in ("done", "held") for run in new), new
        return [run["kind"] for run in new]


def names(crm: Terminal) -> list[str]:
    return sorted(one["name"] for one in crm.json("records", "list")["records"])


def waiting(crm: Terminal) -> list[dict[str, Any]]:
    return list(crm.json("queue", "list")["items"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.vcf"
    path.write_text("".join(card(str(n), f"Person{n} Rossi{n}") for n in range(4)))
    return path


def test_an_import_with_a_type_is_taken_back_by_one_undo(crm: Terminal, file: Path) -> None:
    crm("import", file, *CONTACT)
    assert len(names(crm)) == 4
    crm("undo", "--last")
    assert names(crm) == []
    crm("redo")
    assert len(names(crm)) == 4


def test_an_import_of_what_waited_and_of_what_is_new_is_taken_back_by_one_undo(crm: Terminal, file: Path) -> None:
    crm("import", file)
    new = file.with_name("b.vcf")
    new.write_text(card("9", "Zoe Bianchi"))
    assert crm.json("import", file, new, *CONTACT)["imported"] == 5
    assert crm.json("runs", "list")["runs"][0]["stats"]["pulled"]["created"] == 5
    crm("undo", "--last")
    assert names(crm) == []


def test_a_held_plan_that_is_applied_is_one_run_with_what_it_did(phone: Terminal, remote: MemoryRemote) -> None:
    plan = held(phone, remote)
    counting = Counting(phone)
    assert counting.made("plans", "apply", plan) == ["plan"]
    (run,) = phone.json("runs", "list", "--limit", 1)["runs"]
    assert (run["account"], run["stats"]["pulled"]["deleted"] + run["stats"]["conflicts"]) == ("phone", 12)


def test_a_plan_whose_remote_cannot_be_asked_leaves_no_run_open(phone: Terminal, remote: MemoryRemote) -> None:
    plan = held(phone, remote)
    withdraw("remote")
    phone("plans", "apply", plan, code=78)
    assert phone.json("runs", "list", "--limit", 1)["runs"][0]["state"] == "failed"


def test_a_plan_that_is_let_pass_while_another_process_syncs_leaves_no_run_open(
    phone: Terminal, remote: MemoryRemote
) -> None:
    plan = held(phone, remote)
    lock = lock_of(phone.home, "phone")
    assert lock.take()
    try:
        assert "skipped" in phone("plans", "apply", plan).out
    finally:
        lock.release()
    (run,) = phone.json("runs", "list", "--limit", 1)["runs"]
    assert (run["kind"], run["state"]) == ("plan", "failed")
    phone("sync")
    assert phone.json("plans", "list")["plans"] == []


def held(phone: Terminal, remote: MemoryRemote) -> int:
    for n in range(12):
        remote.seed(BOOK, f"u{n}", card(f"u{n}", f"Person{n} Rossi{n}").encode())
    phone("sync")
    phone("queue", "assign", "--all", *CONTACT, "--import")
    remote.wipe(BOOK)
    phone("sync")
    return int(phone.json("plans", "list")["plans"][0]["id"])


def test_every_verb_that_decides_makes_at_most_one_run(
    phone: Terminal, remote: MemoryRemote, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verb_queue, "_BATCH", 1)
    for n in range(8):
        remote.seed(BOOK, f"u{n}", card(f"u{n}", f"Luca{n} Verdi{n}", f"TEL:+39 02 55{n}").encode())
    run = Counting(phone)
    assert run.made("sync", "phone") == ["sync"]
    anna = phone.json("records", "add", *CONTACT, "name=Anna Rossi", "title=Buyer")["id"]
    bea = phone.json("records", "add", *CONTACT, "name=Bea Neri")["id"]
    assert run.made("runs", "list") == ["decision", "decision"]
    assert run.made("records", "set", anna, "title=CEO", "note=x") == ["decision"]
    assert run.made("records", "flag", anna, bea, "--on") == ["decision"]
    first, second, third, *_ = [item["id"] for item in waiting(phone)]
    assert run.made("queue", "assign", first, *CONTACT, "--import") == ["decision"]
    assert run.made("queue", "ignore", second) == ["decision"]
    assert run.made("queue", "link", third, anna) == ["decision"]
    assert run.made("queue", "assign", "--all", *CONTACT) == ["decision"]
    assert run.made("queue", "import") == ["decision"]
    assert run.made("import", file, *CONTACT, "--sync") == ["import"]
    assert run.made("sync") == ["sync"]
    assert run.made("records", "merge", anna, bea) == ["decision"]
    assert run.made("undo", "--last") == ["undo"]
    assert run.made("redo") == ["undo"]
    assert run.made("records", "delete", anna) == ["decision"]
    assert run.made("account", "remove", "phone", "--eject") == ["eject"]
