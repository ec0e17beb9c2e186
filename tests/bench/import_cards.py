"""Importing a file of 100,000 cards, next to vobject merely parsing such cards; then `status` on that store.

vobject reads a sample, and its figure is that of the sample times the number of samples: its time per card is constant.

python -m tests.bench.import_cards [CARDS]
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.bench.cards import cards
from tests.bench.measure import Cost, run, table, take_turns, typical, verdict
from tests.bench.programs import Crm
from tests.bench.servers import BIN, fresh

SAMPLE = 2_000
STATUS_ROUNDS = 15

# What vobject needs at least; the start of Python and the import of vobject are taken off.
PARSE = """
import sys, vobject
text = open(sys.argv[1], encoding="utf-8", newline="").read()
for card in vobject.readComponents(text):
    pass
"""


def importing(work: Path, count: int) -> Crm:
    """Prints what the import cost; the home with the records in it."""
    (work / "sample.vcf").write_bytes(b"".join(cards(SAMPLE, photos=False)))
    (work / "none.vcf").write_bytes(b"")
    with (work / "cards.vcf").open("wb") as file:
        file.writelines(cards(count, photos=False))
    crm = Crm(fresh(work / "home"))
    crm.init()
    ours = crm("import", work / "cards.vcf", "--type", "contact", "--json")
    said = json.loads(ours.output)
    assert said["imported"] == count, said

    def parsing(name: str) -> Cost:
        return run([sys.executable, "-c", PARSE, work / name])

    turns = take_turns(3, {"sample": lambda _: parsing("sample.vcf"), "start": lambda _: parsing("none.vcf")})
    sample, start = typical(turns["sample"]), typical(turns["start"])
    times = count / SAMPLE
    peer = Cost((sample.cpu - start.cpu) * times, (sample.wall - start.wall) * times, sample.memory, "")
    name = f"vobject, {SAMPLE:,} x {times:g}"
    table(f"{count:,} cards of {len(next(cards(1, False)))} bytes imported", {"crmsync import": ours, name: peer})
    verdict("CPU next to vobject's parsing alone", ours.cpu / peer.cpu, 1 / 3)
    verdict("peak memory", ours.memory, 400, " MB")
    return crm


def status(crm: Crm) -> None:
    """Prints what `status` costs on the store of `crm`, next to an interpreter that only loads sqlite3 and json."""
    records = crm.count("records")
    programs = {
        "crmsync status --json": lambda _: crm("status", "--json"),
        "import sqlite3, json": lambda _: run([BIN / "python", "-c", "import sqlite3, json"]),
    }
    middle = {name: typical(costs) for name, costs in take_turns(STATUS_ROUNDS, programs).items()}
    table(f"status with {records:,} records (median of {STATUS_ROUNDS}, taking turns)", middle)
    ours, least = middle.values()
    verdict("CPU next to the interpreter", ours.cpu / least.cpu, 4)


def main(count: int = 100_000) -> None:
    """The import, and status on what it made."""
    with tempfile.TemporaryDirectory() as folder:
        status(importing(Path(folder), count))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
