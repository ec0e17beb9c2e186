"""Files are written whole or not at all, and only over what they were before."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from pathlib import Path

import pytest

from crmsync.connectors import directory
from crmsync.connectors.directory import TICK_NS, Directory, failure
from crmsync.errors import Busy, Moved, Refused, Unreachable


def names(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.iterdir())


@pytest.fixture
def folder(tmp_path):
    with Directory.open(str(tmp_path)) as opened:
        yield opened


def test_a_new_file_is_private_and_complete(folder, tmp_path):
    folder.create("a", b"content")
    assert (tmp_path / "a").read_bytes() == b"content"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    assert names(tmp_path) == ["a"]


def test_the_version_of_a_write_is_the_one_that_reading_gives(folder):
    created = folder.create("a", b"one")
    assert folder.read("a", 10).version == created
    replaced = folder.replace("a", b"two", created)
    assert folder.read("a", 10).version == replaced != created


def test_what_we_write_is_dated_back_so_that_no_later_edit_has_its_time(folder, tmp_path):
    started = time.time_ns()
    folder.create("a", b"ours")
    assert (tmp_path / "a").stat().st_mtime_ns < started - TICK_NS // 2
    folder.replace("a", b"mine", None)
    assert (tmp_path / "a").stat().st_mtime_ns < time.time_ns() - TICK_NS // 2


def test_what_we_read_is_old_enough_that_no_later_edit_has_its_time(folder, tmp_path):
    for read in (lambda: folder.read("a", 100), lambda: folder.files(lambda _: True, 100)):
        (tmp_path / "a").write_bytes(b"theirs")
        read()
        assert time.time_ns() - (tmp_path / "a").stat().st_mtime_ns >= TICK_NS


def test_times_without_a_fraction_are_given_the_tick_of_old_file_systems(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(directory, "COARSE_TICK_NS", 300_000_000)
    monkeypatch.setattr(directory, "_SECOND_NS", 1)
    (tmp_path / "a").write_bytes(b"theirs")
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    folder.files(lambda _: True, 100)
    assert waits and waits[0] > TICK_NS


def test_a_name_that_is_taken_is_never_overwritten_even_by_a_link(folder, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("link", "taken"):
        if name == "taken":
            (tmp_path / name).write_bytes(b"theirs")
        with pytest.raises(Moved):
            folder.create(name, b"ours")
    assert (tmp_path / "taken").read_bytes() == b"theirs"
    assert not (tmp_path / "elsewhere").exists()
    assert names(tmp_path) == ["link", "taken"]


def test_where_there_are_no_hard_links_a_new_file_still_overwrites_nothing(folder, tmp_path, monkeypatch):
    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no hard links here")

    monkeypatch.setattr(os, "link", no_links)
    folder.create("a", b"one")
    with pytest.raises(Moved):
        folder.create("a", b"two")
    assert (tmp_path / "a").read_bytes() == b"one"
    assert names(tmp_path) == ["a"]


def test_replacing_keeps_the_permissions_of_the_file(folder, tmp_path):
    folder.create("a", b"one")
    (tmp_path / "a").chmod(0o640)
    folder.replace("a", b"two", None)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_a_write_that_fails_leaves_the_file_and_no_rubbish(folder, tmp_path, monkeypatch):
    folder.create("a", b"one")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match="no room"):
        folder.replace("a", b"two", None)
    with pytest.raises(Refused, match="no room"):
        folder.create("b", b"two")
    assert (tmp_path / "a").read_bytes() == b"one"
    assert names(tmp_path) == ["a"]


def test_content_reaches_the_disk_before_it_takes_its_place(folder, monkeypatch):
    order: list[str] = []
    flush, rename = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append("flush"), flush(fd))[1])
    monkeypatch.setattr(os, "replace", lambda *a, **k: (order.append("rename"), rename(*a, **k))[1])
    folder.create("a", b"one")
    order.clear()
    folder.replace("a", b"two", None)
    assert order == ["flush", "rename", "flush"]


def test_removing_what_is_not_there_is_fine(folder):
    folder.remove("never", "some version")


def test_a_file_that_is_written_while_we_read_is_read_again(folder, tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"old")
    edits = iter([b"newer", b"newest"])
    real = directory.version_of

    def version_while_edited(status: os.stat_result) -> str:
        if (edit := next(edits, None)) is not None:
            (tmp_path / "a").write_bytes(edit)
        return real(status)

    monkeypatch.setattr(directory, "version_of", version_while_edited)
    assert folder.read("a", 100).raw == b"newest"


def test_a_file_that_never_rests_is_left_for_later(folder, tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"x")
    versions = iter(range(100))
    monkeypatch.setattr(directory, "version_of", lambda _: str(next(versions)))
    with pytest.raises(Busy):
        folder.read("a", 100)


def test_a_folder_that_another_program_locks_is_busy(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(directory, "_LOCK_SECONDS", 0.05)
    other = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(Busy, match="locked"):
            folder.create("a", b"one")
    finally:
        os.close(other)
    folder.create("a", b"one")


def test_a_file_system_without_locks_is_used_all_the_same(folder, monkeypatch):
    def no_locks(*_: object) -> None:
        raise OSError(errno.EBADF, "no locks here")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    folder.create("a", b"one")
    assert folder.read("a", 10).raw == b"one"


def test_a_time_in_the_future_does_not_hold_us_up(folder, tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    ahead = time.time_ns() + 3_600_000_000_000
    os.utime(tmp_path / "a", ns=(ahead, ahead))
    started = time.monotonic()
    assert folder.read("a", 10).raw == b"x"
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.EACCES, Refused),
        (errno.EROFS, Refused),
        (errno.ENOSPC, Refused),
        (errno.ENAMETOOLONG, Refused),
        (errno.EIO, Unreachable),
        (errno.ESTALE, Unreachable),
    ],
)
def test_errors_of_the_system_say_whether_to_try_again(number, kind):
    error = failure(OSError(number, os.strerror(number)), "a.vcf")
    assert type(error) is kind
    assert "a.vcf" in str(error)


def test_a_name_that_is_too_long_is_refused(folder):
    with pytest.raises(Refused, match="name"):
        folder.create("x" * 300, b"one")


def test_a_file_instead_of_a_folder_is_unreachable(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Unreachable):
        Directory.open(str(tmp_path / "file"))


def test_no_descriptor_stays_open(tmp_path):
    before = len(names(Path("/proc/self/fd")))
    with Directory.open(str(tmp_path)) as folder:
        (tmp_path / "d").mkdir()
        (tmp_path / "link").symlink_to("nowhere")
        folder.create("a", b"one")
        folder.files(lambda _: True, 100)
        for name in ("d", "link"):
            with pytest.raises(Refused):
                folder.read(name, 100)
        with pytest.raises(Unreachable):
            folder.child("a")
    assert len(names(Path("/proc/self/fd"))) == before
