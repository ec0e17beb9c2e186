"""Alternative delivery addresses (MISSION M0.2): they leave the CRM only where an account asks for them.

A delivery address is one whose label says so: `delivery`, or the word for it in the languages of the field. On a card
the label is an `X-ABLabel`. `TYPE=parcel` is no sign of one: RFC 2426 (section 3.2.1) gives it to every address that
says nothing.

What an account does not get is kept out of the comparison with it: such an entry is no edit of the CRM there, and that
the item lacks it is no edit at the remote. An entry that the item has, or had when both agreed, is an entry like any
other: nothing that somebody typed on a phone is taken from it.
"""

from __future__ import annotations

from collections.abc import Iterable

from crmsync.core.keys import entry_key
from crmsync.values import Address, Fields, Value

FIELD = "addresses"

DELIVERY_LABELS = frozenset(
    {"delivery", "delivery address", "shipping", "shipping address", "ship to"}
    | {"consegna", "spedizione", "indirizzo di consegna", "indirizzo di spedizione"}
    | {"livraison", "adresse de livraison", "lieferung", "lieferadresse", "lieferanschrift"}
    | {"entrega", "envío", "dirección de entrega", "dodání", "doručení", "dodací adresa"}
)
"""Compared without case, and without spaces around them."""


def is_delivery(entry: object) -> bool:
    """Whether an address is one that goods are sent to, and nobody is met at."""
    return isinstance(entry, Address) and entry.label.strip().casefold() in DELIVERY_LABELS


def parted(held: Value | None, known: Iterable[Value | None]) -> tuple[Value | None, tuple[Address, ...]]:
    """The CRM's addresses: those that an account compares, and those that are kept from it.

    `known` are the lists that the item shows, or showed when both agreed.
    """
    if not isinstance(held, tuple) or not any(map(is_delivery, held)):
        return held, ()
    there = {entry_key(FIELD, entry) for value in known if isinstance(value, tuple) for entry in value}
    # Where people live and are sent their goods: the latter is no other entry for the account.
    there -= {entry_key(FIELD, one) for one in held if not is_delivery(one)}
    addresses = [one for one in held if isinstance(one, Address)]
    kept = tuple(one for one in addresses if is_delivery(one) and entry_key(FIELD, one) not in there)
    return tuple(one for one in addresses if one not in kept) or None, kept


def joined(value: Value | None, kept: tuple[Address, ...]) -> Value | None:
    """The CRM's addresses again, after the account's changes to those that it compares."""
    if not kept:
        return value
    entries = value if isinstance(value, tuple) else ()
    return (*(one for one in entries if isinstance(one, Address)), *kept)


def without(fields: Fields, known: Iterable[Value | None] = ()) -> Fields:
    """What a record shows to an account that gets no delivery addresses."""
    shown, kept = parted(fields.get(FIELD), known)
    if not kept:
        return fields
    rest = {name: value for name, value in fields.items() if name != FIELD}
    return rest if shown is None else {**rest, FIELD: shown}
