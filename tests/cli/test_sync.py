"""`crmsync sync`, `status` and `runs`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crmsync import under_way
from crmsync.cli.progress import followed
from crmsync.connectors.faults import Fault
from crmsync.connectors.memory import publish, withdraw
from crmsync.connectors.memory_remote import MemoryRemote
from crmsync.errors import Busy, SignInNeeded, Unreachable
from tests.cli.terminal import BOOK, HOSTILE, Terminal, card

KEYS = {
    "id", "account", "state", "pulled", "pushed", "queued", "conflicts", "held", "parked", "failed", "failing", "mails",
    "requests", "bytes", "seconds",
}  # fmt: skip


def test_a_run_has_the_shape_of_the_contract_and_a_second_one_does_nothing(
    phone: Terminal, remote: MemoryRemote
) -> None:
    remote.seed(BOOK, "a", card("1", "Ada").encode())
    phone("records", "flag", phone.add("name=Bob"), "--on")
    (run,) = phone.json("sync", "phone")["runs"]
    assert set(run) == KEYS
    assert (run["account"], run["state"], run["queued"]) == ("phone", "done", 1)
    assert run["pushed"] == {"created": 1, "updated": 0, "deleted": 0}
    assert run["pulled"] == {"created": 0, "updated": 0, "deleted": 0}
    (again,) = phone.json("sync")["runs"]
    assert (again["queued"], again["pushed"]["created"]) == (0, 0)
    assert again["id"] > run["id"]
    assert "phone" in phone("sync").out


def test_a_record_says_where_it_is_kept(phone: Terminal) -> None:
    id = phone.add("name=Bob")
    phone("records", "flag", id, "--on")
    phone("sync")
    (link,) = phone.json("records", "show", id)["links"]
    assert (link["account"], link["state"]) == ("phone", "linked")
    assert link["href"] in phone("records", "show", id).out


def test_a_dry_run_lists_what_it_would_do_and_does_none_of_it(phone: Terminal, remote: MemoryRemote) -> None:
    phone("records", "flag", phone.add("name=Bob"), "--on")
    (run,) = phone.json("sync", "--dry-run")["runs"]
    assert [(line["action"], line["name"]) for line in run["plan"]] == [("create", "Bob")]
    assert remote.contents(BOOK) == {}
    assert "would create: Bob" in phone("sync", "--dry-run").out
    assert phone.json("sync")["runs"][0]["pushed"]["created"] == 1


@pytest.mark.parametrize(
    ("error", "code", "state"),
    [(SignInNeeded("no"), 4, "sign-in"), (Unreachable("no"), 69, "failing"), (Busy("no"), 75, "failing")],
)
def test_a_failing_account_gives_its_exit_code_and_stops_no_other(
    phone: Terminal, remote: MemoryRemote, error: Exception, code: int, state: str
) -> None:
    other = MemoryRemote()
    other.add_collection(BOOK)
    publish("other", other)
    phone("account", "add", "memory", "desk", "--url", "other")
    withdraw("other")
    publish("other", other)
    remote.fail(Fault(1, error, times=9))  # type: ignore[arg-type]
    said = phone("sync", "--json", code=code)
    failed, done = said.json["runs"]
    assert (failed["state"], failed["error"], done["state"]) == ("failed", str(error), "done")
    assert phone.json("status")["accounts"][0]["state"] == state
    assert "no" in phone("sync", code=code).err
    withdraw("other")


def test_an_account_nobody_knows_syncs_none_of_the_others(phone: Terminal) -> None:
    phone.refuses("sync", "phone", "nobody", "--json")
    assert phone.json("runs", "list")["runs"] == []


def test_an_account_whose_connector_cannot_be_made_is_a_failed_run(phone: Terminal) -> None:
    withdraw("remote")
    said = phone("sync", "--json", code=78)
    assert said.json["runs"][0]["state"] == "failed"


def test_items_that_cannot_be_read_give_exit_code_five(phone: Terminal, remote: MemoryRemote) -> None:
    remote.seed(BOOK, "a", b"rubbish")
    assert phone("sync", "--json", code=5).json["runs"][0]["parked"] == 1
    phone("sync")


def test_status_says_what_waits_and_only_on_demand_by_its_exit_code(phone: Terminal, remote: MemoryRemote) -> None:
    assert phone("status", "--exit-code").code == 0
    remote.seed(BOOK, "a", card("1", "Ada").encode())
    phone("sync", "--exit-code", code=3)
    status = phone("status", "--json", "--exit-code", code=3).json
    assert status["daemon"] == {"running": False}
    assert status["counts"] == {"records": 0, "queue": 1, "conflicts": 0, "held": 0, "parked": 0, "failing": 0}
    assert [(one["name"], one["state"], one["items"]) for one in status["accounts"]] == [("phone", "ok", 1)]
    assert phone("status").code == 0


def test_status_says_what_is_going_on_and_nothing_of_it_afterwards(phone: Terminal) -> None:
    with followed(phone.home, "phone"), followed(phone.home, "files"):
        (account,) = phone.json("status")["accounts"]
        assert "syncing" in phone("status").out
    assert account["progress"]["done"] == 0
    assert set(account["progress"]) == {"step", "done", "total", "rate", "began", "left"}
    assert "progress" not in phone.json("status")["accounts"][0]


def test_while_a_sync_runs_others_can_see_how_far_it_is(
    phone: Terminal, remote: MemoryRemote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_way, "SECONDS", 0.0)
    remote.seed(BOOK, "a", card("1", "Ada").encode())
    seen: list[under_way.UnderWay] = []
    write = under_way._Teller.write

    def spy(teller: under_way._Teller, *told: Any) -> None:
        write(teller, *told)
        seen.extend(under_way.read(phone.home).values())

    monkeypatch.setattr(under_way._Teller, "write", spy)
    phone("sync")
    assert ("reading", 1) in [(one.step.split()[1], one.done) for one in seen if one.step]
    assert under_way.read(phone.home) == {}


def test_a_paused_account_is_skipped_until_it_is_resumed(phone: Terminal, remote: MemoryRemote) -> None:
    remote.seed(BOOK, "a", card("1", "Ada").encode())
    assert phone.json("account", "set", "phone", "--pause") == {"schema": 1, "account": "phone", "paused": True}
    (run,) = phone.json("sync")["runs"]
    assert (run["state"], run["queued"]) == ("skipped", 0)
    said = phone("sync", "phone", "--dry-run")
    assert "skipped" in said.out
    assert "--resume" in said.err
    status = phone.json("status")
    assert (status["counts"]["queue"], status["accounts"][0]["paused"]) == (0, True)
    assert "paused" in phone("status").out
    assert "paused" in phone("account", "list").out
    phone("account", "set", "phone", "--resume")
    assert phone.json("sync")["runs"][0]["queued"] == 1
    assert not phone.json("status")["accounts"][0]["paused"]


def test_imported_files_cannot_be_paused(phone: Terminal, tmp_path: Path) -> None:
    (tmp_path / "a.vcf").write_text(card("1", "Ada"))
    phone("import", tmp_path / "a.vcf")
    assert "no sync to pause" in phone.refuses("account", "set", "files", "--pause")


def test_status_says_until_when_a_remote_has_asked_us_to_wait(phone: Terminal, remote: MemoryRemote) -> None:
    remote.fail(Fault(1, Busy("slow down", after=120.0), times=1))
    phone("sync", code=75)
    (account,) = phone.json("status")["accounts"]
    waits = datetime.fromisoformat(account["until"]) - datetime.fromisoformat(account["last_sync"])
    assert waits.total_seconds() in (119, 120, 121)
    phone("sync")
    assert phone.json("status")["accounts"][0]["until"] == ""


def test_an_empty_home_has_a_status(crm: Terminal) -> None:
    assert crm.json("status")["accounts"] == []
    assert "account add" in crm("status").out
    assert crm("status", "--exit-code").code == 0


def test_runs_are_listed_newest_first(phone: Terminal) -> None:
    assert phone.json("runs", "list") == {"schema": 1, "runs": []}
    assert "Nothing was done yet" in phone("runs", "list").out
    phone("sync")
    phone("sync", "--dry-run")
    newest, oldest = phone.json("runs", "list")["runs"]
    assert (newest["kind"], oldest["kind"], oldest["state"]) == ("dry run", "sync", "done")
    assert set(oldest) == {"id", "kind", "account", "actor", "started", "finished", "state", "message", "stats"}
    assert len(phone.json("runs", "list", "--limit", "1")["runs"]) == 1
    assert phone.json("runs", "list", "--account", "nobody")["runs"] == []
    assert "phone" in phone("runs", "list").out
    phone.refuses("runs", "list", "--limit", "0")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_plan_and_a_collection_with_hostile_names_are_shown_harmless(crm: Terminal, name: str) -> None:
    wild = MemoryRemote()
    wild.add_collection(BOOK, name=name)
    publish("wild", wild)
    crm("account", "add", "memory", "phone", "--url", "wild")
    if "\x00" not in name:
        crm("records", "flag", crm.add(f"name={name}"), "--on")
    for words in (
        ["sync", "--dry-run"],
        ["sync"],
        ["account", "list"],
        ["account", "check", "phone"],
        ["runs", "list"],
    ):
        said = crm(*words)
        assert not {"\x1b", "\u202e", "\x00", "\a", "\u2028"} & set(said.out + said.err)
    withdraw("wild")


def test_a_file_that_is_renamed_in_a_folder_is_the_same_record_still(crm: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "cards"
    folder.mkdir()
    (folder / "ada.vcf").write_bytes(card("u1", "Ada").encode())
    (folder / "bob.vcf").write_bytes(card("", "Bob").encode())
    crm("account", "add", "folder", "files-of-mine", "--url", str(folder))
    crm("sync")
    crm("queue", "assign", "--all", "--type", "contact", "--import")
    crm("sync")
    for name in ("ada", "bob"):
        (folder / f"{name}.vcf").rename(folder / f"{name} renamed.vcf")
    (run,) = crm.json("sync")["runs"]
    assert (run["conflicts"], run["queued"], run["pushed"]["created"]) == (0, 0, 0)
    assert crm.json("records", "list")["total"] == 2
    assert sorted(path.name for path in folder.iterdir()) == ["ada renamed.vcf", "bob renamed.vcf"]
    for record in crm.json("records", "list")["records"]:
        (state,) = crm.json("explain", record["id"])["states"]
        assert (state["state"], "renamed" in state["href"]) == ("in sync", True)
