"""What systemd is told, over a real socket."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from crmsync_daemon.notify import Notifier


def test_lines_arrive_as_one_message_and_cannot_be_broken_by_what_they_hold(tmp_path: Path) -> None:
    path = str(tmp_path / "n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(path)
        systemd.settimeout(5)
        Notifier({"NOTIFY_SOCKET": path}).tell("READY=1", "STATUS=3 accounts\nMAINPID=1")
        assert systemd.recv(4096) == b"READY=1\nSTATUS=3 accounts MAINPID=1"


def test_an_abstract_socket_is_one_too() -> None:
    name = f"crmsync-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + name)
        systemd.settimeout(5)
        Notifier({"NOTIFY_SOCKET": "@" + name}).tell("WATCHDOG=1")
        assert systemd.recv(4096) == b"WATCHDOG=1"


def test_a_socket_that_is_gone_stops_nobody(tmp_path: Path) -> None:
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).tell("READY=1")
    Notifier({}).tell("READY=1")


def test_the_watchdog_counts_only_when_it_is_meant_for_this_process() -> None:
    assert Notifier({"WATCHDOG_USEC": "120000000"}).watchdog == 120.0
    assert Notifier({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "1"}).watchdog is None
    assert Notifier({"WATCHDOG_USEC": "0"}).watchdog is None
    assert Notifier({"WATCHDOG_USEC": "soon"}).watchdog is None
    assert Notifier({}).watchdog is None
