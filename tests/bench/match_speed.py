"""10,000 cards looked for among 100,000 records in the store, next to rapidfuzz's cdist over the same names.

cdist only compares names, every one with every other, in one thread, with its usual scorer, a hundred cards at a time,
and answers with numbers; ours answers with the records that a card may be and with reasons. Both read their input
themselves; start-up and reading are taken off. cdist needs numpy, which is put into a temporary folder.

python -m tests.bench.match_speed [RECORDS [CARDS]]
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.bench.matching import SEED
from tests.bench.measure import Cost, run, table, take_turns, typical, verdict

OURS = """
import json, sys
from pathlib import Path
from crmsync.store.store import Store
from tests.bench.matching import answers
from tests.bench.people import Entry
cards = [Entry(**card) for card in json.loads(Path(sys.argv[2]).read_text())]
with Store.open(Path(sys.argv[1])) as store:
    ranked = answers(store, cards if sys.argv[3] == "work" else [])
Path(sys.argv[4]).write_text(json.dumps([[one.record for one in ranking[:3]] for ranking in ranked]))
"""
CDIST = """
import json, sys
from pathlib import Path
from rapidfuzz.process import cdist
records, cards = (json.loads(Path(path).read_text()) for path in sys.argv[1:3])
for start in range(0, len(cards) if sys.argv[3] == "work" else 0, 100):
    cdist(cards[start : start + 100], records)
"""
FILL = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from crmsync.store.store import Store
from tests.bench.matching import fill
from tests.bench.people import Generator
folder, seed, records, cards = Path(sys.argv[1]), *map(int, sys.argv[2:])
book = Generator(seed).book(records, cards)
with Store.open(folder / "crm.db", create=True) as store:
    (folder / "ids.json").write_text(json.dumps(fill(store, book.records)))
(folder / "cards.json").write_text(json.dumps([asdict(card) for card in book.cards]))
(folder / "names.json").write_text(json.dumps([card.name for card in book.cards]))
(folder / "known.json").write_text(json.dumps([record.name for record in book.records]))
"""


def main(records: int = 100_000, cards: int = 10_000) -> None:
    """Fills a store, then both programs in turns; how many answers are right says that ours did the work."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run([sys.executable, "-m", "pip", "install", "--quiet", "--target", folder / "numpy", "numpy"])
        run([sys.executable, "-c", FILL, folder, str(SEED), str(records), str(cards)])

        def ours(mode: str) -> Cost:
            return run(
                [sys.executable, "-c", OURS, folder / "crm.db", folder / "cards.json", mode, folder / f"{mode}.json"]
            )

        def cdist(mode: str) -> Cost:
            files = [folder / "known.json", folder / "names.json"]
            return run([sys.executable, "-c", CDIST, *files, mode], {"PYTHONPATH": str(folder / "numpy")})

        turns = take_turns(
            3,
            {
                "crmsync": lambda _: ours("work"),
                "crmsync, nothing to do": lambda _: ours("rest"),
                "cdist": lambda _: cdist("work"),
                "cdist, nothing to do": lambda _: cdist("rest"),
            },
        )
        middle = {program: typical(costs) for program, costs in turns.items()}
        ids = json.loads((folder / "ids.json").read_text())
        truth = [card["truth"] for card in json.loads((folder / "cards.json").read_text())]
        shown = json.loads((folder / "work.json").read_text())
    known = [(ids[place], best) for place, best in zip(truth, shown, strict=True) if place >= 0]
    near = sum(id in best for id, best in known) / len(known)
    table(f"{cards:,} cards against {records:,} records (median of 3, taking turns)", middle)
    print(f"  the right record is among the first three for {near:.2%} of the cards of somebody known")
    spent, peer = (middle[one].cpu - middle[f"{one}, nothing to do"].cpu for one in ("crmsync", "cdist"))
    verdict("CPU next to cdist", spent / peer, 0.5)
    verdict("peak memory", middle["crmsync"].memory, 500, " MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
