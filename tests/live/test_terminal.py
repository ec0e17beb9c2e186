"""The installed program in a real terminal: what tests without one do not see, such as the locale and the way out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tui.stage import Crm

pytestmark = [pytest.mark.live, pytest.mark.timeout(90)]

PATIENCE = 30.0
CRMSYNC = Path(sys.executable).with_name("crmsync")
HOSTILE = ["[ACME] x [/foo]", "A\x1b]52;c;aGk=\x07B", "\u202eevil\u202c", "名前 テスト", "x" * 3000, "ok person"]
SCREENS = {"2": "ACME", "3": "No conflict", "4": "Known Person", "6": "", "1": ""}
"""By key, what stands on each screen of this home; all differ."""


class Tmux:
    """One terminal of 80x24 with a program in it."""

    def __init__(self, socket: Path, env: dict[str, str], argv: list[str]) -> None:
        self._socket = socket
        settings = [f"{name}={value}" for name, value in env.items()]
        self("new-session", "-d", "-x", "80", "-y", "24", "env", *settings, *argv)

    def __call__(self, *argv: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self._socket), "-f", os.devnull, *argv], capture_output=True, text=True, check=False
        )
        return done.stdout

    @property
    def text(self) -> str:
        """What stands in the terminal."""
        return self("capture-pane", "-p")

    @property
    def alive(self) -> bool:
        """Whether the program is still there."""
        return bool(self("list-sessions").strip())

    def press(self, key: str, until: Callable[[str], bool]) -> str:
        """Presses a key and waits until that shows; the last that was there fails the test."""
        self("send-keys", key)
        return self.wait(until)

    def wait(self, until: Callable[[str], bool]) -> str:
        """Waits for something to be there."""
        end = time.monotonic() + PATIENCE
        while not until(text := self.text):
            assert self.alive, "the program ended"
            assert time.monotonic() < end, text
            time.sleep(0.1)
        return text


@pytest.fixture
def home(tmp_path: Path) -> Path:
    crm = Crm(tmp_path)
    crm("init", "--yes")
    crm.add("contact", name="Known Person")
    crm.meet((name.replace("\n", " "), f"h{n}@x.example") for n, name in enumerate(HOSTILE))
    return tmp_path / "home"


@pytest.fixture(params=["C", "C.UTF-8"])
def terminal(request: pytest.FixtureRequest, tmp_path: Path, home: Path) -> Iterator[Tmux]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    env = {"LANG": request.param, "LC_ALL": request.param, "CRMSYNC_HOME": str(home), "TERM": "xterm-256color"}
    tmux = Tmux(tmp_path / "tmux", env, [str(CRMSYNC), "tui"])
    yield tmux
    tmux("kill-server")


def test_every_screen_comes_up_and_q_leaves(terminal: Tmux) -> None:
    terminal.wait(lambda text: "Home" in text)
    seen = set()
    for key, sign in SCREENS.items():
        before = terminal.text
        text = terminal.press(key, lambda now, was=before, sign=sign: now != was and sign in now)  # type: ignore[misc]
        assert "Traceback" not in text and "MarkupError" not in text
        assert all(ord(char) >= 0x20 or char == "\n" for char in text)
        seen.add(text)
    assert len(seen) == len(SCREENS)
    terminal("send-keys", "q")
    end = time.monotonic() + PATIENCE
    while terminal.alive:
        assert time.monotonic() < end, terminal.text
        time.sleep(0.1)
