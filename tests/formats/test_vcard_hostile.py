"""Cards made to hurt: every operation takes time in proportion to their length."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest

from crmsync.formats.vcard import VCARD
from crmsync.values import Changes, Labelled


def card(*parts: bytes) -> bytes:
    return b"BEGIN:VCARD\nFN:X\n" + b"".join(parts) + b"END:VCARD\n"


CARDS: dict[str, Callable[[int], bytes]] = {
    "numbers": lambda n: card(b"TEL:1\n" * n),
    "numbers of one group": lambda n: card(b"a.TEL:1\na.X-ABLabel:b\n" * n),
    "numbers of many groups": lambda n: card(
        *(b"item%d.TEL:1\nitem%d.X-ABLabel:b\n" % (i % 500, i % 500) for i in range(n))
    ),
    "types": lambda n: card(b"TEL" + b";HOME" * n + b":1\n"),
    "semicolons": lambda n: card(b"ADR:x" + b";" * n + b"\nN:x" + b"\\;" * n + b"\n"),
    "categories": lambda n: card(b"CATEGORIES:" + b"a,\\\\," * n + b"\n"),
    "notes": lambda n: card(b"NOTE:\n" * n),
    "soft breaks": lambda n: card(b"NOTE;QUOTED-PRINTABLE:" + b"=41=\n" * n + b"\n"),
    "folded picture": lambda n: card(b"PHOTO;ENCODING=b:" + b"\n AAAA" * n + b"\n"),
    "custom values": lambda n: card(*(b"X-CRMSYNC-CUSTOM;NAME=%d:1\n" % (i % 500) for i in range(n))),
}


def many(raw: bytes) -> Changes:
    """A change of everything that is there, and more."""
    phones = VCARD.parse(raw).fields.get("phones", ())
    renamed = tuple(Labelled(f"{entry.value}9", f"L{number}") for number, entry in enumerate(phones))  # type: ignore
    return {"phones": (*reversed(renamed), Labelled("7")), "note": "n", "categories": ("c",), "given": "g"}


OPERATIONS: dict[str, Callable[[bytes], object]] = {
    "parse": VCARD.parse,
    "summary": VCARD.summary,
    "digest": VCARD.digest,
    "patch": lambda raw: VCARD.patch(raw, many(raw), {}),
    "empty": lambda raw: VCARD.patch(raw, {"phones": None, "note": None, "categories": None, "addresses": None}, {}),
}


def cost(work: Callable[[bytes], object], raw: bytes) -> float:
    """Seconds of CPU, the least of three tries."""
    times = []
    for _ in range(3):
        before = process_time()
        work(raw)
        times.append(process_time() - before)
    return min(times)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("name", CARDS)
def test_time_is_in_proportion_to_length(name: str, operation: str) -> None:
    work, make, size = OPERATIONS[operation], CARDS[name], 250
    while cost(work, make(size)) < 0.004 and size < 50_000:
        size *= 2
    ratio = cost(work, make(size * 8)) / cost(work, make(size))
    assert ratio < 24, f"eight times the length took {ratio:.1f} times as long: quadratic would be 64"
