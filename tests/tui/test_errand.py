"""A command that is run as a child."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from crmsync.home import find
from crmsync_tui import errand
from crmsync_tui.errand import Errand


async def test_a_child_that_is_killed_is_told_and_not_an_empty_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def kill(child: asyncio.subprocess.Process, *_: object) -> tuple[bytes, bytes]:
        os.kill(child.pid, signal.SIGKILL)
        return await child.communicate()

    monkeypatch.setattr(errand, "_talk", kill)
    answer = await Errand(find(str(tmp_path / "home"), {}), "").run("sync")
    assert not answer.well
    assert answer.text == "crmsync sync was killed by signal 9. What it had done is kept: run it again"
