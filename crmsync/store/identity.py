"""Names for new things: short, unguessable, safe in a path, a UID and a file name."""

from __future__ import annotations

import secrets

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def new_id() -> str:
    """Ten lower-case base32 characters (RFC 4648 section 6), 50 random bits.

    Among a million records the odds that any two share an id are 1 : 2,000, and the store refuses the second.
    """
    bits = int.from_bytes(secrets.token_bytes(7)) & ((1 << 50) - 1)
    return "".join(_ALPHABET[(bits >> shift) & 31] for shift in range(0, 50, 5))
