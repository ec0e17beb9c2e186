"""Tables and progress: what a person at a terminal sees."""

from __future__ import annotations

import io
import sys

import pytest

from crmsync.cli import progress as progress_module
from crmsync.cli.answers import WIDTH, emit, table
from crmsync.cli.progress import ProgressLine
from crmsync.safe import columns
from tests.cli.terminal import HOSTILE


def test_a_table_fits_and_its_first_column_is_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    table(("id", "name", "why"), [("zboa2t544i", name, name) for name in HOSTILE], "none")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + len(HOSTILE)
    assert max(map(columns, lines)) <= WIDTH
    assert all(line.startswith("zboa2t544i  ") for line in lines[1:])


def test_a_table_with_more_columns_than_room_is_still_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    table([f"head {n}" for n in range(40)], [["value"] * 40], "none")
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_an_empty_table_says_what_it_was_told(capsys: pytest.CaptureFixture[str]) -> None:
    table(("id",), [], "Nothing there.")
    assert capsys.readouterr().out == "Nothing there.\n"


def test_nothing_is_shown_for_none(capsys: pytest.CaptureFixture[str]) -> None:
    table(("a", "b"), [(None, 0)], "none")
    assert capsys.readouterr().out == "a  b\n   0\n"


def test_an_output_that_cannot_hold_a_character_gets_its_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)
    emit({"name": "漢"})
    out.flush()
    assert out.buffer.getvalue() == b'{"schema": 1, "name": "\\u6f22"}\n'  # type: ignore[attr-defined]


class Screen(io.StringIO):
    """A terminal, or a pipe."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


def shown(monkeypatch: pytest.MonkeyPatch, *, terminal: bool, seconds: float, total: int | None) -> str:
    screen = Screen(terminal)
    time = [100.0]
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(progress_module, "monotonic", lambda: time[0])
    line = ProgressLine()
    line("reading \x1b[31mbook", 0, total)
    time[0] += seconds
    line("reading \x1b[31mbook", 500, total)
    line("reading \x1b[31mbook", 600, total)
    line.close()
    return screen.getvalue()


def test_progress_has_rate_and_time_left_and_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, terminal=True, seconds=5, total=1000)
    assert "500 of 1,000  100/s  ETA 00:05" in text
    assert "600" not in text  # at most five times a second
    assert "\x1b" not in text
    assert text.endswith(f"\r{' ' * (WIDTH - 1)}\r")
    assert "500  100/s" in shown(monkeypatch, terminal=True, seconds=5, total=None)


@pytest.mark.parametrize(("terminal", "seconds"), [(False, 5.0), (True, 0.9)])
def test_progress_is_for_a_terminal_and_for_what_lasts(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, seconds: float
) -> None:
    assert shown(monkeypatch, terminal=terminal, seconds=seconds, total=1000) == ""
