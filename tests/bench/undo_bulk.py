"""Taking a bulk decision back, next to the decision: 10,000 items of the queue that became records in one go.

python -m tests.bench.undo_bulk [CARDS]
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.bench.cards import cards
from tests.bench.measure import Cost, table, take_turns, typical, verdict
from tests.bench.programs import Crm
from tests.bench.servers import fresh

ROUNDS = 3


def main(count: int = 10_000) -> None:
    """Prints what deciding and undoing cost."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        with (work / "cards.vcf").open("wb") as file:
            file.writelines(cards(count, photos=False))

        def decide(number: int) -> Cost:
            crm = Crm(fresh(work / f"home{number}"))
            crm.init()
            crm("import", work / "cards.vcf", "--json")
            cost = crm("queue", "assign", "--all", "--type", "contact", "--import", "--json")
            assert crm.count("records") == count
            return cost

        def undo(number: int) -> Cost:
            crm = Crm(work / f"home{number}")
            cost = crm("undo", "--last", "--json")
            assert len(json.loads(cost.output)["removed"]) == count
            assert (crm.count("records"), crm.count("queue")) == (0, count)
            return cost

        costs = take_turns(ROUNDS, {"decision": decide, "undo": undo})
    middle = {name: typical(each) for name, each in costs.items()}
    table(f"{count:,} items of the queue become records, and that is undone (median of {ROUNDS})", middle)
    verdict("CPU of the undo next to the decision", middle["undo"].cpu / middle["decision"].cpu, 2)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
