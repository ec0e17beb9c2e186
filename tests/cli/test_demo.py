"""`crmsync demo`: a real server, a real sync, and at the end one of each that needs a person."""

from __future__ import annotations

import os
import subprocess
import sys
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
