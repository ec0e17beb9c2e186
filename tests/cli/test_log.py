"""`crmsync log`: the end of what happened, and what happens next."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from crmsync.connectors.memory_remote import MemoryRemote
from tests.cli.terminal import BOOK, HOSTILE, Terminal, card


def test_changes_writes_and_ends_of_runs_stand_in_their_order_the_newest_last(
    phone: Terminal, remote: MemoryRemote
) -> None:
    id = phone.add("name=Ada", "title=CTO")
    phone("records", "set", id, "title=CEO")
    phone("records", "flag", id, "--on")
    run = phone.json("sync")["runs"][0]["id"]
    log = phone.json("log")["log"]
    assert [one["at"] for one in log] == sorted(one["at"] for one in log)
    changed = next(one for one in log if one["field"] == "title")
    assert (changed["kind"], changed["before"], changed["after"], changed["actor"]) == ("change", "CTO", "CEO", "me")
    (written,) = [one for one in log if one["kind"] == "write"]
    assert (written["action"], written["account"], written["name"], written["run"]) == ("created", "phone", "Ada", run)
    assert log.index(changed) < log.index(written)
    assert {one["run"] for one in log if one["kind"] == "run"} >= {run, changed["run"]}
    assert [one["kind"] for one in phone.json("log", "--run", run)["log"]] == ["write"]
    assert len(phone.json("log", "--limit", 2)["log"]) == 2


def test_it_is_searched_by_name_and_by_user(crm: Terminal) -> None:
    crm("user", "add", "eva", "--email", "eva@firm.example")
    crm.add("name=Ada Novák")
    crm("--user", "eva", "records", "add", "--type", "contact", "name=Ben Ode")
    assert {one["name"] for one in crm.json("log", "--search", "novak")["log"] if one["kind"] == "change"} == {
        "Ada Novák"
    }
    assert {one["name"] for one in crm.json("log", "--search", "by:eva")["log"] if one["kind"] == "change"} == {
        "Ben Ode"
    }
    found = [crm.json("runs", "list", "--search", text)["runs"] for text in ("novak", "by:eva", "ode", "kind:sync")]
    assert [[one["actor"] for one in runs] for runs in found] == [["me"], ["eva"], ["eva"], []]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_hostile_names_are_harmless_in_it(phone: Terminal, remote: MemoryRemote, options: tuple[str, ...]) -> None:
    for number, name in enumerate(HOSTILE):
        remote.seed(BOOK, f"{number}", card(f"u{number}", name).encode())
    phone("sync")
    phone("queue", "assign", "--all", "--type", "contact", "--import")
    told = phone("log", *options).out
    assert not {"\x1b", "\a", "\x00"} & set(told)
    assert "ACME" in told and (options or "\u202e" not in told)


def test_a_run_that_is_not_there_is_refused_and_an_empty_log_says_so(crm: Terminal) -> None:
    assert "no such run" in crm.refuses("log", "--run", "4711")
    assert crm("log").out == "Nothing was done yet.\n"


def test_following_it_tells_what_another_program_does_one_object_a_line(crm: Terminal) -> None:
    crm.add("name=Before")
    command = [sys.executable, "-m", "crmsync", "log", "-f", "--json", "--limit", "1"]
    with subprocess.Popen(command, env=os.environ, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        try:
            first = json.loads(child.stdout.readline())
            assert (first["schema"], first["kind"], first["reason"]) == (1, "run", "records add")
            crm.add("name=After")
            made, ended = (json.loads(child.stdout.readline()) for _ in range(2))
            assert (made["kind"], made["action"], made["name"]) == ("change", "created", "After")
            assert (ended["kind"], ended["action"], ended["run"]) == ("run", "done", made["run"])
            crm.add("name=Third")
            told = [json.loads(child.stdout.readline())["name"] for _ in range(2)]
            assert told == ["Third", "decision"], "nothing is told twice"
        finally:
            child.terminate()
