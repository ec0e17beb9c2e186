"""`crmsync report`: of the newest run, of a plan, of what is pending; to standard output or a file."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from crmsync.connectors.faults import Fault
from crmsync.connectors.memory_remote import MemoryRemote
from crmsync.errors import Unreachable
from tests.cli.terminal import BOOK, HOSTILE, Terminal, card


def test_what_is_pending_is_told_and_not_done(phone: Terminal, remote: MemoryRemote) -> None:
    id = phone.add("name=Ada", "title=CTO")
    phone("records", "flag", id, "--on")
    told = phone.json("report", "--pending", "phone")
    assert [section["title"] for section in told["sections"]] == ["New at the remote"]
    (line,) = told["sections"][0]["lines"]
    assert (line["record"], line["side"], line["name"]) == (id, "remote", "Ada")
    assert told["mails"] == 0
    assert remote.contents(BOOK) == {}
    phone("sync")
    assert phone.json("report", "--pending", "phone")["sections"] == []
    run = phone.json("runs", "list")["runs"][1]["id"]
    done = phone.json("report")
    assert done["facts"]["run"] == f"{run}, sync", "a dry run did nothing"
    assert done["title"] == f"What run {done['facts']['run'].split(',')[0]} did"


def test_a_run_is_told_by_its_number_in_each_format(phone: Terminal, remote: MemoryRemote, tmp_path: Path) -> None:
    id = phone.add("name=Ada")
    phone("records", "flag", id, "--on")
    run = phone.json("sync")["runs"][0]["id"]
    assert "New at the remote" in phone("report", run).out
    table = list(csv.DictReader(io.StringIO(phone("report", run, "--format", "csv").out)))
    assert [row["after"] for row in table if row["field"] == "name"] == ["Ada"]
    page = tmp_path / "report.html"
    said = phone("report", run, "--format", "html", "-o", page)
    assert said.out == ""
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert "no such run" in phone.refuses("report", "4711")
    assert "no such folder" in phone.refuses("report", run, "-o", tmp_path / "none" / "x.html")


def test_a_remote_that_cannot_be_reached_gives_no_half_report(phone: Terminal, remote: MemoryRemote) -> None:
    remote.fail(Fault(1, Unreachable("no route")))
    assert "no route" in phone.refuses("report", "--pending", "phone", code=69)
    remote.stop_failing()
    assert "no such account" in phone.refuses("report", "--pending", "nobody")


@pytest.mark.parametrize("form", ["md", "html"])
def test_hostile_names_are_harmless_on_the_terminal_too(phone: Terminal, remote: MemoryRemote, form: str) -> None:
    for number, name in enumerate(HOSTILE):
        remote.seed(BOOK, f"{number}", card(f"u{number}", name).encode())
    phone("sync")
    phone("queue", "assign", "--all", "--type", "contact", "--import")
    shown = phone("report", "--format", form).out
    assert not {"\x1b", "\u202e", "\a", "\u2028"} & set(shown)
    assert "ACME" in shown


def test_a_report_of_files_is_refused(crm: Terminal, tmp_path: Path) -> None:
    (tmp_path / "a.vcf").write_text(card("a", "Ada"))
    crm("import", tmp_path / "a.vcf", "--type", "contact")
    assert "no remote" in crm.refuses("report", "--pending", "files")


def test_records_that_a_run_made_are_in_its_report(crm: Terminal, tmp_path: Path) -> None:
    (tmp_path / "a.vcf").write_text(card("a", "Ada"))
    crm("import", tmp_path / "a.vcf", "--type", "contact")
    (section,) = crm.json("report")["sections"]
    assert section["title"] == "New in the CRM"
    assert [line["name"] for line in section["lines"]] == ["Ada"]
