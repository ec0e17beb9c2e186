"""`crmsync service`: what it writes, where, and that it takes exactly that away again."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from crmsync.cli import main
from crmsync.errors import Usage
from crmsync_daemon import installed
from crmsync_daemon import program as programs
from tests.tui.stage import Crm

STAYS = "/opt/crmsync/bin/crmsync"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home, and managers that only write down what they are asked."""
    Crm(tmp_path)("init", "--yes")
    bin = tmp_path / "bin"
    bin.mkdir()
    for name in ("systemctl", "loginctl", "launchctl"):
        (bin / name).write_text(f'#!/bin/sh\necho {name} "$@" >> {tmp_path}/asked\necho active\n')
        (bin / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin}:/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(installed, "SYSTEM_UNITS", tmp_path / "system")
    return tmp_path


def service(place: Path, *words: str) -> int:
    return main(["--home", str(place / "home"), "service", *words])


def asked(place: Path) -> list[str]:
    file = place / "asked"
    return file.read_text().splitlines() if file.exists() else []


def files(place: Path) -> list[Path]:
    return [path for name in ("config", "user", "system") for path in (place / name).rglob("*") if path.is_file()]


def test_installed_started_and_taken_away_without_a_trace(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert service(place, "install", "--program", STAYS, "--json") == 0
    (file,) = files(place)
    assert file.parent == place / "config/systemd/user" and file.name.startswith("crmsync-")
    assert json.loads(capsys.readouterr().out)["path"] == str(file)
    unit = f"crmsync-{file.stem.partition('-')[2]}.service"
    assert asked(place) == [
        f"systemctl --user {what}" for what in ("daemon-reload", f"enable {unit}", f"restart {unit}")
    ]
    assert f"ExecStart={STAYS} --home {place}/home daemon run --journal" in file.read_text()
    assert service(place, "status", "--json") == 0
    assert json.loads(capsys.readouterr().out)["file"] == "installed"
    beside = file.with_name("other.service")
    beside.write_text("[Unit]\n")
    assert service(place, "uninstall") == 0
    assert files(place) == [beside]
    assert asked(place)[-2:] == [f"systemctl --user disable --now {unit}", "systemctl --user daemon-reload"]
    assert service(place, "status") == 6
    assert service(place, "uninstall") == 0


def test_what_somebody_edited_is_neither_overwritten_nor_removed(place: Path) -> None:
    service(place, "install", "--program", STAYS)
    (file,) = files(place)
    file.write_text(file.read_text() + "Nice=19\n")
    before = asked(place)
    assert service(place, "install", "--program", STAYS) == 2
    assert service(place, "uninstall") == 2
    assert file.read_text().endswith("Nice=19\n") and asked(place) == before


def test_a_file_of_an_older_version_is_known_as_that_and_written_anew_with_its_program(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service(place, "install", "--program", STAYS)
    (file,) = files(place)
    from crmsync_daemon import units

    current = file.read_bytes()
    lines = [line for line in current.splitlines(keepends=True) if b"written by" not in line]
    file.write_bytes(units.marked(b"".join(lines).replace(b"WatchdogSec=120", b"WatchdogSec=60"), b"# %s\n"))
    capsys.readouterr()
    assert service(place, "status", "--json") == 0
    assert json.loads(capsys.readouterr().out)["file"] == "outdated"
    assert service(place, "install", "--program", STAYS) == 0
    assert file.read_bytes() == current


def test_for_a_server_it_is_printed_or_written_and_sees_no_home(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert service(place, "install", "--system", "--program", STAYS, "--print") == 0
    printed = capsys.readouterr().out
    assert files(place) == [] and asked(place) == []
    assert "DynamicUser=yes" in printed and f"ExecStart={STAYS} --home /var/lib/crmsync daemon" in printed
    assert service(place, "install", "--system", "--program", STAYS, "--no-start") == 0
    assert [file.read_text() for file in files(place)] == [printed]
    assert service(place, "uninstall", "--system") == 0
    assert service(place, "install", "--system", "--program", "/home/eva/bin/crmsync") == 2
    assert "sees no home" in capsys.readouterr().err


def test_on_macos_it_is_an_agent(place: Path) -> None:
    assert service(place, "install", "--launchd", "--program", STAYS) == 0
    (file,) = files(place)
    assert file.parent == place / "user/Library/LaunchAgents" and file.suffix == ".plist"
    assert asked(place)[-1].startswith("launchctl bootstrap gui/") and asked(place)[-1].endswith(str(file))
    assert service(place, "uninstall", "--launchd") == 0
    assert files(place) == []


def test_without_a_manager_the_file_is_written_and_what_to_run_is_said(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(place / "nothing"))
    assert service(place, "install", "--program", STAYS) == 0
    assert "`systemctl --user daemon-reload` did not work" in capsys.readouterr().out
    assert len(files(place)) == 1


def test_a_program_that_will_not_stay_is_refused_and_nothing_is_written(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bin = place / "archive/bin"
    bin.mkdir(parents=True)
    monkeypatch.setattr(sys, "prefix", str(place / "archive"))
    assert service(place, "install") == 2
    said = capsys.readouterr().err
    assert "temporary folder" in said and "uv tool install" in said
    assert files(place) == [] and asked(place) == []
    assert service(place, "status") == 6


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/home/eva/.local/bin/crmsync", ""),
        ("/home/eva/.local/share/uv/tools/crmsync/bin/crmsync", ""),
        ("/home/eva/.local/share/pipx/venvs/crmsync/bin/crmsync", ""),
        ("/opt/build/crmsync/bin/crmsync", ""),
        ("/home/eva/.cache/uv/archive-v0/Xy/bin/crmsync", ".cache"),
        ("/home/eva/.local/pipx/.cache/ab12/bin/crmsync", ".cache"),
        ("/home/eva/Library/Caches/uv/environments-v2/x/bin/crmsync", "Caches"),
        ("/home/eva/src/crmsync/build/venv/bin/crmsync", "build"),
        ("/home/eva/src/crmsync/.tox/py311/bin/crmsync", ".tox"),
        ("/tmp/venv/bin/crmsync", "temporary"),
        ("/srv/uv-cache/archive-v0/x/bin/crmsync", "the cache /srv/uv-cache"),
    ],
)
def test_caches_builds_and_temporary_folders_are_known(path: str, why: str) -> None:
    environ = {"UV_CACHE_DIR": "/srv/uv-cache"}
    found = programs.thrown_away(Path(path), environ, Path("/home/eva"))
    assert (why in found) if why else found == ""


def test_the_path_s_own_link_is_what_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "venv/bin").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    for name in ("python", "crmsync"):
        (tmp_path / "venv/bin" / name).write_text("#!/bin/sh\n")
        (tmp_path / "venv/bin" / name).chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "venv/bin/python"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert programs.program() == [str(tmp_path / "venv/bin/crmsync")]
    (tmp_path / "bin/crmsync").symlink_to(tmp_path / "venv/bin/crmsync")
    assert programs.program() == [str(tmp_path / "bin/crmsync")]
    (tmp_path / "bin/crmsync").unlink()
    (tmp_path / "venv/bin/crmsync").unlink()
    assert programs.program() == [str(tmp_path / "venv/bin/python"), "-m", "crmsync"]


def test_each_home_has_a_service_of_its_own(tmp_path: Path) -> None:
    from crmsync.home import at, find

    usual = find(None, {"XDG_DATA_HOME": str(tmp_path)})
    paths = {
        installed.file_of(home, {}, installed.Manager.USER).name
        for home in (usual, at(tmp_path / "a"), at(tmp_path / "b"))
    }
    assert len(paths) == 3 and "crmsync.service" in paths
    with pytest.raises(Usage):
        programs.refuse_homes(["/root/x"])
