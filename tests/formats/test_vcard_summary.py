"""The fast path says what the long one says, of every card."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import Unreadable
from crmsync.formats.base import Summary
from crmsync.formats.vcard import VCARD
from crmsync.formats.vcard_summary import _wanted_lines, summary
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
    raw = end.join([b"BEGIN:VCARD", *lines, b"END:VCARD", b""] if framed else lines)
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


def test_usual_cards_take_the_fast_way() -> None:
    assert _wanted_lines(with_ends(APPLE, b"\r\n"))
    assert _wanted_lines(with_ends(MODERN, b"\n"))
    assert not _wanted_lines(OUTLOOK)


def test_a_summary_names_who_it_is() -> None:
    assert summary(APPLE) == Summary(
        "5c9a0a4e-0001",
        "individual",
        "Dott.ssa Ada Neri",
        "Fonderie Neri S.r.l.",
        ("ada@fonderie.example", "ada@casa.example"),
        ("+39 333 1234567", "+39 02 555 01", "+39 02 555 02"),
    )


def test_many_and_long_heads_are_remembered_no_longer_than_there_is_room() -> None:
    for number in range(4200):
        raw = b"BEGIN:VCARD\nTEL;X=%d:1\nTEL;Y=%s:2\nEND:VCARD" % (number, b"y" * 200)
        assert summary(raw).phones == ("1", "2")


def test_folded_lines_are_joined_where_they_matter() -> None:
    raw = b"BEGIN:VCARD\r\nFN:A\r\n da\r\nTITLE:x\r\n y\r\nTEL:1\r\n\r\n 2\r\nEND:VCARD\r\n"
    assert _wanted_lines(raw)
    assert summary(raw) == slow(raw) == Summary("", "individual", "Ada", "", (), ("12",))
