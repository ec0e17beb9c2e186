"""The folder whose files are imported, against whoever can write into it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crmsync.config import Config
from crmsync.errors import BadConfig, Moved, Refused
from crmsync_daemon import drop_folder, watcher
from crmsync_daemon.drop_folder import DONE, FAILED, DropFolder
from crmsync_daemon.watcher import Watcher, is_remote
from tests.tui.stage import Crm

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{0}\r\nFN:Anna {0}\r\nEND:VCARD\r\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A drop folder."""
    path = tmp_path / "drop"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def crm(tmp_path: Path) -> Crm:
    """A home."""
    crm = Crm(tmp_path)
    crm("init", "--yes")
    return crm


def names(root: Path) -> list[str]:
    return sorted(str(file.relative_to(root)) for file in root.rglob("*") if not file.is_dir())


def imported(crm: Crm, root: Path, monkeypatch: pytest.MonkeyPatch) -> Watcher:
    """Two looks, as if the time between them had passed."""
    monkeypatch.setattr(watcher, "SETTLED", 0.0)
    one = Watcher(crm.home, root, Config())
    one.look()
    one.look()
    return one


def queued(crm: Crm) -> list[str]:
    return sorted(item["name"] for item in crm("queue", "list")["items"])


def test_a_card_is_imported_and_lies_in_done_then_and_again_changes_nothing(
    crm: Crm, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        (root / "a.vcf").write_text(CARD.format(1), newline="")
        imported(crm, root, monkeypatch)
    assert queued(crm) == ["Anna 1"]
    assert names(root) == ["done/a (2).vcf", "done/a (4).vcf", "done/a.vcf"]


def test_a_file_that_grows_waits(crm: Crm, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "SETTLED", 0.0)
    one = Watcher(crm.home, root, Config())
    for cards in range(1, 4):
        (root / "a.vcf").write_text(CARD.format(1) * cards, newline="")
        one.look()
    assert names(root) == ["a.vcf"] and one.waiting == 1
    one.look()
    assert names(root) == ["done/a.vcf"] and one.waiting == 0


def test_a_folder_keeps_its_structure_and_temporary_names_are_left_alone(
    crm: Crm, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "sub/deep").mkdir(parents=True)
    (root / "sub/deep/a.vcf").write_text(CARD.format(1), newline="")
    for name in (".a.vcf", "b.vcf.part", "c.vcf~", "d.tmp", "e.txt", "f.vcf.crdownload"):
        (root / name).write_text(CARD.format(2), newline="")
    imported(crm, root, monkeypatch)
    assert queued(crm) == ["Anna 1"]
    assert "done/sub/deep/a.vcf" in names(root) and len(names(root)) == 7
    os.utime(root / "sub/deep", (0, 0))
    DropFolder(root).tidy(1.0)
    assert not (root / "sub/deep").exists() and (root / "sub").exists()


def test_tables_of_one_name_in_two_folders_are_two_tables(
    crm: Crm, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, name in (("a", "Anna"), ("b", "Bob")):
        (root / folder).mkdir()
        (root / folder / "list.csv").write_text(f"id,name\n1,{name}\n")
        imported(crm, root, monkeypatch)
    assert queued(crm) == ["Anna", "Bob"]


def test_what_is_no_plain_file_of_ours_with_one_name_is_never_read(
    crm: Crm, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret.vcf"
    secret.write_text(CARD.format("secret"), newline="")
    (root / "link.vcf").symlink_to(secret)
    (root / "hard.vcf").hardlink_to(secret)
    os.mkfifo(root / "pipe.vcf")
    with (root / "huge.vcf").open("wb") as huge:
        huge.truncate(4 * 1024**3)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/x.vcf").write_text(CARD.format("elsewhere"), newline="")
    (root / "folder").symlink_to(tmp_path / "elsewhere")
    (root / "good.vcf").write_text(CARD.format("good"), newline="")
    monkeypatch.setattr(drop_folder.os, "read", _no_huge_read(os.read))
    imported(crm, root, monkeypatch)
    assert queued(crm) == ["Anna good"]
    assert (tmp_path / "elsewhere/x.vcf").exists()
    whys = {"link.vcf": "link to another", "hard.vcf": "hard links", "pipe.vcf": "no plain file", "huge.vcf": "10 MB"}
    for name, why in whys.items():
        reason = (root / FAILED / f"{name}.reason.txt").read_text()
        assert reason.startswith(f"What: {name}\nWhy: ") and "\nNext: " in reason and why in reason
    assert DropFolder(root).failed() == 4


def _no_huge_read(read):  # type: ignore[no-untyped-def]
    budget = [drop_folder.LARGEST]

    def counted(descriptor: int, size: int) -> bytes:
        found = read(descriptor, size)
        budget[0] -= len(found)
        assert budget[0] > 0
        return found

    return counted


def test_a_file_of_another_user_is_refused(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "a.vcf").write_text(CARD.format(1))
    folder = DropFolder(root)
    (one,) = folder.scan()
    other = os.geteuid() + 1
    monkeypatch.setattr(drop_folder.os, "geteuid", lambda: other)
    with pytest.raises(Refused, match="another user"):
        one.look.refuse()
    with pytest.raises(BadConfig, match="another user"):
        folder.scan()


def test_a_file_that_is_swapped_after_the_look_is_neither_read_nor_moved(root: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.vcf"
    secret.write_text("secret")
    (root / "a.vcf").write_text("fine")
    folder = DropFolder(root)
    (one,) = folder.scan()
    (root / "a.vcf").unlink()
    (root / "a.vcf").symlink_to(secret)
    with pytest.raises(Moved):
        folder.fetch(one, tmp_path / "copy")
    with pytest.raises(Moved):
        folder.put_away(one, DONE)
    assert not (tmp_path / "copy").exists() and names(root) == ["a.vcf"]


def test_a_link_that_comes_between_look_and_open_is_not_followed(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret.vcf"
    secret.write_text("fine")
    (root / "a.vcf").write_text("fine")
    folder = DropFolder(root)
    (one,) = folder.scan()
    monkeypatch.setattr(drop_folder, "_look", lambda *_: one.look)  # the look is passed before the swap
    (root / "a.vcf").unlink()
    (root / "a.vcf").symlink_to(secret)
    with pytest.raises(Refused, match="cannot be read"):
        folder.fetch(one, tmp_path / "copy")
    (root / "a.vcf").unlink()
    (root / "a.vcf").write_text("another")
    with pytest.raises(Moved):
        folder.fetch(one, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_file_that_is_swapped_while_it_is_moved_comes_back(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "a.vcf").write_text("first")
    folder = DropFolder(root)
    (one,) = folder.scan()
    rename = os.rename

    def swapped(source: str, target: str, **where: int) -> None:
        if source == "a.vcf":
            (root / "new").write_text("second")
            (root / "new").replace(root / "a.vcf")
        rename(source, target, **where)

    monkeypatch.setattr(drop_folder.os, "rename", swapped)
    with pytest.raises(Moved):
        folder.put_away(one, DONE)
    assert names(root) == ["a.vcf"] and (root / "a.vcf").read_text() == "second"


def test_done_that_leads_elsewhere_is_not_followed(
    crm: Crm, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (root / DONE).symlink_to(tmp_path / "elsewhere")
    (root / "a.vcf").write_text(CARD.format(1), newline="")
    one = imported(crm, root, monkeypatch)
    assert list((tmp_path / "elsewhere").iterdir()) == [] and (root / "a.vcf").exists()
    one.look()
    assert one.waiting == 1


def test_names_that_drive_a_terminal_are_harmless_in_log_and_reason(
    crm: Crm, root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    name = "evil\n\x1b[31m\u202e.vcf"
    (root / name).write_text("no card")
    (root / ("x" * 240 + ".vcf")).write_text(CARD.format(1), newline="")
    (Path(os.fsdecode(os.fsencode(root) + b"/\xff.vcf"))).write_text(CARD.format(2), newline="")
    imported(crm, root, monkeypatch)
    (reason,) = (root / FAILED).glob("*.reason.txt")
    text = reason.read_text("utf-8")
    assert text.count("\n") == 3 and "1 of 1 items" in text
    told = [text, reason.name, *(record.getMessage() for record in caplog.records)]
    assert "evil" not in caplog.text  # a log is sent around, and a file is often named after somebody
    assert not any(sign in one for one in told for sign in ("\x1b", "\u202e", "\nevil", "evil\n"))
    assert queued(crm) == ["Anna 1", "Anna 2"]


def test_one_bad_card_of_three_is_named_by_count_and_the_file_is_done(
    crm: Crm, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:bad\r\nFN:\xff\r\nEND:VEVENT\r\n"
    (root / "a.vcf").write_text(CARD.format(1) + bad + CARD.format(2), newline="")
    (root / "empty.ics").write_text("")
    imported(crm, root, monkeypatch)
    assert queued(crm) == ["Anna 1", "Anna 2"]
    assert "1 of 3 items" in (root / DONE / "a.vcf.reason.txt").read_text()
    assert (root / FAILED / "empty.ics").exists()


def test_a_file_that_breaks_us_does_not_keep_the_others(crm: Crm, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (1, 2, 3):
        (root / f"{number}.vcf").write_text(CARD.format(number), newline="")
    split = watcher.FileSet._split

    def breaks(self, collection, path):  # type: ignore[no-untyped-def]
        if b"UID:2" in path.read_bytes():
            raise ZeroDivisionError
        return split(self, collection, path)

    monkeypatch.setattr(watcher.FileSet, "_split", breaks)
    imported(crm, root, monkeypatch)
    assert queued(crm) == ["Anna 1", "Anna 3"]
    assert "ZeroDivisionError" in (root / FAILED / "2.vcf.reason.txt").read_text()


def test_many_files_are_few_runs_and_each_look_goes_through_them_once(
    crm: Crm, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(450):
        (root / f"{number}.vcf").write_text(CARD.format(number), newline="")
    imported(crm, root, monkeypatch)
    assert crm("status")["counts"]["queue"] == 450
    assert len(list((root / DONE).iterdir())) == 450
    runs = crm("runs", "list")["runs"]
    assert len([run for run in runs if run["account"] == "files"]) == 3


def test_a_file_system_of_another_machine_is_known(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        f"23 22 0:50 / {tmp_path}/far rw shared:1 - nfs4 server:/x rw\n"
        f"24 22 0:51 / {tmp_path}/far/near rw - ext4 /dev/sdb rw\n"
    )
    assert is_remote(tmp_path / "far/drop", mounts) and not is_remote(tmp_path / "drop", mounts)
    assert not is_remote(tmp_path / "far/near/drop", mounts) and not is_remote(tmp_path, tmp_path / "none")
