"""Equal when a server only spells a card differently, different when it says something else."""

from __future__ import annotations

import pytest

from crmsync.formats.vcard import VCARD
from tests.formats.cards import ANDROID, APPLE, MODERN, OUTLOOK, with_ends


def card(*lines: str) -> str:
    return VCARD.digest("\r\n".join(["BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD", ""]).encode())


def test_what_radicale_does_to_a_card_does_not_count() -> None:
    lines = APPLE.decode().replace("X-ABLabel", "X-ABLABEL").replace("item3.", "ITEM9.").splitlines()
    inner = [line for line in lines[1:-1] if not line.startswith(("PRODID", "REV"))]
    shuffled = "\r\n".join([lines[0], *reversed(inner), "REV:2031-01-01T00:00:00Z", lines[-1]])
    assert VCARD.digest(shuffled.encode()) == VCARD.digest(APPLE)


@pytest.mark.parametrize("raw", [APPLE, OUTLOOK, ANDROID, MODERN])
def test_line_ends_do_not_count(raw: bytes) -> None:
    assert VCARD.digest(with_ends(raw, b"\r\n")) == VCARD.digest(raw) == VCARD.digest(with_ends(raw, b"\r"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["FN:Ada Neri"], ["FN:Ada\r\n  Neri"]),
        (["FN:é"], ["FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=A9"]),
        (["N:a;b"], ["N:a;b;;;"]),
        (["ADR:;;a\\,b;c"], ["ADR:;;a,b;c;;;"]),
        (["URL:http\\://x"], ["URL:http\\\\://x"]),
        (["NOTE:a\\,b"], ["NOTE:a,b"]),
        (["TEL;TYPE=CELL;TYPE=VOICE:1"], ["tel;type=voice,cell:1"]),
        (["TEL;TYPE=pref:1"], ["TEL;PREF=1:1"]),
        (["TEL;VALUE=uri:tel:+1"], ["TEL:+1"]),
        (["X-A;P=1;Q=2:v"], ["X-A;Q=2;P=1:v"]),
        (["BDAY:1975-03-21"], ["BDAY;VALUE=date:19750321"]),
        (["BDAY:--0321"], ["BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-21"]),
        (["CATEGORIES:a,b"], ["CATEGORIES:b,a"]),
        (["PHOTO;ENCODING=b;TYPE=PNG:iVBO"], ["PHOTO:data:image/png;base64,iVBO"]),
        (["PHOTO;ENCODING=b:iVBO\r\n AAAA"], ["PHOTO;ENCODING=b:iVBOAAAA"]),
        (["TITLE:", "FN:X"], ["FN:X"]),
        (["item1.URL:u", "item1.X-ABLabel:_$!<Work>!$_"], ["item7.URL:u", "item7.X-ABLABEL:work"]),
        (["KIND:group", "MEMBER:a"], ["X-ADDRESSBOOKSERVER-KIND:group", "X-ADDRESSBOOKSERVER-MEMBER:a"]),
        (["VERSION:4.0", "FN:X"], ["FN:X"]),
    ],
)
def test_spellings_of_the_same_do_not_count(one: list[str], other: list[str]) -> None:
    assert card(*one) == card(*other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["FN:a"], ["FN:A"]),
        (["N:a;b"], ["N:a\\;b"]),
        (["ORG:a;b"], ["ORG:a\\;b"]),
        (["TEL;TYPE=CELL:1"], ["TEL;TYPE=HOME:1"]),
        (["TEL;PREF=1:1"], ["TEL:1"]),
        (["TEL:1", "TEL:2"], ["TEL:1"]),
        (["X-UNKNOWN:1"], ["X-UNKNOWN:2"]),
        (["X-A;P=1:v"], ["X-A;P=2:v"]),
        (["item1.TEL:1", "item1.X-ABLabel:a"], ["item1.TEL:1", "item1.X-ABLabel:b"]),
        (
            ["item1.TEL:1", "item1.X-ABLabel:a", "item2.TEL:2", "item2.X-ABLabel:b"],
            ["item1.TEL:1", "item1.X-ABLabel:b", "item2.TEL:2", "item2.X-ABLabel:a"],
        ),
        (["CATEGORIES:a,b"], ["CATEGORIES:a\\,b"]),
        (["BDAY:soon"], ["BDAY:later"]),
        (["PHOTO;ENCODING=b:AAAA"], ["PHOTO;ENCODING=b:BBBB"]),
        (["PHOTO;ENCODING=b:A"], ["PHOTO;ENCODING=b:B"]),
        (["UID:1"], ["UID:2"]),
        (["X-A:data:text/plain,a"], ["X-A:data:text/html,a"]),
    ],
)
def test_what_says_something_else_counts(one: list[str], other: list[str]) -> None:
    assert card(*one) != card(*other)
