"""`explain` over everything that was imported, next to the import itself.

python -m tests.bench.explaining [CARDS]
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from crmsync.model import PEOPLE, CollectionKind, Item
from crmsync.store.accounts import Account
from crmsync.store.plans import PlanState
from crmsync.store.session import Stamp
from crmsync.store.standing import Reason
from crmsync.store.store import Store
from tests.bench.cards import cards
from tests.bench.measure import Cost, run, table, take_turns, typical, verdict
from tests.bench.programs import Crm
from tests.bench.servers import BIN, fresh

ROUNDS = 3


def main(count: int = 100_000) -> None:
    """A tenth of the cards first: twice the ratio there would say that the cost is not linear."""
    costs: dict[int, Cost] = {}
    for size in (count // 10, count):
        with tempfile.TemporaryDirectory() as folder:
            costs[size] = compared(Path(folder), size, judged=size == count)
    plans(count)
    start = run([BIN / "python", "-c", "import sqlite3, json"]).cpu
    small, large = ((cost.cpu - start) / size for size, cost in costs.items())
    verdict("CPU for an item among ten times as many", large / small, 1.3)


def plans(count: int) -> None:
    """Prints the sums of a collection each of whose items stands in a held plan and in a discarded one."""
    seconds = {size: summed_with_plans(size) for size in (count // 10, count)}
    small, large = (cpu / size for size, cpu in seconds.items())
    print(f"{count:,} items in plans: {seconds[count]:.3f} s CPU in this process")
    verdict("CPU for such an item among ten times as many", large / small, 1.5)


def summed_with_plans(count: int) -> float:
    """CPU seconds of the sums."""
    stamp = Stamp("2026-03-01T09:00:00Z", origin="bench", actor="bench")
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "home" / "store.db", create=True) as store:
        with store.transaction(stamp) as tx:
            account = tx.accounts.add(Account(0, "work", "dav")).id
            here = tx.collections.upsert(account, "/b/", CollectionKind.ADDRESSBOOK, "b", "vcard", PEOPLE).id
            tx.mirror.put_many(here, (Item(f"/b/{n}.vcf", f"{n}", f"u{n}", b"%d" % n) for n in range(count)))
            lines = [{"action": "delete", "href": f"/b/{n}.vcf", "target": f"link {n}"} for n in range(count)]
            discarded = tx.plans.hold(account, here, "too many", {"actions": lines})
            tx.plans.decide(discarded, PlanState.DISCARDED)
            tx.plans.hold(account, here, "too many", {"actions": lines})
        with store.view() as view:
            began = time.process_time()
            assert view.reasons(here)[Reason.HELD] == count
            return time.process_time() - began


def compared(work: Path, count: int, *, judged: bool) -> Cost:
    """Prints both; the cost of the sums. Of few items, most of what is measured is the start of the program."""
    crm = Crm(fresh(work / "home"))
    crm.init()
    with (work / "cards.vcf").open("wb") as file:
        file.writelines(cards(count, photos=False))
    imported = crm("import", work / "cards.vcf", "--type", "contact", "--json")
    programs = {
        "explain --account files": lambda _: crm("explain", "--account", "files", "--json"),
        "explain --list all": lambda _: crm("explain", "--account", "files", "--list", "all", "--json"),
    }
    middle = {name: typical(turns) for name, turns in take_turns(ROUNDS, programs).items()}
    sums, each = middle.values()
    assert json.loads(sums.output)["accounts"][0]["states"]["in sync"] == count
    assert len(json.loads(each.output)["items"]) == count
    table(f"{count:,} items", {"import": imported, **middle})
    if not judged:
        return sums
    verdict("CPU of the sums next to the import", sums.cpu / imported.cpu, 0.1)
    verdict("CPU of every single reason next to the import", each.cpu / imported.cpu, 0.1)
    return sums


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
