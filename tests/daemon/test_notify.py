"""What systemd is told, over a real socket."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from crmsync_daemon.notify import Notifier
from tests.daemon.house import PATIENCE, House


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


@pytest.mark.timeout(90)
def test_a_daemon_tells_when_it_is_ready_what_it_does_that_it_lives_and_that_it_leaves(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.crm("init", "--yes")
    (tmp_path / "book").mkdir()
    house.crm("account", "add", "folder", "desk", "--url", str(tmp_path / "book"))
    path = str(tmp_path / "n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(path)
        systemd.settimeout(PATIENCE)
        heard: list[tuple[float, list[str]]] = []

        def hear(until: Callable[[list[str]], bool]) -> list[str]:
            while True:
                heard.append((time.monotonic(), systemd.recv(4096).decode().splitlines()))
                if until(heard[-1][1]):
                    return heard[-1][1]

        with house.daemon(env={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "4000000"}) as child:
            assert hear(lambda _: True) == ["READY=1"]
            assert "1 accounts" in hear(lambda lines: lines[0].startswith("STATUS="))[0]
            hear(lambda _: sum(lines == ["WATCHDOG=1"] for _, lines in heard) == 6)
            alive = [at for at, lines in heard if lines == ["WATCHDOG=1"]]
            assert max(b - a for a, b in pairwise(alive)) < 4
            before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            child.send_signal(signal.SIGHUP)
            lines = hear(lambda lines: lines[0] == "RELOADING=1")
            assert before <= int(lines[1].removeprefix("MONOTONIC_USEC="))
            assert hear(lambda lines: lines != ["WATCHDOG=1"]) == ["READY=1"]
            child.send_signal(signal.SIGTERM)
            hear(lambda lines: lines == ["STOPPING=1"])
            assert child.wait(PATIENCE) == 0
