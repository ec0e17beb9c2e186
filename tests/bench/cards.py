"""Address books of any size: cards of about 1 KB, every tenth with a photo of 10 KB. The same ones each time."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from pathlib import Path

PHOTO_BYTES = 7500  # 10 KB once encoded
CITIES = (("Milano", "MI", "20100", "Italia"), ("Praha", "", "110 00", "Česko"), ("Lyon", "", "69002", "France"))


def card(number: int, photo: bool) -> bytes:
    """One card as a phone would write it."""
    city, region, postcode, country = CITIES[number % len(CITIES)]
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "PRODID:-//bench//EN",
        f"UID:p{number}",
        f"N:Family{number};Given{number};;;",
        f"FN:Given{number} Family{number}",
        f"ORG:Company {number % 700};Purchasing",
        "TITLE:Buyer",
        f"EMAIL;TYPE=INTERNET,WORK:p{number}@company{number % 700}.example",
        f"EMAIL;TYPE=INTERNET,HOME:given{number}@home.example",
        f"TEL;TYPE=CELL:+39 333 {number:07d}",
        f"TEL;TYPE=WORK,VOICE:+39 02 {number:07d}",
        f"ADR;TYPE=WORK:;;Via Roma {number};{city};{region};{postcode};{country}",
        f"URL:https://company{number % 700}.example/people/{number}",
        "CATEGORIES:Customer,Newsletter",
        f"REV:2024-01-{number % 28 + 1:02d}T10:00:00Z",
        *(f"X-NOTE-{part}:{chr(97 + part) * 60}" for part in range(6)),
        "NOTE:Met at the fair in spring\\, wants the new catalogue.",
    ]
    if photo:
        encoded = base64.b64encode(random.Random(number).randbytes(PHOTO_BYTES)).decode()
        lines.append("PHOTO;ENCODING=b;TYPE=JPEG:" + encoded)
    return "".join(_folded(line) + "\r\n" for line in [*lines, "END:VCARD"]).encode()


def cards(count: int, photos: bool = True) -> Iterator[bytes]:
    """So many cards, one after the other; numbered from 0."""
    return (card(number, photos and number % 10 == 0) for number in range(count))


def folder_of(count: int, folder: Path) -> None:
    """The cards as single files `p0.vcf` ..."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, raw in enumerate(cards(count)):
        (folder / f"p{number}.vcf").write_bytes(raw)


def _folded(line: str) -> str:
    """RFC 6350 section 3.2; folded by characters, which is exact enough for a benchmark's few accents."""
    first, rest = line[:70], line[70:]
    return first + "".join("\r\n " + rest[at : at + 70] for at in range(0, len(rest), 70))
