"""Names for new things: short, unguessable, safe in a path, a UID and a file name."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from struct import unpack

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_SPACE = 1 << 50
_STEP = 1 << 30


def _walk() -> Iterator[str]:
    at = secrets.randbelow(_SPACE)
    pairs = [first + second for first in _ALPHABET for second in _ALPHABET]
    while True:
        for step in unpack("=256I", secrets.token_bytes(1024)):
            at = (at + 1 + step % _STEP) % _SPACE
            yield (
                pairs[at >> 40]
                + pairs[at >> 30 & 1023]
                + pairs[at >> 20 & 1023]
                + pairs[at >> 10 & 1023]
                + pairs[at & 1023]
            )


_ids = _walk()


def new_id() -> str:
    """Ten lower-case base32 characters (RFC 4648 section 6).

    Each process starts anywhere among the 2^50 and goes on by random steps, so what is made together sorts together:
    an index of ids is written at one place, not everywhere. Among a million records the odds that any two share an id
    are 1 : 2,000, and the store refuses the second.
    """
    return next(_ids)
