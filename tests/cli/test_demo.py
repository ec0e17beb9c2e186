"""`crmsync demo`: a real server, a real sync, and at the end one of each that needs a person."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """What the demo printed without a terminal, and the folder that was its whole world."""
    world = tmp_path_factory.mktemp("world")
    (world / "tmp").mkdir()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("CRMSYNC_", "XDG_"))}
    env |= {"HOME": str(world), "TMPDIR": str(world / "tmp"), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "crmsync", "demo"], env=env, capture_output=True, text=True, timeout=150, check=False
    )
    return done, world


pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
Shown = tuple[subprocess.CompletedProcess[str], Path]


ANOTHER = "== Another company"


def office(shown: Shown) -> list[str]:
    """The lines of the first story."""
    return shown[0].stdout.partition(ANOTHER)[0].rstrip().splitlines()


def test_it_ends_well_without_a_terminal(shown: Shown) -> None:
    done, _ = shown
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_a_match_a_conflict_a_parked_card_and_a_deletion_wait_at_the_end(shown: Shown) -> None:
    lines = office(shown)
    assert any("Tomáš Růžička" in line and "Tomas Ruzicka" in line for line in lines)
    assert any("Jürgen Krämer" in line and "title" in line and "Inhaber" in line for line in lines)
    assert any("Tom Harrow" in line and "(deletion)" in line for line in lines)
    assert any("fair-2026-0018" in line for line in lines)
    assert lines[-1] == "records 22, queue 2, conflicts 2, held 0, parked 1, failing 0"


def test_every_question_stands_beside_the_command_that_answers_it(shown: Shown) -> None:
    for command in ("queue accept", "conflicts resolve", "parked show"):
        assert f"-> crmsync {command}" in shown[0].stdout


def test_the_last_sync_has_nothing_left_to_write(shown: Shown) -> None:
    rows = [line.split() for line in office(shown) if line.startswith("phone    done")]
    assert len(rows) == 3
    assert rows[-1][2:8] == ["0"] * 6


def test_three_hundred_people_in_three_spellings_become_three_hundred_records_in_five_commands(shown: Shown) -> None:
    story = shown[0].stdout.partition(ANOTHER)[2].splitlines()
    assert "Anna Rossi | ROSSI ANNA | Dr. Rossi, Anna" in "\n".join(story)
    commands = [line for line in story[story.index("   five commands:") :] if line.startswith("$ ")]
    assert len(commands) == 5
    assert "imported: 300" in story
    assert "linked: 300" in story
    assert story[-1] == "records: 300, waiting: 0, desk: 300 cards, phone: 300 cards"


def test_it_writes_nothing_outside_its_folder_and_leaves_none_behind(shown: Shown) -> None:
    left = sorted(str(path.relative_to(shown[1])) for path in shown[1].rglob("*"))
    assert left == ["tmp"]


def test_on_a_terminal_it_opens_home_with_real_numbers_and_a_server_that_still_answers(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("CRMSYNC_", "XDG_", "LANG"))}
    env |= {"HOME": str(tmp_path), "TMPDIR": str(tmp_path / "tmp"), "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [sys.executable, "-m", "crmsync", "demo"]
    demo = subprocess.Popen(command, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    try:
        screen_until(ours, "Last 24 h", "2 found items wait for a type", "2 conflicts", "idle")
        os.write(ours, b"s")
        screen_until(ours, "synced: 0 in, 0 out")
        os.write(ours, b"q")
        screen_until(ours, "folder is removed")
        assert demo.wait(20) == 0
    finally:
        demo.kill()
        demo.wait()
        os.close(ours)
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == ["tmp"]


def screen_until(terminal: int, *texts: str, patience: float = 120) -> None:
    """Reads what is written to the terminal until all these texts are; the test fails when one never is."""
    seen, until = b"", time.monotonic() + patience
    while missing := [text for text in texts if text.encode() not in seen]:
        ready, _, _ = select.select([terminal], [], [], max(0.0, until - time.monotonic()))
        assert ready, f"{missing} did not come; at last: {seen[-2000:]!r}"
        seen += os.read(terminal, 65536)
