"""The store alone: 100,000 records in, found, filtered, listed, changed; 10,000 cards mirrored twice.

python -m tests.bench.store_bulk [RECORDS]
"""

from __future__ import annotations

import gc
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from crmsync.model import CollectionKind, Item, Record, RecordType
from crmsync.store.accounts import Account
from crmsync.store.identity import new_id
from crmsync.store.record_list import Selection
from crmsync.store.session import Stamp
from crmsync.store.store import Store, Tables
from crmsync.values import Address, Labelled

STAMP = Stamp("2026-03-01T09:00:00Z", origin="bench", actor="bench")
CARDS = 10_000
ROUNDS = 7


def people(count: int) -> Iterator[Record]:
    """Contacts with what a contact usually has; made one by one, so that they do not count as the store's memory."""
    for n in range(count):
        company = n % 500
        yield Record(
            new_id(),
            RecordType.CONTACT,
            {
                "name": f"Anna{n} Rossi{n}",
                "given": f"Anna{n}",
                "family": f"Rossi{n}",
                "organization": f"Acme {company} srl",
                "emails": (Labelled(f"anna{n}@acme{company}.example", "work", True), Labelled(f"a{n}@home.example")),
                "phones": (Labelled(f"+39 06 {n:07d}", "cell"),),
                "addresses": (Address(f"Via Roma {n % 90}", "Roma", "RM", "00100", "Italia"),),
                "note": "Met at the fair; wants a quotation for the spring collection.",
            },
        )


def peak() -> float:
    """Peak resident memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def cpu(what: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    gc.collect()
    before = time.process_time()
    what()
    return time.process_time() - before


def creating(store: Store, count: int) -> None:
    """Prints what one record costs, without what making it up costs."""
    made_up = cpu(lambda: sum(1 for _ in people(count)))
    before = peak()

    def create() -> None:
        with store.transaction(STAMP, durable=False) as tx:
            tx.records.create_many(map(tx.records.made, people(count)))

    each = (cpu(create) - made_up) / count * 1e6
    print(f"{count:,} records created: {each:.0f} us of CPU each, with journal, search words and match keys")
    print(f"    peak memory {peak():.0f} MB, {peak() - before:.0f} MB more than before")


def reading(store: Store) -> None:
    """Prints the best of some rounds for what screens and filters ask."""
    questions: dict[str, Callable[[Tables], object]] = {
        "counts for `status`": lambda view: view.counts(),
        "first page of 50": lambda view: view.records.list(limit=50),
        "search `anna1 rossi1`": lambda view: view.records.list(Selection(search="anna1 rossi1"), limit=50),
        "search `a`": lambda view: view.records.list(Selection(search="a"), limit=50),
        "search a mail address": lambda view: view.records.list(Selection(search="a77@home.example"), limit=50),
        "search `06 0000 123`": lambda view: view.records.list(Selection(search="06 0000 123"), limit=50),
        "who has this mail address": lambda view: view.records.by_keys([("email", "a77@home.example")]),
        "count `city = 'Roma'`": lambda view: view.records.count(Selection(where="city = 'Roma'")),
        "count `emails LIKE '%7@home%'`": lambda view: view.records.count(Selection(where="emails LIKE '%7@home%'")),
        "records to create, all flagged": lambda view: view.links.unlinked(1, 1, [RecordType.CONTACT]),
    }
    for name, question in questions.items():
        best = 1e9
        for _ in range(ROUNDS):
            with store.view() as view:
                start = time.perf_counter()
                question(view)
                best = min(best, time.perf_counter() - start)
        print(f"    {name:34} {best * 1000:9.3f} ms")


def writing(store: Store) -> None:
    """Prints what single changes and bulk flags cost."""
    with store.view() as view:
        ids = view.records.ids(Selection())

    def flag() -> None:
        with store.transaction(STAMP) as tx:
            tx.flags.set(1, ids, True)

    def change() -> None:
        for id in ids[:300]:
            with store.transaction(STAMP) as tx:
                tx.records.change(id, {"title": "CEO"})

    print(f"    flag all of them                   {cpu(flag) / len(ids) * 1e6:9.1f} us of CPU each")
    start = time.perf_counter()
    change()
    print(f"    one change, safely on the disk     {(time.perf_counter() - start) / 300 * 1000:9.3f} ms")


def mirroring(store: Store) -> None:
    """Prints what a first pull and one without news cost."""
    raw = b"x" * 1000
    items = [
        Item(f"/book/{n}.vcf", f'"{n}"', f"u{n}", raw + (b"y" * 10_240 if n % 10 == 0 else b"")) for n in range(CARDS)
    ]
    with store.transaction(STAMP) as tx:
        account = tx.accounts.add(Account(0, "work", "dav")).id
        people = [RecordType.CONTACT]
        here = tx.collections.upsert(account, "/book/", CollectionKind.ADDRESSBOOK, "Book", "vcard", people).id

    def pull() -> None:
        with store.transaction(STAMP, durable=False) as tx:
            tx.mirror.put_many(here, items)

    def compare() -> None:
        with store.view() as view:
            view.mirror.absent(here, view.mirror.etags(here).keys())
            view.links.pending(here)

    size = sum(len(item.raw) for item in items) / 1e6
    print(f"{CARDS:,} cards ({size:.0f} MB) mirrored: {cpu(pull):.2f} s of CPU; the same once more: {cpu(pull):.2f} s;")
    print(f"    a listing compared with the mirror: {cpu(compare):.3f} s")


def main(count: int = 100_000) -> None:
    """All of it, in a store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "home" / "store.db"
        with Store.open(path, create=True) as store:
            creating(store, count)
            writing(store)
            reading(store)
            mirroring(store)
            assert store.problems() == []
        print(f"    file: {path.stat().st_size / 1e6:.0f} MB; opened in {opening(path):.2f} ms")


def opening(path: Path) -> float:
    """Milliseconds to open the store and close it."""
    best = 1e9
    for _ in range(ROUNDS):
        start = time.perf_counter()
        Store.open(path).close()
        best = min(best, time.perf_counter() - start)
    return best * 1000


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
