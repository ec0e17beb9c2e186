"""What the peers could not do (MISSION M1.5): 300 people, spelled in three ways on two servers, in five commands."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from crmsync.formats.escaping import unescape
from tests.live.crm import Crm
from tests.live.servers import Server

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

# fmt: off
GIVEN = (
    "Anna", "Luca", "Zoë", "Jiří", "François", "Jürgen", "José", "Věra", "Giuseppe", "Katharina",
    "Hélène", "Matěj", "Chiara", "Søren", "Inés", "Paolo", "Renée", "Tomáš", "Ursula", "Begoña",
)
FAMILY = (
    "Rossi", "Novák", "Müller", "Dupont", "García", "D'Amico", "Dvořák", "Weiß",
    "Lefèvre", "Peña", "Bianchi", "Černý", "Schäfer", "Moreau", "Ibáñez",
)
# fmt: on


def people() -> list[tuple[str, str]]:
    return [(given, family) for family in FAMILY for given in GIVEN]


def plain(text: str) -> str:
    """As an old telephone spells it."""
    apart = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def spelled(way: int, given: str, family: str) -> str:
    """As typed with care, as shouted by an ERP, as an office files it."""
    return (f"{given} {family}", plain(f"{family} {given}").upper(), f"Dr. {family}, {given}")[way]


def card(n: int, way: int) -> bytes:
    """One person on one server. Beside the name, the two cards share a mail address, a phone number, or the firm."""
    given, family = people()[n]
    reach = (
        f"EMAIL:p{n}@firm{n % 40}.example" if n % 3 == 0 else "",
        f"TEL:{'+39 02 55 ' if way else '0039-02-55'}{10000 + n}" if n % 3 == 1 else "",
        f"ORG:Firm {n % 40} {('S.r.l.', 'SRL', 's.r.l')[way]}",
    )
    lines = [f"UID:{way}-{n}", "N:;;;;", f"FN:{spelled(way, given, family)}", *filter(None, reach)]
    return "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD", ""]).encode()


def test_three_hundred_people_from_two_servers_are_typed_in_five_commands_without_a_duplicate(
    at_radicale: Server, at_xandikos: Server, tmp_path: Path
) -> None:
    count = len(people())
    assert count == 300
    desk, phone = at_radicale.collection("vcard"), at_xandikos.collection("vcard")
    for n in range(count):
        at_radicale.put(f"{desk}{n}.vcf", card(n, n % 2), "vcard")
        at_xandikos.put(f"{phone}{n}.vcf", card(n, 2 - n % 2 * 2 if n % 4 else 2), "vcard")
    crm = Crm(tmp_path / "home")
    crm.account("desk", f"http://127.0.0.1:{at_radicale.port}{desk}")
    crm.account("phone", f"http://127.0.0.1:{at_xandikos.port}{phone}")

    crm("sync", "desk")
    crm("queue", "assign", "--all", "--type", "contact", "--import")
    crm("sync", "phone")
    crm("queue", "accept", "--min-score", "50")
    crm("sync")

    left = crm("queue", "list", "--json")["items"]
    assert [(one["name"], one["suggestion"]) for one in left[:3]] == []
    records = list(crm.records().values())
    assert len(records) == count
    assert all(record["sync"] for record in records)
    crm.settles()
    for server, path in ((at_radicale, desk), (at_xandikos, phone)):
        texts = [raw.decode() for raw in server.dump(path).values()]
        assert len(texts) == count
        mails = Counter(line for text in texts for line in text.splitlines() if line.startswith("EMAIL"))
        assert len(mails) == count // 3
        assert max(mails.values()) == 1
        for text in texts:  # nobody got anybody else's name
            n, name = int(re.search(r"UID:\d-(\d+)", text)[1]), re.search(r"FN:(.*)", text)[1].strip()  # type: ignore[index]
            assert unescape(name) in {spelled(way, *people()[n]) for way in range(3)}
    assert crm.conflicts() == []
