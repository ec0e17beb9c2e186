"""What is told about a sync while it runs, and that it is gone when the sync is, however that ended."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from crmsync import under_way
from crmsync.home import Home, at, is_open
from crmsync.under_way import read, telling


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return at(tmp_path)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds, to be turned by hand."""
    hands = [100.0]
    monkeypatch.setattr(under_way, "monotonic", lambda: hands[0])
    return hands


def file_of(home: Home, account: str) -> Path:
    return home.store.parent / "running" / f"{account}.json"


def test_a_sync_is_told_from_its_start_to_its_end_with_rate_and_time_left(home: Home, clock: list[float]) -> None:
    with telling(home, "phone") as tell:
        assert read(home)["phone"].step == ""
        tell("reading Work", 0, 100)
        clock[0] += 2
        tell("reading Work", 50, 100)
        told = read(home)["phone"]
        assert (told.step, told.done, told.total, told.rate, told.left) == ("reading Work", 50, 100, 25.0, 2)
        clock[0] += 2
        tell("writing Work", 1, None)
        assert (read(home)["phone"].rate, read(home)["phone"].left) == (0.0, None)
    assert read(home) == {}


def test_it_is_written_at_most_once_a_second(home: Home, clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    with telling(home, "phone") as tell:
        file = file_of(home, "phone")
        file.unlink()
        for done in range(1000):
            tell("reading", done, None)
            clock[0] += 0.0009
        assert not file.exists()
        clock[0] += 0.2
        tell("reading", 1000, None)
        assert file.exists()


def test_only_its_owner_can_read_it(home: Home) -> None:
    with telling(home, "phone"):
        assert not is_open(file_of(home, "phone"))
        assert not is_open(file_of(home, "phone").parent)


def test_what_a_killed_process_left_is_recognised_and_removed(home: Home) -> None:
    script = (
        "import os, pathlib, sys; from crmsync.home import at; from crmsync.under_way import telling\n"
        "with telling(at(pathlib.Path(sys.argv[1])), 'phone'): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(home.store.parent)], check=False, timeout=20)
    assert file_of(home, "phone").exists()
    assert read(home) == {}
    assert not file_of(home, "phone").exists()


def test_a_later_process_with_the_same_number_is_another_one(home: Home) -> None:
    with telling(home, "phone"):
        file = file_of(home, "phone")
        known = json.loads(file.read_text())
        known["owner"][1] = "1"
        file.write_text(json.dumps(known))
        assert read(home) == {}


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"owner": 1}', '{"owner": [1, "1"]}'])
def test_rubbish_is_removed_and_never_shown(home: Home, text: str) -> None:
    file = file_of(home, "phone")
    file.parent.mkdir()
    file.write_text(text)
    assert read(home) == {}
    assert not file.exists()


def test_the_end_of_one_sync_does_not_hide_another_of_the_same_account(home: Home) -> None:
    with telling(home, "phone"):
        file = file_of(home, "phone")
        other = json.loads(file.read_text()) | {"owner": [1, "x"]}
        file.write_text(json.dumps(other))
    assert file.exists()


def test_a_folder_that_cannot_be_written_stops_nothing(home: Home) -> None:
    (home.store.parent / "running").write_text("in the way")
    with telling(home, "phone") as tell:
        tell("reading", 1, 2)
    assert read(home) == {}
