"""Three hundred people on two servers, each of them in two of three spellings."""

from __future__ import annotations

import unicodedata

from crmsync.demo.server import Shelf
from crmsync.formats.escaping import escape

# fmt: off
_GIVEN = (
    "Anna", "Luca", "Zoë", "Jiří", "François", "Jürgen", "José", "Věra", "Giuseppe", "Katharina",
    "Hélène", "Matěj", "Chiara", "Søren", "Inés", "Paolo", "Renée", "Tomáš", "Ursula", "Begoña",
)
_FAMILY = (
    "Rossi", "Novák", "Müller", "Dupont", "García", "D'Amico", "Dvořák", "Weiß",
    "Lefèvre", "Peña", "Bianchi", "Černý", "Schäfer", "Moreau", "Ibáñez",
)
# fmt: on

PEOPLE = tuple((given, family) for family in _FAMILY for given in _GIVEN)
"""Given and family name of each."""


def spellings(person: tuple[str, str]) -> tuple[str, str, str]:
    """As typed with care, as shouted by an old program, as filed by an office."""
    given, family = person
    return f"{given} {family}", _plain(f"{family} {given}").upper(), f"Dr. {family}, {given}"


def desk() -> list[Shelf]:
    """What the first server holds."""
    return [_shelf("people", "Desk", [_card(n, n % 2) for n in range(len(PEOPLE))])]


def phone() -> list[Shelf]:
    """What the second one holds: everybody in another spelling."""
    return [_shelf("people", "Phone", [_card(n, 0 if n % 4 in (1, 3) else 2) for n in range(len(PEOPLE))])]


def _shelf(name: str, shown: str, cards: list[bytes]) -> Shelf:
    return Shelf(name, shown, "VADDRESSBOOK", "", [(f"{n}.vcf", card) for n, card in enumerate(cards)])


def _card(n: int, way: int) -> bytes:
    """One person on one server. Beside the name, the two cards share a mail address, a phone number, or the firm."""
    lines = [f"UID:{way}-{n}", "N:;;;;", f"FN:{escape(spellings(PEOPLE[n])[way])}"]
    match n % 3:
        case 0:
            lines.append(f"EMAIL:p{n}@firm{n % 40}.example")
        case 1:
            lines.append(f"TEL:{'+39 02 55 ' if way else '0039-02-55'}{10000 + n}")
    lines.append(f"ORG:Firm {n % 40} {('S.r.l.', 'SRL', 's.r.l')[way]}")
    return "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD", ""]).encode()


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
