"""The vCard codec next to vobject: rates on the same cards in one run, and that hostile lines cost linear time.

python -m tests.bench.codec [CARDS]
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from time import process_time

import vobject

from crmsync.formats.contentline import lines
from crmsync.formats.vcard import VCARD
from tests.bench.cards import cards
from tests.bench.measure import verdict

ROUNDS = 5
VOBJECT_SAMPLE = 300

HOSTILE: Mapping[str, Callable[[int], bytes]] = {
    'TEL;X="a";b="a";b=" ... :1': lambda n: b'TEL;X="' + b'a";b="' * n + b":1",
    "TEL;A=a;A=a ... NUL": lambda n: b"TEL" + b";A=a" * n + b"\0",
    'TEL;X=":":":" ...': lambda n: b'TEL;X="' + b':"' * n,
    "soft breaks after a long head": lambda n: b"N" + b";A=a" * n + b":" + b"\n x=" * n,
    "base64 without indentation": lambda n: b"PHOTO;BASE64:\n" + b"aaa\n" * n,
    "folds": lambda n: b"A:\n" + b" a\n" * n,
}


def seconds(work: Callable[[], object]) -> float:
    """The least CPU time of a few rounds."""
    times = []
    for _ in range(ROUNDS):
        before = process_time()
        work()
        times.append(process_time() - before)
    return min(times)


def rate(read: Callable[[bytes], object], raws: Sequence[bytes]) -> float:
    """Cards per second of CPU."""

    def all_of_them() -> None:
        for raw in raws:
            read(raw)

    return len(raws) / seconds(all_of_them)


def rates(count: int) -> None:
    """Prints how many cards a second each reader manages."""
    plain = list(cards(count, photos=False))
    mixed = list(cards(count))
    peer = rate(lambda raw: vobject.readOne(raw.decode()), plain[:VOBJECT_SAMPLE])
    whole = b"".join(mixed)
    ours = {
        "parse": rate(VCARD.parse, plain),
        "summary": rate(VCARD.summary, plain),
        "digest": rate(VCARD.digest, plain),
        "patch of one field": rate(lambda raw: VCARD.patch(raw, {"title": "CEO"}, {}), plain),
        "parse, every tenth with a photo": rate(VCARD.parse, mixed),
        "summary, every tenth with a photo": rate(VCARD.summary, mixed),
        "split, every tenth with a photo": count / seconds(lambda: VCARD.split(whole)),
    }
    print(f"{count:,} cards of {len(plain[0])} bytes, cards per second of CPU")
    print(f"  {'vobject.readOne':<36}{peer:>10,.0f}")
    for name, figure in ours.items():
        print(f"  {name:<36}{figure:>10,.0f}  {figure / peer:6.1f} times")
    verdict("time of vobject's readOne that parse takes", peer / ours["parse"], 1 / 8)
    verdict("CPU for 10,000 summaries", 10_000 / ours["summary, every tenth with a photo"], 0.5, " s")


def time_of(body: bytes) -> float:
    """Seconds of CPU to read the lines of a body."""
    return seconds(lambda: lines(body))


def growth() -> None:
    """Prints how much longer twice a hostile line takes: 2 is linear, 4 would be quadratic."""
    print("Hostile lines: time of n and of twice as much")
    worst = 0.0
    for name, make in HOSTILE.items():
        size = 1000
        while time_of(make(size)) < 0.02:
            size *= 2
        once, twice = time_of(make(size)), time_of(make(2 * size))
        worst = max(worst, twice / once)
        print(f"  {name:<36}{len(make(size)):>12,} bytes {once * 1000:7.1f} ms, twice: {twice / once:4.1f} times")
    verdict("t(2n) / t(n)", worst, 3)


if __name__ == "__main__":
    rates(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    growth()
