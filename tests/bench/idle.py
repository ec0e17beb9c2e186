"""A sync when nothing changed, and one after ten changes at the server.

python -m tests.bench.idle [CARDS]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.bench.cards import card
from tests.bench.measure import Cost, table, take_turns, typical, verdict
from tests.bench.programs import Crm, Vdirsyncer, first_run
from tests.bench.servers import STARTERS, Server, fresh

ROUNDS = 5
CHANGES = 10


def measure(work: Path, server: Server, count: int) -> int:
    """Prints the tables of one server; how many requests ten changes took."""
    crm, peer = Crm(fresh(work / "home")), Vdirsyncer(fresh(work / "vdir"), server)
    crm.init()
    crm.account(server)
    crm.sync()
    peer.sync()

    same = take_turns(ROUNDS, {"crmsync": lambda _: crm.sync(), "vdirsyncer": lambda _: peer.sync()})
    middle = {name: typical(costs) for name, costs in same.items()}
    requests = first_run(middle["crmsync"])["requests"]
    title = f"{count:,} cards at {server.name}, nothing changed (median of {ROUNDS}, taking turns)"
    table(title, middle, {"crmsync": f"{requests} requests"})
    share = middle["crmsync"].cpu / middle["vdirsyncer"].cpu
    if count >= 10_000:
        verdict("CPU next to vdirsyncer", share, 0.2)
    else:
        print(f"  CPU next to vdirsyncer: {share:.2f} (little more than the start of both)")
    verdict("requests for one collection", requests, 1)

    def changed(number: int) -> Cost:
        for offset in range(CHANGES):
            text = card(offset, photo=False).replace(b"TITLE:Buyer", b"TITLE:Buyer %d" % number)
            server.put(offset, text)
        return crm.sync()

    after = take_turns(ROUNDS, {"crmsync": changed, "vdirsyncer": lambda _: peer.sync()})
    middle = {name: typical(costs) for name, costs in after.items()}
    requests = int(first_run(middle["crmsync"])["requests"])
    table(f"{count:,} cards at {server.name}, {CHANGES} changed", middle, {"crmsync": f"{requests} requests"})
    return requests


def main(count: int = 10_000) -> None:
    """Both servers, each with a tenth of the cards as well: requests must not depend on the number."""
    for name, start in STARTERS.items():
        seen = []
        for size in (count // 10, count):
            with tempfile.TemporaryDirectory() as folder, start(Path(folder) / name, size) as server:
                seen.append(measure(Path(folder), server, size))
        verdict(f"requests for {CHANGES} changes, {count:,} cards against {count // 10:,}", seen[1] / seen[0], 1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
