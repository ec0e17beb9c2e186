"""What service managers are given, read by their own programs where this machine has them."""

from __future__ import annotations

import json
import plistlib
import shutil
import subprocess
from pathlib import Path

import pytest

from crmsync.errors import Usage
from crmsync_daemon import units
from crmsync_daemon.units import Started

NAMES = [
    "plain",
    "with space",
    "100%done",
    "do$llar",
    'quo"te',
    "back\\slash",
    "semi;colon",
    "naïve",
    "%h",
    "$HOME",
    "'",
]
NOT_RUN = "'\"\\"
"""What systemd lets no program's path hold."""


@pytest.fixture
def systemd() -> str:
    """Its program that checks units."""
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("there is no systemd-analyze here")
    return found


def program(folder: Path) -> str:
    """Something that can be started."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "crmsync"
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return str(file)


def verify(unit: bytes, folder: Path, *how: str) -> str:
    """What systemd says of a unit: nothing when all is well."""
    file = folder / "crmsync.service"
    file.write_bytes(unit)
    done = subprocess.run(
        ["systemd-analyze", *how, "verify", "--man=no", str(file)],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)},
    )
    return "" if done.returncode == 0 and not done.stderr.strip() else done.stderr + done.stdout


@pytest.mark.live
@pytest.mark.parametrize("name", NAMES)
def test_systemd_finds_nothing_wrong_with_the_unit_of_a_user_wherever_the_program_lies(
    name: str, tmp_path: Path, systemd: str
) -> None:
    folder = tmp_path / name.translate(dict.fromkeys(map(ord, NOT_RUN)))
    started = Started([program(folder)], ["--home", str(tmp_path / name)], {"XDG_DATA_HOME": f"/x/{name}"})
    assert verify(units.user_unit(started), tmp_path, "--user") == ""


@pytest.mark.live
def test_systemd_finds_nothing_wrong_with_the_unit_of_a_server(tmp_path: Path, systemd: str) -> None:
    assert verify(units.system_unit([program(tmp_path / "100% bin")]), tmp_path) == ""


@pytest.mark.live
def test_systemd_would_have_found_what_is_wrong(tmp_path: Path, systemd: str) -> None:
    unit = units.user_unit(Started([program(tmp_path / "a b")]))
    assert "not executable" in verify(unit.replace(b"a b", b"a c"), tmp_path, "--user")
    assert "Unknown key" in verify(unit.replace(b"Nice=", b"Nicer="), tmp_path, "--user")


@pytest.mark.live
def test_the_unit_of_a_server_can_reach_little(tmp_path: Path, systemd: str) -> None:
    file = tmp_path / "crmsync.service"
    file.write_bytes(units.system_unit([program(tmp_path / "bin")]))
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(file)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-2000:]


def test_words_stand_for_themselves_whatever_systemd_would_read_in_them() -> None:
    started = Started(["/opt/a $b%c/crmsync"], ["--home", '/h $x %h "q" \\n'], {"XDG_DATA_HOME": "/d%t $y"})
    text = units.user_unit(started).decode()
    exec = r'ExecStart="/opt/a $b%%c/crmsync" --home "/h $$x %%h \"q\" \\n" daemon run --journal' + "\n"
    assert exec in text
    assert 'Environment="XDG_DATA_HOME=/d%%t $y"\n' in text
    assert units.program_of(text.encode()) == ["/opt/a $b%c/crmsync"]


def test_a_path_with_a_line_break_is_refused() -> None:
    with pytest.raises(Usage, match="line break"):
        units.user_unit(Started(["/bin/x"], ["--home", "/a\nExecStartPre=/bin/evil"]))


@pytest.mark.parametrize("sign", NOT_RUN)
def test_a_program_that_systemd_would_not_start_is_refused(sign: str) -> None:
    with pytest.raises(Usage, match="quote or a backslash"):
        units.user_unit(Started([f"/opt/{sign}/crmsync"]))
    with pytest.raises(Usage, match="quote or a backslash"):
        units.system_unit([f"/opt/{sign}/crmsync"])


def test_the_plist_says_what_launchd_is_to_do() -> None:
    started = Started(["/opt/a b & <c>/crmsync"], ["--home", "/Users/x/h"], {"XDG_DATA_HOME": "/d"})
    plist = units.launchd_plist(started, Path("/Users/x/Library/Logs"))
    found = plistlib.loads(plist)
    assert found["Label"] == "net.crmsync.daemon"
    assert found["ProgramArguments"] == ["/opt/a b & <c>/crmsync", "--home", "/Users/x/h", "daemon", "run"]
    assert found["RunAtLoad"] is True and found["KeepAlive"] == {"SuccessfulExit": False}
    assert found["ProcessType"] == "Background" and found["LowPriorityIO"] is True
    assert found["EnvironmentVariables"] == {"XDG_DATA_HOME": "/d"}
    assert found["StandardErrorPath"] == found["StandardOutPath"] == "/Users/x/Library/Logs/net.crmsync.daemon.log"
    assert plist.startswith(b"<?xml") and units.program_of(plist) == ["/opt/a b & <c>/crmsync"]
    assert found.keys() <= DOCUMENTED


DOCUMENTED = {
    *("Label", "ProgramArguments", "EnvironmentVariables", "RunAtLoad", "KeepAlive", "ThrottleInterval", "ExitTimeOut"),
    *("ProcessType", "LowPriorityIO", "Umask", "StandardOutPath", "StandardErrorPath"),
}
"""Keys of launchd.plist(5) that are used: an unknown one is passed over in silence."""


@pytest.mark.parametrize("word", ["/opt/x", "/o p--t/é%"])
def test_a_file_that_somebody_edited_is_no_longer_ours(word: str) -> None:
    started = Started([word])
    for file in (units.user_unit(started), units.system_unit([word]), units.launchd_plist(started, Path("/l"))):
        assert units.is_ours(file)
        assert units.program_of(file) == [word]
        assert not units.is_ours(file + b"\n")
        assert not units.is_ours(file.replace(b"crmsync", b"crmsink", 1))
        assert not units.is_ours(json.dumps(str(file)).encode())
