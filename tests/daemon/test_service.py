"""The daemon as a process: alone, told by signals, and quick to see what changed."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from crmsync.config import Config
from crmsync.daemon_lock import running
from crmsync.model import Record, RecordType
from crmsync.store.identity import new_id
from crmsync.store.store import Store
from crmsync_daemon.notify import Notifier
from crmsync_daemon.rounds import Rounds
from crmsync_daemon.service import Service
from crmsync_daemon.watch import Watch
from tests.daemon.house import House, until
from tests.daemon.test_watch import STAMP

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A home with one folder as its account."""
    house = House(tmp_path)
    house.crm("init", "--yes")
    (tmp_path / "book").mkdir()
    house.crm("account", "add", "folder", "desk", "--url", str(tmp_path / "book"))
    return house


def cards(house: House) -> list[str]:
    return [file.read_text("utf-8") for file in (house.folder / "book").glob("*.vcf")]


def test_a_change_of_the_crm_is_at_the_remote_within_seconds_and_the_remotes_own_with_the_next_turn(
    house: House,
) -> None:
    house.crm.home.config.write_text('[daemon]\nevery = "2s"\npush_after = "0s"\n')
    house.crm.home.config.chmod(0o600)
    with house.daemon() as child:
        id = house.crm.add("contact", name="Anna Rossi")
        house.crm("records", "flag", id, "--on")
        (card,) = until(lambda: cards(house), house.said)
        assert "FN:Anna Rossi" in card
        (file,) = (house.folder / "book").glob("*.vcf")
        file.write_text(card.replace("Anna Rossi", "Anna Bianchi"), "utf-8")
        until(lambda: house.crm("records", "show", id)["fields"]["name"] == "Anna Bianchi", house.said)
        assert house.leave(child) == 0
    assert not house.running()


def test_of_several_daemons_exactly_one_runs_and_the_others_say_so(house: House) -> None:
    children = [house.start() for _ in range(4)]
    try:
        until(lambda: sum(child.poll() is not None for child in children) == 3, house.said)
        left = [child for child in children if child.poll() is None]
        assert len(left) == 1
        until(lambda: "daemon started" in house.said)
        found = running(house.crm.home)
        assert found is not None and found.pid == left[0].pid
        assert {child.returncode for child in children if child not in left} == {75}
        assert house.said.count("a daemon runs here already") == 3
    finally:
        for child in children:
            child.kill()
            child.wait()


def test_after_a_kill_the_next_one_starts_at_once(house: House) -> None:
    with house.daemon() as child:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    assert not house.running()
    with house.daemon() as child:
        assert house.running()
        assert house.leave(child, signal.SIGINT) == 0


def test_a_bad_config_keeps_the_old_settings_and_says_the_line(house: House) -> None:
    with house.daemon() as child:
        house.crm.home.config.write_text('[daemon]\nevery = "2s"\n')
        house.crm.home.config.chmod(0o600)
        until(lambda: "config read again" in house.said, house.said)
        house.crm.home.config.write_text("[daemon]\nevery = \n")
        until(lambda: "the old settings go on" in house.said, house.said)
        assert "line 2" in house.said
        found = running(house.crm.home)
        until(lambda: (found := running(house.crm.home)) and "line 2" in found.message, str(found))
        before = house.said.count("desk: done")
        until(lambda: house.said.count("desk: done") > before + 1, house.said)
        house.crm.home.config.write_text('[daemon]\nevery = "3s"\n')
        until(lambda: house.said.count("config read again") == 2, house.said)
        assert house.leave(child) == 0


def test_a_config_that_cannot_be_read_is_told_of_once_and_stops_nothing(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    service = Service(house.crm.home, Notifier({}))
    rounds = Rounds(house.crm.home, Config(), lambda result, pace: None)
    watch = Watch(service._desk.store)
    house.crm.home.config.unlink()
    house.crm.home.config.mkdir()
    for _ in range(3):
        service._look(rounds, watch)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "cannot be read" in service._trouble()[0]
    with Store.open(house.crm.home.store) as store, store.transaction(STAMP) as tx:
        tx.records.create(Record(new_id(), RecordType.CONTACT, {"name": "Anna"}))
    service._look(rounds, watch)
    assert list(rounds.due()) == ["desk"]
    house.crm.home.config.rmdir()
    service._look(rounds, watch)
    assert service._trouble() == ("", "")
    service._desk.close()


def test_status_tells_of_it_and_stop_ends_it(house: House) -> None:
    assert house.crm("status")["daemon"]["running"] is False
    with house.daemon() as child:
        status = house.crm("status")["daemon"]
        assert status["running"] is True and status["pid"] == child.pid
        until(lambda: house.crm("daemon", "status")["next"].get("desk"), house.said)
        assert house.crm("daemon", "stop")["stopped"] is True
        assert child.wait(5) == 0


def test_an_account_that_is_added_is_synced_and_one_that_is_removed_is_left_alone(house: House) -> None:
    with house.daemon() as child:
        (house.folder / "second").mkdir()
        house.crm("account", "add", "folder", "second", "--url", str(house.folder / "second"))
        until(lambda: "second: done" in house.said, house.said)
        house.crm("account", "remove", "second")
        until(lambda: "second" not in house.crm("daemon", "status")["next"], house.said)
        assert house.leave(child) == 0


def test_what_is_put_into_the_drop_folder_is_imported_also_after_the_folder_was_made_anew(house: House) -> None:
    drop = house.folder / "drop"
    house.crm.home.config.write_text(f'[daemon]\ndrop_folder = "{drop}"\n')
    house.crm.home.config.chmod(0o600)

    def put(uid: str) -> None:
        (drop / f"{uid}.vcf").write_text(
            f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{uid}\r\nEND:VCARD\r\n", newline=""
        )

    with house.daemon() as child:
        until(drop.is_dir, house.said)
        put("one")
        until(lambda: (drop / "done/one.vcf").exists(), house.said)
        assert house.crm("status")["daemon"]["drop_folder"]["path"] == str(drop)
        shutil.rmtree(drop)
        drop.mkdir()
        put("two")
        (drop / "bad.vcf").write_text("no card")
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    with house.daemon() as child:
        until(lambda: (drop / "done/two.vcf").exists() and (drop / "failed/bad.vcf").exists(), house.said)
        until(lambda: house.crm("status")["daemon"]["drop_folder"]["failed"] == 1, house.said)
        assert sorted(one["name"] for one in house.crm("queue", "list")["items"]) == ["one", "two"]
        assert house.leave(child) == 0
