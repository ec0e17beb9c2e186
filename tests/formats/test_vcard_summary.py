"""A summary says what the fields say, of every card."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import Unreadable
from crmsync.formats.base import Summary
from crmsync.formats.vcard import VCARD
from crmsync.formats.vcard_summary import _without_picture, summary
from tests.formats.cards import ANDROID, APPLE, MODERN, OUTLOOK, with_ends

LINES = [
    b"UID:1", b"UID:", b"FN:A B", b"FN:", b"N:B;A;;;", b"N:;;;;", b"ORG:Acme;Sales", b"ORG:", b"NICKNAME:Nick",
    b"EMAIL:a@b.example", b'EMAIL;X="a:b":c@d', b'EMAIL;X="a', b"EMAIL;TYPE=WORK", b"TEL:tel:+1", b"TEL:",
    b"tel;home:2",
    b"KIND:org", b"X-ABShowAs:COMPANY", b"X-ADDRESSBOOKSERVER-KIND:group", b" folded", b"\tfolded", b" ", b"", b"junk",
    b"item1.TEL:3", b"TITLE:x", b"TITLE;X=\"a", b'X;Y="a:b":c', b"PHOTO;ENCODING=b:AAAA", b" AAA=", b"PHOTO;BASE64:",
    b"AAAA", b"NOTE;ENCODING=QUOTED-PRINTABLE:x=", b"TEL;ENCODING=QUOTED-PRINTABLE:=31=", b"FN;CHARSET=ISO-8859-1:\xe4",
    b"BEGIN:VCARD", b"END:VCARD", b"FN:\xe4\xf6", b":x", b"AGENT:", b"TEL\r", b"FN:a\rTEL:4", b"URL:http://x/?a=",
]  # fmt: skip


def slow(raw: bytes) -> Summary:
    parsed = VCARD.parse(raw)
    fields = parsed.fields
    return Summary(
        parsed.uid,
        parsed.kind,
        str(fields.get("name", "")),
        str(fields.get("organization", "")),
        tuple(entry.value for entry in fields.get("emails", ())),  # type: ignore[union-attr]
        tuple(entry.value for entry in fields.get("phones", ())),  # type: ignore[union-attr]
    )


@given(st.lists(st.sampled_from(LINES), max_size=12), st.sampled_from([b"\n", b"\r\n", b"\r"]), st.booleans())
def test_both_ways_agree(lines: list[bytes], end: bytes, framed: bool) -> None:
    agree(end.join([b"BEGIN:VCARD", *lines, b"END:VCARD", b""] if framed else lines))


def agree(raw: bytes) -> None:
    """Fails where the summary says another thing than the fields do, or is readable where they are not."""
    try:
        expected = slow(raw)
    except Unreadable as refused:
        with pytest.raises(Unreadable) as again:
            summary(raw)
        assert str(again.value) == str(refused)
    else:
        assert summary(raw) == expected


@pytest.mark.parametrize("raw", [APPLE, OUTLOOK, ANDROID, MODERN])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_both_ways_agree_on_real_cards(raw: bytes, end: bytes) -> None:
    assert summary(with_ends(raw, end)) == slow(with_ends(raw, end))


@pytest.mark.parametrize("line", [b"N:B;A;;;", b"NICKNAME:Nick", b"ORG:Acme", b"EMAIL:a@b.example", b"TITLE:x"])
def test_both_ways_derive_the_same_name(line: bytes) -> None:
    agree(b"BEGIN:VCARD\n" + line + b"\nEND:VCARD\n")
    agree(b"BEGIN:VCARD\nFN:X\n" + line + b"\nEND:VCARD\n")


def test_a_summary_names_who_it_is() -> None:
    assert summary(APPLE) == Summary(
        "5c9a0a4e-0001",
        "individual",
        "Dott.ssa Ada Neri",
        "Fonderie Neri S.r.l.",
        ("ada@fonderie.example", "ada@casa.example"),
        ("+39 333 1234567", "+39 02 555 01", "+39 02 555 02"),
    )


def test_a_large_picture_is_never_looked_at() -> None:
    picture = b"PHOTO;ENCODING=b:" + b"\n AAAA" * 2000 + b"\n"
    raw = b"BEGIN:VCARD\nFN:X\n" + picture + b"\nTEL:1\nEND:VCARD\n"
    assert len(_without_picture(raw)) < 100
    assert summary(raw) == slow(raw) == Summary("", "individual", "X", phones=("1",))


@pytest.mark.parametrize(
    "raw",
    [
        b"BEGIN:VCARD\nPHOTO;ENCODING=b:" + b"\n AAAA" * 2000 + b"\nEND:VCARD\n",
        b"BEGIN:VCARD\nPHOTO;ENCODING=QUOTED-PRINTABLE:" + b"\n AAAA" * 2000 + b"=\nTEL:1\nEND:VCARD\n",
        b"BEGIN:VCARD\nNOTE;QUOTED-PRINTABLE:x=\nPHOTO;ENCODING=b:" + b"\n AAAA" * 2000 + b"=\nTEL:1\nEND:VCARD\n",
        b"BEGIN:VCARD\nPHOTO;BASE64:\n" + b"AAAA\n" * 2000 + b"TEL:1\nEND:VCARD\n",
        b"BEGIN:VCARD\nFN:X\nPHOTO;BASE64:" + b"\n AAAA" * 2000,
        b"BEGIN:VCARD\nFN:" + b"X" * 5000 + b"\nEND:VCARD\n",
    ],
)
def test_both_ways_agree_where_a_picture_is_in_the_way(raw: bytes) -> None:
    agree(raw)
