"""100,000 rows on the screen: our list over the store next to Textual's DataTable.

python -m tests.bench.long_lists [ROWS]

Each program is a process of its own at 120x40 without a terminal. CPU seconds are those of the process since it was
ready to make its app; imports are counted apart. The store is filled before.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from crmsync_tui.app import CrmsyncApp
from crmsync_tui.widgets.record_table import RecordTable
from tests.bench.measure import verdict

SIZE = (120, 40)
PAGES_TURNED = 40
TYPED = "rossi"


def cpu() -> float:
    """Of this process, all threads."""
    return time.process_time()


def peak() -> float:
    """The most memory that was resident, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def each(press: Callable[[str], Awaitable[object]], keys: list[str]) -> float:
    """CPU seconds for a key, on average, until what it does is drawn."""
    before = cpu()
    for key in keys:
        await press(key)
    return (cpu() - before) / len(keys)


def data_table(rows: int) -> dict[str, float]:
    """Textual's own table with the same texts."""
    from textual.app import App, ComposeResult
    from textual.widgets import DataTable

    class Table(App[None]):
        def compose(self) -> ComposeResult:
            yield DataTable(cursor_type="row")

        def on_mount(self) -> None:
            table = self.query_one(DataTable)
            table.add_columns("", "name", "e-mail / phone", "from", "type", "may be", "score", "kind")
            table.add_rows(("", *texts(n)) for n in range(rows))

    async def measured() -> dict[str, float]:
        app = Table()
        before = cpu()
        async with app.run_test(size=SIZE) as pilot:
            await pilot.pause()
            painted = cpu() - before
            turned = await each(pilot.press, ["pagedown"] * PAGES_TURNED)
            return {"paint": painted, "turn": turned, "rss": peak()}

    return asyncio.run(measured())


def ours(folder: Path) -> dict[str, float]:
    """The queue screen of the real app."""
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    before = cpu()
    from crmsync.desk import Desk
    from crmsync.home import find
    from crmsync_tui.start import make_app

    desk = Desk(find(str(folder), {}), "")
    app = make_app(desk, desk.another, screen="queue")
    desk.close()
    imported = cpu() - before

    async def measured() -> dict[str, float]:
        before = cpu()
        async with app.run_test(size=SIZE) as pilot:

            async def press(key: str) -> None:
                await pilot.press(key)
                await settled(pilot, app)

            await settled(pilot, app)
            painted = cpu() - before
            turned = await each(pilot.press, ["pagedown"] * PAGES_TURNED)
            await press("end")
            before = cpu()
            await press("g")
            await press("G")
            end = (cpu() - before) / 2
            await press("g")
            await press("slash")
            typed = []
            for key in TYPED:
                before = cpu()
                await draw(pilot, app, key)
                typed.append(cpu() - before)
            return {
                "import": imported, "paint": painted, "turn": turned, "end": end,
                "typed": statistics.median(typed), "first": typed[0], "rss": peak(),
            }  # fmt: skip

    return asyncio.run(measured())


async def settled(pilot: Pilot[None], app: CrmsyncApp) -> None:
    """Until all that was asked of the store has been answered and drawn."""
    with suppress(WorkerCancelled):  # by another one that asks for more
        await app.workers.wait_for_complete()
    await pilot.pause()


async def draw(pilot: Pilot[None], app: CrmsyncApp, key: str) -> None:
    """Presses a key and waits until the list shows what is typed now; the rows are counted after that."""
    table = app.screen.query_one(RecordTable)
    before = table.pages
    await pilot.press(key)
    while table.pages is before:
        await asyncio.sleep(0.002)
    await pilot.pause()


def texts(n: int) -> tuple[str, ...]:
    """What a row shows."""
    name = f"{GIVEN[n % len(GIVEN)]} {FAMILY[n * 7 % len(FAMILY)]} {n}"
    return (name, f"person{n}@firm{n % 900}.example", "icloud", "", "", "", "")


GIVEN = ("Anna", "Petr", "Jürgen", "Léa", "Noor", "Giulia", "Tomas")
FAMILY = ("Rossi", "Novák", "Meyer", "Dubois", "de Vries", "Bianchi", "Stone", "Kowalski", "Ångström")


def fill(folder: Path, rows: int) -> None:
    """A home whose import queue holds so many items."""
    from crmsync.home import find
    from crmsync.model import CollectionKind, Mode, RecordType
    from crmsync.store.accounts import Account
    from crmsync.store.import_queue import Found
    from crmsync.store.session import Stamp
    from crmsync.store.store import Store

    home = find(str(folder), {})
    home.create()
    with (
        Store.open(home.store, create=True) as store,
        store.transaction(Stamp("2026-03-01T09:00:00Z", origin="bench", actor="bench")) as tx,
    ):
        user = tx.users.all()[0]
        account = tx.accounts.add(Account(0, "icloud", "dav", Mode.TWO_WAY, user.id, "", "", {}, {}, ""))
        book = tx.collections.upsert(
            account.id, "/book/", CollectionKind.ADDRESSBOOK, "book", "vcard", (RecordType.CONTACT,), read_only=False
        )
        tx.queue.put_many(
            account.id,
            book.id,
            (
                Found(f"/book/{n}.vcf", name, "", (mail,), (), "individual")
                for n, (name, mail, *_) in enumerate(map(texts, range(rows)))
            ),
        )


def child(part: str, *arguments: str) -> dict[str, Any]:
    """Runs a part in a process of its own; this one stays small, since a child's peak is at least its parent's size."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.long_lists", f"--{part}", *arguments], stdout=subprocess.PIPE, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Both, and how they compare."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "home"
        child("fill", str(folder), str(rows))
        mine, table = child("ours", str(folder)), child("table", str(rows))
    print(f"{rows:,} rows          ours      DataTable")
    for what, unit, scale in (("paint", "s", 1), ("turn", "ms", 1000), ("rss", "MB", 1)):
        print(f"{what:12} {mine[what] * scale:10.2f} {table[what] * scale:14.2f} {unit}")
    print(
        f"to the end {mine['end'] * 1000:.0f} ms; a key typed into the filter at most {mine['typed'] * 1000:.0f} ms; ",
        end="",
    )
    print(f"imports {mine['import']:.2f} s")
    verdict("first paint / DataTable", mine["paint"] / table["paint"], 1 / 50)
    verdict("page down / DataTable", mine["turn"] / table["turn"], 1 / 4)
    verdict("memory / DataTable", mine["rss"] / table["rss"], 0.6)
    verdict("key typed / page down", mine["typed"] / mine["turn"], 4)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--ours", folder]:
            print(json.dumps(ours(Path(folder))))
        case ["--fill", folder, rows]:
            fill(Path(folder), int(rows))
            print("{}")
        case ["--table", rows]:
            print(json.dumps(data_table(int(rows))))
        case _:
            main()
