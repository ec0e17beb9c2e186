"""`crmsync export`: what leaves as a file comes back as it was."""

from __future__ import annotations

import base64
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.terminal import HOSTILE, Terminal, card

PHOTO = base64.b64encode(b"\xff\xd8\xff\xe0" + b"picture" * 40).decode()
FULL = (
    "N:Lovelace;Ada;;Lady;", "EMAIL;TYPE=WORK:ada@example.org", "EMAIL;TYPE=HOME:ada@home.example",
    "TEL;TYPE=CELL:+39 333 1234567",
    "ADR;TYPE=WORK:;;Via Roma 1;Milano;MI;20100;Italia", "NOTE:first\\nsecond", f"PHOTO;ENCODING=b;TYPE=JPEG:{PHOTO}",
    "BDAY:1815-12-10", "URL:https://ada.example", "CATEGORIES:one,two", "ORG:Engines;Analysis", "TITLE:Countess",
)  # fmt: skip


def fields(crm: Terminal) -> list[dict[str, Any]]:
    return [one["fields"] for one in crm.json("records", "list")["records"]]


def fresh(crm: Terminal, tmp_path: Path) -> Terminal:
    """The same terminal at an empty home."""
    crm._monkeypatch.setenv("CRMSYNC_HOME", str(tmp_path / "second"))
    crm("init")
    assert crm.json("records", "list")["total"] == 0
    return crm


@pytest.fixture
def ada(crm: Terminal, tmp_path: Path) -> Terminal:
    (tmp_path / "ada.vcf").write_bytes(card("1", "Ada Lovelace", *FULL).encode())
    crm("import", tmp_path / "ada.vcf", "--type", "contact")
    return crm


def test_cards_come_back_with_every_field_and_the_picture(ada: Terminal, tmp_path: Path) -> None:
    before = fields(ada)
    assert before[0]["photo"].startswith("sha256:")
    out = tmp_path / "out.vcf"
    said = ada("export", "--format", "vcard", "-o", out)
    assert (said.out, "1 records written" in said.err) == ("", True)
    other = fresh(ada, tmp_path)
    assert other.json("import", out, "--type", "contact")["imported"] == 1
    assert fields(other) == before
    assert PHOTO[:40] in other("export", "--format", "vcard").out.replace("\r\n ", "")


def test_a_file_holds_what_a_search_finds_and_the_answer_says_how_much(ada: Terminal, tmp_path: Path) -> None:
    ada.add("name=Bob Stone", "emails=bob@stone.example")
    out = tmp_path / "out.csv"
    said = ada.json("export", "--format", "csv", "--search", "stone", "-o", out)
    assert said == {"schema": 1, "records": 1, "file": str(out)}
    assert "Bob Stone" in out.read_text("utf-8") and "Ada" not in out.read_text("utf-8")
    assert "-o FILE" in ada.refuses("export", "--format", "csv", "--json")


def test_meetings_and_tasks_come_back(crm: Terminal, tmp_path: Path) -> None:
    crm.add(
        "summary=Lunch", "start=2026-05-01T12:00:00Z", "end=2026-05-01T13:00:00Z", "location=Milano", type="appointment"
    )
    crm.add("summary=Call", "due=2026-05-02", "percent=50", type="task")
    before = fields(crm)
    out = tmp_path / "out.ics"
    crm("export", "--format", "ics", "-o", out)
    other = fresh(crm, tmp_path)
    other("import", out, "--type", "appointment")
    other("import", out, "--type", "task")
    for was, now in zip(before, fields(other), strict=True):
        assert was.items() <= now.items()


def test_a_table_comes_back_with_labels_addresses_and_everything_but_the_picture(ada: Terminal, tmp_path: Path) -> None:
    ada.add("name=Bob", "phones=+39 02 1,+39 02 2,fax:+39 02 3", "custom.shoe=44", "orders=3", "not_interested=yes")
    before = fields(ada)
    out = tmp_path / "out.csv"
    ada("export", "--format", "csv", "-o", out)
    other = fresh(ada, tmp_path)
    assert other.json("import", out, "--type", "contact")["imported"] == 2
    photo = before[0].pop("photo")
    assert photo
    assert before[0]["addresses"][0].pop("label") == "work"
    after = fields(other)
    after[0]["addresses"][0].pop("label")
    assert after == before
    assert other.json("import", out, "--type", "contact")["unchanged"] == 2


