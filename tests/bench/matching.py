"""Who is this? Labelled cards against a CRM: how often "strong" is right, how often the right record is shown first.

python -m tests.bench.matching [RECORDS [CARDS [SEED]]]
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from crmsync.admission.suggest import candidates
from crmsync.model import Candidate, CollectionKind, Confidence, Record, RecordType
from crmsync.store.collections_of import Collection
from crmsync.store.identity import new_id
from crmsync.store.import_queue import Found
from crmsync.store.session import Stamp
from crmsync.store.store import Store
from crmsync.values import Labelled, Value
from tests.bench.measure import verdict
from tests.bench.people import Book, Entry, Generator

STAMP = Stamp("2026-03-01T09:00:00Z", origin="bench", actor="bench")
BOOK = Collection(1, 1, "/book/", CollectionKind.ADDRESSBOOK, "book", "vcard", (RecordType.CONTACT,))
PAGE = 500
SEED = 20260301
SHOWN = 3


def fill(store: Store, entries: Sequence[Entry]) -> list[str]:
    """Puts the records into an empty store; their ids, in order."""
    ids = []
    with store.transaction(STAMP) as tx:
        for start in range(0, len(entries), PAGE):
            made = [tx.records.made(_record(entry)) for entry in entries[start : start + PAGE]]
            tx.records.create_many(made)
            ids += [one.record.id for one in made]
    return ids


def _record(entry: Entry) -> Record:
    texts = {
        "name": entry.name, "given": entry.given, "family": entry.family, "organization": entry.organization,
    }  # fmt: skip
    fields: dict[str, Value] = {name: text for name, text in texts.items() if text}
    if entry.emails:
        fields["emails"] = tuple(map(Labelled, entry.emails))
    if entry.phones:
        fields["phones"] = tuple(map(Labelled, entry.phones))
    return Record(new_id(), RecordType.COMPANY if entry.business else RecordType.CONTACT, fields)


def found(cards: Sequence[Entry]) -> list[Found]:
    """The cards as the queue holds them: what a summary reads, and no more."""
    return [
        Found(f"/book/{n}.vcf", card.name, card.organization, card.emails, card.phones, "org" if card.business else "")
        for n, card in enumerate(cards)
    ]


def answers(store: Store, cards: Sequence[Entry]) -> list[tuple[Candidate, ...]]:
    """What the engine suggests for each card, as a sync would."""
    items, ranked = found(cards), []
    with store.view() as view:
        for start in range(0, len(items), PAGE):
            ranked += candidates(view, BOOK, items[start : start + PAGE], "IT")
    return ranked


def judge(book: Book, ids: Sequence[str], ranked: Sequence[Sequence[Candidate]], show: bool = False) -> None:
    """Prints how many suggestions are right."""
    strong, missed, wrong = Counter[bool](), Counter[str](), Counter[str]()
    first = near = known = 0
    for card, ranking in zip(book.cards, ranked, strict=True):
        truth = ids[card.truth] if card.truth >= 0 else ""
        best = ranking[0] if ranking else None
        if best is not None and best.confidence is Confidence.STRONG:
            strong[best.record == truth] += 1
            if best.record != truth:
                wrong[" + ".join(card.tags) or "plain"] += 1
                if show:
                    print("WRONG", card, book.records[ids.index(best.record)], best.reasons)
        if truth:
            known += 1
            places = [candidate.record for candidate in ranking[:SHOWN]]
            first += places[:1] == [truth]
            near += truth in places
            if truth not in places:
                missed[" + ".join(card.tags) or "plain"] += 1
                if show:
                    print("MISSED", card, book.records[card.truth], [(c.score, c.reasons) for c in ranking[:2]])
    right, total = strong[True], strong.total()
    print(f"{len(book.records):,} records, {len(book.cards):,} cards, {known:,} of them of somebody known")
    print(f"  strong: {total:,}, of these wrong: {strong[False]:,} {dict(wrong) or ''}".rstrip())
    print(f"  right record first: {first / known:.2%}; strong of the known: {right / known:.2%}")
    print(f"  not among the first {SHOWN}: {known - near:,}, mostly {dict(missed.most_common(5))}")
    verdict("strong and wrong", 100 * strong[False] / total, 0.1, " %")
    verdict(f"right record not among the first {SHOWN}", 100 * (known - near) / known, 3, " %")


def main(records: int = 20_000, cards: int = 10_000, seed: int = SEED) -> None:
    """Makes the book, asks, judges; then once more with a seed that nothing was tuned on."""
    for number in (seed, seed + 1):
        book = Generator(number).book(records, cards)
        with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder, "crm.db"), create=True) as store:
            ids = fill(store, book.records)
            ranked = answers(store, book.cards)
        print(f"seed {number}")
        judge(book, ids, ranked)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
