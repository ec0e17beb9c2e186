"""One process at a time."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from crmsync.daemon_lock import daemon_lock, running
from crmsync.home import at
from crmsync.lock import Lock
from crmsync.syncing import lock_of


def test_one_has_it_and_says_who_it_is_until_it_lets_go(tmp_path: Path) -> None:
    mine, other = Lock(tmp_path / "a" / "lock"), Lock(tmp_path / "a" / "lock")
    assert other.owner() is None
    assert mine.take(what="sync")
    assert not other.take()
    owner = other.owner()
    assert owner is not None and owner["what"] == "sync"
    mine.release()
    assert other.owner() is None
    assert other.take()
    other.release()


def test_a_killed_owner_locks_nobody_out(tmp_path: Path) -> None:
    script = (
        "import os, pathlib, sys; from crmsync.lock import Lock; "
        "assert Lock(pathlib.Path(sys.argv[1])).take(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "lock")], check=False)
    lock = Lock(tmp_path / "lock")
    assert lock.owner() is None
    assert lock.take()
    lock.release()


def test_whoever_only_looks_keeps_nobody_from_taking_it(tmp_path: Path) -> None:
    path, done = tmp_path / "lock", threading.Event()

    def look() -> None:
        while not done.is_set():
            Lock(path).owner()

    watchers = [threading.Thread(target=look) for _ in range(3)]
    for watcher in watchers:
        watcher.start()
    try:
        for _ in range(300):
            lock = Lock(path)
            assert lock.take()
            lock.release()
    finally:
        done.set()
        for watcher in watchers:
            watcher.join()


def test_an_account_may_be_called_daemon(tmp_path: Path) -> None:
    home = at(tmp_path / "home")
    home.create()
    sync, daemon = lock_of(home, "daemon"), daemon_lock(home)
    assert sync.take()
    assert running(home) is None
    assert daemon.take()
    sync.release()
    daemon.release()


def test_a_full_disk_keeps_nobody_from_a_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    lock, other = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        assert lock.take(what="sync")
        assert other.owner() is None and not other.take()
    lock.say(what="sync again")
    owner = other.owner()
    assert owner is not None and owner["what"] == "sync again"
    lock.release()
