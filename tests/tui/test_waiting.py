"""A store that another process holds: who decides is told, nothing is decided twice, and leaving waits for it."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from tests.tui.stage import Crm, Stage, staged


def met(crm: Crm) -> None:
    crm.meet([("Ada Bell", "ada@x.example"), ("Bob Cole", "bob@x.example")])


async def told(stage: Stage, words: str) -> None:
    """Waits until a message says so; nothing here waits for workers, which wait for the store."""
    for _ in range(100):
        if any(words in one for one in stage.messages):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(stage.messages)


async def test_a_decision_that_waits_for_the_store_says_so_and_is_made_once_before_one_leaves(tmp_path: Path) -> None:
    async with staged(tmp_path, met) as stage:
        await stage.press("2")
        other = sqlite3.connect(stage.home.store, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await stage._pilot.press("p")
        await told(stage, "Still waiting for the store")
        assert stage.app.deciding.busy
        await stage._pilot.press("q")
        await told(stage, "Leaving as soon as")
        assert stage.app.is_running and "Ada Bell" in stage.text
        other.execute("ROLLBACK")
        other.close()
        await told(stage, "1 item done")
    with stage.store().view() as view:
        assert next(run.message for run in view.runs.list()) == "queue assign --type contact"
        assert len([run for run in view.runs.list() if run.message.startswith("queue assign")]) == 1


async def test_q_leaves_at_once_when_nothing_waits(tmp_path: Path) -> None:
    async with staged(tmp_path, met) as stage:
        await stage._pilot.press("q")
        for _ in range(50):
            if not stage.app.is_running or stage.app._exit:
                break
            await asyncio.sleep(0.02)
        assert stage.app._exit
        assert not any("Leaving" in one for one in stage.messages)
