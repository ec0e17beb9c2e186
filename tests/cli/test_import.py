"""`crmsync import`: files of other programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.terminal import HOSTILE, Terminal, card

SAMPLES = Path(__file__).parents[2] / "samples"


def write(path: Path, *cards: str) -> Path:
    path.write_bytes("".join(cards).encode())
    return path


def test_a_file_is_queued_and_the_same_file_again_changes_nothing(crm: Terminal, tmp_path: Path) -> None:
    file = write(tmp_path / "a.vcf", card("1", "Ada"), card("2", "Bob"))
    first = crm.json("import", file)
    assert first == {
        "schema": 1, "files": 1, "items": 2, "imported": 0, "updated": 0, "queued": 2, "parked": 0, "unchanged": 0,
    }  # fmt: skip
    again = crm.json("import", file)
    assert (again["queued"], again["unchanged"]) == (0, 2)
    assert len(crm.json("queue", "list")["items"]) == 2


def test_with_a_type_the_cards_are_records_and_the_same_file_again_changes_nothing(
    crm: Terminal, tmp_path: Path
) -> None:
    file = write(tmp_path / "a.vcf", card("1", "Ada"), card("2", "Bob"))
    assert crm.json("import", file, "--type", "contact")["imported"] == 2
    again = crm.json("import", file, "--type", "contact")
    assert (again["imported"], again["updated"], again["queued"], again["unchanged"]) == (0, 0, 0, 2)
    listed = crm.json("records", "list")
    assert sorted(one["name"] for one in listed["records"]) == ["Ada", "Bob"]
    assert not any(one["sync"] for one in listed["records"])


def test_only_what_this_run_brought_becomes_records(crm: Terminal, tmp_path: Path) -> None:
    crm("import", write(tmp_path / "old.vcf", card("1", "Ada")))
    assert crm.json("import", write(tmp_path / "new.vcf", card("2", "Bob")), "--type", "contact")["imported"] == 1
    assert [one["name"] for one in crm.json("records", "list")["records"]] == ["Bob"]
    (waiting,) = crm.json("queue", "list")["items"]
    assert (waiting["name"], waiting["type"]) == ("Ada", None)


def test_a_file_that_waits_in_the_queue_can_be_brought_in_by_naming_it_again(crm: Terminal, tmp_path: Path) -> None:
    file = write(tmp_path / "a.vcf", card("1", "Ada"))
    crm("import", file)
    said = crm.json("import", file, "--type", "contact")
    assert (said["imported"], said["queued"], said["unchanged"]) == (1, 0, 0)


def test_the_sync_flag_is_set_only_where_asked(crm: Terminal, tmp_path: Path) -> None:
    crm("import", write(tmp_path / "a.vcf", card("1", "Ada")), "--type", "contact", "--sync")
    assert crm.json("records", "list")["records"][0]["sync"] is True


def test_somebody_the_crm_probably_knows_waits_with_a_suggestion(crm: Terminal, tmp_path: Path) -> None:
    ada = crm.add("name=Ada Lovelace", "emails=ada@example.org")
    file = write(tmp_path / "a.vcf", card("1", "Ada Lovelace", "EMAIL:ada@example.org"))
    said = crm.json("import", file, "--type", "contact")
    assert (said["imported"], said["queued"]) == (0, 1)
    (waiting,) = crm.json("queue", "list")["items"]
    assert waiting["suggestion"]["record"] == ada


def test_a_newer_export_of_a_card_updates_its_record(crm: Terminal, tmp_path: Path) -> None:
    crm("import", write(tmp_path / "a.vcf", card("1", "Ada")), "--type", "contact")
    said = crm.json("import", write(tmp_path / "b.vcf", card("1", "Ada", "TITLE:Countess")))
    assert (said["updated"], said["queued"]) == (1, 0)
    assert crm.json("records", "list")["records"][0]["fields"]["title"] == "Countess"


def test_equal_keys_in_two_tables_are_two_rows(crm: Terminal, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/customers.csv").write_text("id,name\n1,Ada\n2,Bob\n")
    (tmp_path / "in/suppliers.csv").write_text("id,name\n1,Cleo\n")
    said = crm.json("import", tmp_path / "in", "--type", "contact")
    assert (said["files"], said["imported"]) == (2, 3)
    assert sorted(one["name"] for one in crm.json("records", "list")["records"]) == ["Ada", "Bob", "Cleo"]
    assert crm.json("import", tmp_path / "in", "--type", "contact")["unchanged"] == 3


def test_what_cannot_be_read_is_parked_with_its_text_and_the_rest_goes_on(crm: Terminal, tmp_path: Path) -> None:
    file = write(tmp_path / "a.vcf", card("1", "Ada"), "rubbish between\r\n", card("2", "Bob"))
    said = crm.json("import", file, "--type", "contact", code=5)
    assert (said["imported"], said["parked"]) == (2, 1)
    (parked,) = crm.json("parked", "list")["parked"]
    assert "rubbish" in crm.json("parked", "show", parked["id"])["raw"]


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("empty.vcf", b""),
        ("cut.vcf", b"\xff\xfeB\x00E"),
        ("empty.csv", b""),
        ("cut.csv", b'id,name\n1,"Ada'),
        ("e.ics", b""),
    ],
)
def test_a_broken_file_stops_none_of_the_others(crm: Terminal, tmp_path: Path, name: str, raw: bytes) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(raw)
    write(tmp_path / "in/z.vcf", card("1", "Ada"))
    said = crm("import", tmp_path / "in", "--type", "contact", "--json", code=0 if name == "e.ics" else 5)
    assert said.json["imported"] == 1


def test_every_sample_is_read(crm: Terminal) -> None:
    said = crm.json("import", SAMPLES, code=5)  # some of them hold what nobody can read, on purpose
    assert said["files"] == len([*SAMPLES.glob("*.vcf"), *SAMPLES.glob("*.ics"), *SAMPLES.glob("*.csv")])
    assert said["queued"] + said["parked"] + 1 == said["items"]  # and one is a group, which is nobody
    assert said["parked"] == len(crm.json("parked", "list")["parked"])


def test_a_file_that_is_not_there_or_of_no_kind_we_know_is_named(crm: Terminal, tmp_path: Path) -> None:
    assert "nowhere.vcf" in crm.refuses("import", tmp_path / "nowhere.vcf", "--json")
    (tmp_path / "notes.txt").write_text("x")
    assert ".vcf" in crm.refuses("import", tmp_path / "notes.txt")
    assert crm.json("account", "list")["accounts"] == []


def test_a_link_is_followed_where_it_was_named_and_not_inside_a_folder(crm: Terminal, tmp_path: Path) -> None:
    file = write(tmp_path / "a.vcf", card("1", "Ada"))
    (tmp_path / "in").mkdir()
    (tmp_path / "in/link.vcf").symlink_to(file)
    assert crm.json("import", tmp_path / "in")["items"] == 0
    assert crm.json("import", tmp_path / "in/link.vcf")["items"] == 1


def test_a_name_of_a_file_need_be_no_text(crm: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "r\udcffows.csv").write_text("id,name\n1,Ada\n")
    (folder / "c\udcffut.vcf").write_bytes(b"")
    said = crm("import", folder, "--type", "contact", "--json", code=5).json
    assert (said["imported"], said["parked"]) == (1, 1)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_come_in_whole_and_show_harmless(crm: Terminal, tmp_path: Path, name: str) -> None:
    crm("import", write(tmp_path / "a.vcf", card("1", name)))
    said = crm("queue", "list")
    assert not {"\x1b", "\u202e", "\x00", "\a", "\u2028"} & set(said.out)
    (item,) = crm.json("queue", "list")["items"]
    assert item["name"].startswith(name[:3])
