"""`crmsync init`, `paths`, `user` and `doctor`: the installation itself."""

from __future__ import annotations

import os
import shutil
import stat
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from crmsync.cli import machine_check, verb_doctor
from crmsync.connectors.faults import Fault
from crmsync.connectors.memory_remote import MemoryRemote
from crmsync.errors import SignInNeeded
from crmsync.home import Home
from tests.cli.terminal import HOSTILE, Terminal


def test_a_home_is_made_once(bare: Terminal) -> None:
    said = bare("init", "--yes")
    assert "set up" in said.out
    assert "next: crmsync account add" in said.out
    bare.home.config.write_text("# mine\n")
    again = bare("init")
    assert "already set up" in again.out
    assert bare.home.config.read_text() == "# mine\n"


def test_an_address_is_met_with_the_command_to_go_on_with(bare: Terminal) -> None:
    assert "--url ada@example.org" in bare("init", "ada@example.org").out


def test_everything_is_private_under_any_umask(bare: Terminal) -> None:
    before = os.umask(0)
    try:
        bare("init")
        bare("records", "add", "--type", "lead", "name=Ada")
    finally:
        os.umask(before)
    folder = bare.home.store.parent
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_home_that_others_can_read_is_refused_and_closed_by_the_doctor(crm: Terminal) -> None:
    crm.home.store.parent.chmod(0o755)
    for words in (["status"], ["records", "list"], ["sync"]):
        assert "chmod 700" in crm.refuses(*words, code=78)
    assert crm("doctor", "--offline", code=1).out.count("BAD") >= 1
    crm("doctor", "--offline", "--fix", "--json", code=_code_of_urllib3())
    crm("status")


def test_an_open_folder_of_somebody_else_is_no_home(bare: Terminal) -> None:
    folder = bare.home.store.parent
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "theirs").write_text("x")
    assert str(folder) in bare.refuses("init", code=78)
    assert [path.name for path in folder.iterdir()] == ["theirs"]


def test_a_home_below_a_file_is_said(bare: Terminal, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "--home" in bare.refuses("init", "--home", tmp_path / "file/home", code=78)


def test_paths_are_named_before_there_is_anything(bare: Terminal) -> None:
    paths = bare.json("paths")["paths"]
    assert set(paths) == {"config", "store", "secrets", "attachments", "logs"}
    assert paths["store"] == str(bare.home.store)
    assert not bare.home.store.parent.exists()
    assert "secrets" in bare("paths").out


def test_users_are_added_changed_and_listed(crm: Terminal) -> None:
    me = {"name": "me", "email": "", "scope": "all", "suppliers": True, "team": None}
    assert crm.json("user", "list")["users"] == [me]
    crm("user", "add", "bea", "--email", "bea@example.org", "--scope", "own")
    crm("user", "set", "bea", "--suppliers", "no", "--json")
    assert crm.json("user", "list")["users"][1] == {
        "name": "bea", "email": "bea@example.org", "scope": "own", "suppliers": False, "team": None,
    }  # fmt: skip
    assert "such a user already" in crm.refuses("user", "add", "bea")
    assert "no such user" in crm.refuses("user", "set", "cleo", "--scope", "all")
    assert "bea" in crm("user", "list").out


def test_the_user_of_the_config_acts_when_nobody_is_named(crm: Terminal) -> None:
    crm("user", "add", "bea")
    crm.home.config.write_text('user = "bea"\n')
    id = crm.add("name=Ada")
    assert crm.json("records", "why", id)["fields"][0]["actor"] == "bea"
    crm.home.config.write_text('user = "nobody"\n')
    assert "no such user" in crm.refuses("records", "list")


@pytest.mark.parametrize("name", [name for name in HOSTILE if "\x00" not in name])
def test_users_with_hostile_names_are_shown_harmless(crm: Terminal, name: str) -> None:
    crm("user", "add", name)
    said = crm("user", "list").out
    assert not {"\x1b", "\u202e", "\a", "\u2028"} & set(said)
    assert max(map(len, said.splitlines())) <= 80


def _code_of_urllib3() -> int:
    """What the doctor ends with on a machine where nothing but urllib3 may be wrong."""
    return 0 if verb_doctor._urllib3().ok else 1


def checks(crm: Terminal, *words: str) -> dict[str, bool]:
    said = crm("doctor", *words, "--json", code=_doctor(crm, *words))
    found = {one["check"]: one["ok"] for one in said.json["checks"]}
    assert said.json["ok"] is all(found.values())
    return found


def _doctor(crm: Terminal, *words: str) -> int:
    from crmsync.cli import main

    code = main(["doctor", *words])
    assert code in (0, 1)
    return code


MACHINE = {"daemon", "service", *(["inotify"] if machine_check.INOTIFY.is_dir() else [])}


def test_a_sound_installation_passes_every_check(phone: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb_doctor, "_urllib3", lambda: verb_doctor.Finding("urllib3", True, "not replaced"))
    found = checks(phone)
    assert set(found) == {"versions", "urllib3", "home", "disk", "store", "config", "account phone", *MACHINE}
    assert all(found.values())
    assert "account phone" not in checks(phone, "--offline")


def test_before_init_the_home_is_what_is_wrong(bare: Terminal) -> None:
    assert checks(bare)["home"] is False


def test_a_home_that_cannot_be_looked_into_is_what_is_wrong(crm: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_: object) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Home, "exists", locked)
    assert checks(crm)["home"] is False


def test_a_full_disk_is_found(crm: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))  # type: ignore[attr-defined]
    assert checks(crm)["disk"] is False


def test_an_account_that_cannot_sign_in_is_found(phone: Terminal, remote: MemoryRemote) -> None:
    remote.fail(Fault(1, SignInNeeded("no"), times=9))
    assert checks(phone)["account phone"] is False


@pytest.mark.parametrize(
    "text", ["nonsense = 1", '[[masters]]\ntype = "company"\nfield = "vat_number"\nsystem = "nobody"\n']
)
def test_a_config_that_is_wrong_or_names_nobody_is_found(phone: Terminal, text: str) -> None:
    phone.home.config.write_text(text)
    found = checks(phone)
    assert found["config"] is False
    assert found["store"] is True


def test_urllib3_that_was_replaced_is_found(crm: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def installed(_: str) -> str:
        return "2.1"

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(verb_doctor, "version", installed)
    assert checks(crm)["urllib3"] is False
    monkeypatch.setattr(verb_doctor, "version", missing)
    assert verb_doctor._urllib3().ok


def test_what_is_in_a_folder_is_discovered_and_no_account_is_made(crm: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "cards"
    folder.mkdir()
    (folder / "a.vcf").write_text("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:Ada\r\nEND:VCARD\r\n")
    found = crm.json("account", "discover", "--kind", "folder", str(folder))
    assert (found["sign_in"], [one["kind"] for one in found["collections"]]) == ("", ["addressbook"])
    assert crm.json("account", "list")["accounts"] == []
