"""First sync of a large address book into the import queue, next to vdirsyncer's download and a bare script's.

python -m tests.bench.first_sync [CARDS]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench.measure import Cost, table, take_turns, typical, verdict
from tests.bench.programs import Crm, Vdirsyncer, bare, first_run
from tests.bench.servers import STARTERS, Server, fresh

ROUNDS = 3


def measure(work: Path, server: Server, count: int) -> None:
    """Prints the table of one server."""

    def crmsync(number: int) -> Cost:
        crm = Crm(fresh(work / f"home{number}"))
        crm.init()
        crm.account(server)
        cost = crm.sync()
        assert crm.count("queue") == count
        return cost

    def vdirsyncer(number: int) -> Cost:
        peer = Vdirsyncer(fresh(work / f"vdir{number}"), server)
        cost = peer.sync()
        assert peer.count() == count
        return cost

    programs: dict[str, Callable[[int], Cost]] = {
        "crmsync": crmsync,
        "vdirsyncer": vdirsyncer,
        "bare, httpx2 and lxml": lambda _: bare("httpx2", work, server),
        "bare, stdlib only": lambda _: bare("stdlib", work, server),
    }
    costs = take_turns(ROUNDS, programs)
    middle = {name: typical(each) for name, each in costs.items()}
    requests = first_run(middle["crmsync"])["requests"]
    notes = {name: f"{cost.output.strip()} requests" for name, cost in middle.items() if name.startswith("bare")}
    notes["crmsync"] = f"{requests} requests"
    table(f"{count:,} cards from {server.name}, first sync (median of {ROUNDS}, taking turns)", middle, notes)
    verdict("CPU next to vdirsyncer", middle["crmsync"].cpu / middle["vdirsyncer"].cpu, 0.5)
    verdict("CPU next to the bare script", middle["crmsync"].cpu / middle["bare, httpx2 and lxml"].cpu, 2.5)
    share = middle["crmsync"].cpu / middle["bare, stdlib only"].cpu
    print(f"  CPU next to the bare script without any library: {share:.2f}")
    verdict("peak memory", max(cost.memory for cost in costs["crmsync"]), 150, " MB")
    verdict("requests", requests, count / 500 + 6)


def main(count: int = 10_000) -> None:
    """Both servers, one after the other."""
    for name, start in STARTERS.items():
        with tempfile.TemporaryDirectory() as folder, start(Path(folder) / name, count) as server:
            measure(Path(folder), server, count)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
