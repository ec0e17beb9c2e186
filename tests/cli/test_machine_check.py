"""What the doctor finds about the daemon, its service and the machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crmsync import __version__
from crmsync.cli import machine_check
from crmsync.daemon_lock import daemon_lock
from crmsync.desk import Desk
from crmsync_daemon import installed, units
from tests.cli.terminal import Terminal


def checks(crm: Terminal, *, fix: bool = False) -> dict[str, tuple[bool, str]]:
    return {what: (ok, detail) for what, ok, detail in machine_check.checks(Desk(crm.home, ""), fix=fix)}


def test_a_daemon_of_another_version_is_found(crm: Terminal) -> None:
    assert checks(crm)["daemon"] == (True, "none runs")
    lock = daemon_lock(crm.home)
    lock.take(version="0.0.1")
    assert checks(crm)["daemon"][0] is False and "0.0.1" in checks(crm)["daemon"][1]
    lock.say(version=__version__)
    assert checks(crm)["daemon"][0] is True
    lock.release()


def test_an_outdated_service_file_is_found_and_written_anew_with_its_own_program(
    crm: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert checks(crm)["service"][0] is True
    current = installed.service(crm.home, os.environ, installed.Manager.USER, ["/opt/x/crmsync"])
    current.write()
    assert checks(crm)["service"] == (True, "installed")
    lines = [line for line in current.content.splitlines(keepends=True) if b"written by" not in line]
    current.path.write_bytes(units.marked(b"".join(lines).replace(b"Nice=5", b"Nice=9"), b"# %s\n"))
    assert checks(crm)["service"][0] is False
    assert checks(crm, fix=True)["service"][0] is True
    assert current.path.read_bytes() == current.content


def test_a_limit_that_is_too_low_is_found(crm: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "max_user_watches").write_text("100\n")
    monkeypatch.setattr(machine_check, "INOTIFY", tmp_path)
    assert checks(crm)["inotify"][0] is False and "max_user_watches" in checks(crm)["inotify"][1]