def test_who_takes_part_in_a_meeting_is_in_the_table(crm: Terminal) -> None:
    crm.add("summary=Lunch", "start=2026-05-01", "participants=a@x.example,b@x.example", type="appointment")
    (row,) = csv.DictReader(io.StringIO(crm("export", "--format", "csv").out))
    assert (row["attendees"], row["summary"]) == ("a@x.example; b@x.example", "Lunch")


def test_json_holds_everything_and_is_one_object_however_many_there_are(ada: Terminal) -> None:
    ada.add("name=ACME", type="company")
    data = json.loads(ada("export", "--format", "json").out)
    assert data["schema"] == 1
    assert [one["fields"] for one in data["records"]] == fields(ada)
    assert json.loads(ada("export", "--format", "json", "--where", "false").out) == {"schema": 1, "records": []}


@pytest.mark.parametrize("value", ["=1+1", "+39 02 1", "-2", "@SUM(A1)", "\t=1", "'=1", "=cmd|' /C calc'!A0"])
def test_no_value_is_run_by_a_spreadsheet(crm: Terminal, tmp_path: Path, value: str) -> None:
    crm.add(f"name={value}", f"emails={value}", f"custom.x={value}", f"categories={value}")
    text = crm("export", "--format", "csv").out
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    before = fields(crm)
    (tmp_path / "out.csv").write_text(text, newline="")
    other = fresh(crm, tmp_path)
    other("import", tmp_path / "out.csv", "--type", "contact")
    assert fields(other)[0]["name"] == before[0]["name"].strip()


@pytest.mark.parametrize("name", [name for name in HOSTILE if "\x00" not in name])
@pytest.mark.parametrize("format", ["vcard", "csv", "json"])
def test_hostile_names_are_exported(crm: Terminal, name: str, format: str) -> None:
    crm.add(f"name={name}", "family=x")
    assert crm("export", "--format", format).out


def test_types_and_filter_choose_and_a_format_without_a_place_for_a_type_says_so(crm: Terminal) -> None:
    crm.add("name=Ada")
    crm.add("name=ACME", type="company")
    crm.add("summary=Call", type="task")
    assert crm("export", "--format", "vcard").out.count("BEGIN:VCARD") == 2
    assert crm("export", "--format", "vcard", "--type", "company").out.count("BEGIN:VCARD") == 1
    assert crm("export", "--format", "vcard", "--where", "name = 'Ada'").out.count("BEGIN:VCARD") == 1
    assert crm("export", "--format", "ics").out.count("BEGIN:VTODO") == 1
    assert "no place" in crm.refuses("export", "--format", "vcard", "--type", "task")
    assert crm("export", "--format", "csv").out.count("\r\n") == 4


def test_nothing_to_export_is_an_empty_file(crm: Terminal, tmp_path: Path) -> None:
    assert crm("export", "--format", "vcard").out == ""
    assert crm("export", "--format", "csv").out == "id,type\r\n"
    crm("export", "--format", "ics", "-o", tmp_path / "x.ics")
    assert (tmp_path / "x.ics").read_bytes() == b""


def test_a_file_appears_whole_or_not_at_all(crm: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out.vcf"
    out.write_text("what was there before")
    crm.add("name=Ada")

    def broken(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("crmsync.cli.verb_export.translate.build", broken)
    assert "No space left" in crm.refuses("export", "--format", "vcard", "-o", out, code=1)
    assert out.read_text() == "what was there before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "out.vcf"]
    assert "nowhere" in crm.refuses("export", "--format", "json", "-o", tmp_path / "nowhere/x", code=2)


def test_an_export_may_go_into_a_pipe(crm: Terminal) -> None:
    crm.add("name=Ada")
    done = crm.process("export", "--format", "vcard", "-o", "/dev/stdout")
    assert done.stdout.startswith(b"BEGIN:VCARD")
