"""The Records screen over 100,000 records: what a key costs, from its press until all is painted.

python -m tests.bench.records_screen [RECORDS]

Every record has names that no other one has, which is the worst for a search by beginnings of words. The count beside
the search line is not in a keystroke's figure: it comes after the rows are painted, and the next key ends it.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from crmsync.cli import main as crmsync
from crmsync.desk import Desk
from crmsync.home import find
from crmsync.store.store import Store
from crmsync_tui.pages import Pages
from crmsync_tui.start import make_app, stay
from tests.bench.measure import verdict
from tests.bench.store_bulk import STAMP, peak, people
from tests.tui.stage import Stage

WORDS = ("anna1234", "rossi9", "acme", "spring", "rossi acme", "zzz")
SIZE = (140, 40)


async def cost(stage: Stage, key: str) -> float:
    """CPU milliseconds from a key to the time when nothing is left to do."""
    before = time.process_time()
    await stage.press(key)
    return (time.process_time() - before) * 1000


async def measure(folder: Path) -> None:
    """Prints the figures, and whether they are within what issue 4 asks for."""
    home = find(str(folder), {})
    desk = Desk(home, "")
    app = make_app(desk, desk.another)
    desk.close()
    stay()
    async with app.run_test(size=SIZE) as pilot:
        stage = Stage(home, app, pilot)
        await stage.settle()
        nothing = statistics.median([await cost(stage, "f12") for _ in range(9)])
        first = await cost(stage, "4") - nothing
        down = statistics.median([await cost(stage, "pagedown") for _ in range(60)]) - nothing
        end = await cost(stage, "G") - nothing
        await stage.press("slash")
        Pages.total = _uncounted  # type: ignore[method-assign]
        typed: list[float] = []
        for word in WORDS:
            each = [await cost(stage, "space" if char == " " else char) - nothing for char in word]
            print(f"    {word:12}", " ".join(f"{one:6.1f}" for one in each), "ms a key")
            typed += each
            await stage.press(*["backspace"] * len(word))
    print(f"    a key that does nothing: {nothing:.1f} ms, taken off all others; peak memory {peak():.0f} MB")
    print(f"    first paint {first:.0f} ms; end of the list {end:.0f} ms; slowest keystroke {max(typed):.0f} ms")
    verdict("page down", down, 25, " ms")
    verdict("keystroke to painted result, in page downs (median)", statistics.median(typed) / down, 4)
    verdict("keystroke to painted result, in page downs (slowest)", max(typed) / down, 4)


async def _uncounted(_pages: Pages[object]) -> int:
    return 1000


def main(count: int = 100_000) -> None:
    """Makes the records and presses the keys."""
    with tempfile.TemporaryDirectory() as folder:
        crmsync(["--home", folder, "init", "--yes"])
        home = find(folder, {})
        with Store.open(home.store, region="IT") as store, store.transaction(STAMP, durable=False) as tx:
            tx.records.create_many(map(tx.records.made, people(count)))
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
