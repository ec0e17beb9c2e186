"""Files of many cards: each card by itself, and nothing of the file lost."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import Unreadable
from crmsync.formats.vcard import VCARD

A = b"BEGIN:VCARD\r\nFN:A\r\nEND:VCARD\r\n"
B = b"begin:vcard \nfn:B\nend:vCard \n"


def test_cards_are_cut_with_their_line_ends() -> None:
    assert VCARD.split(A + b"\r\n\r\n" + B) == [A, B]


def test_bare_carriage_returns_separate_cards() -> None:
    cards = A.replace(b"\r\n", b"\r")
    assert [part.strip() for part in VCARD.split(cards + cards)] == [cards.strip()] * 2


def test_text_that_belongs_to_no_card_is_an_element() -> None:
    assert VCARD.split(b"hello\n" + A + b"between\n" + B + b"bye") == [b"hello\n", A, b"between\n", B, b"bye"]
    assert VCARD.split(b"no card at all") == [b"no card at all"]
    assert VCARD.split(b"END:VCARD\n" + A) == [b"END:VCARD\n", A]


def test_a_card_that_is_cut_short_does_not_take_the_next_with_it() -> None:
    assert VCARD.split(b"BEGIN:VCARD\nFN:X\n" + A + b"BEGIN:VCARD\nFN:Y") == [
        b"BEGIN:VCARD\nFN:X\n",
        A,
        b"BEGIN:VCARD\nFN:Y",
    ]


def test_an_empty_value_before_a_card_is_no_nesting() -> None:
    assert VCARD.split(b"BEGIN:VCARD\nNOTE:\n" + A) == [b"BEGIN:VCARD\nNOTE:\n", A]
    assert VCARD.split(b"BEGIN:VCARD\nAGENT:x\n" + A) == [b"BEGIN:VCARD\nAGENT:x\n", A]


def test_a_nested_card_stays_inside() -> None:
    nested = b"BEGIN:VCARD\nFN:X\nAGENT:\n" + B + b"END:VCARD\n"
    assert VCARD.split(nested + A) == [nested, A]


@pytest.mark.parametrize("line", [b"NOTE:BEGIN:VCARD", b" BEGIN:VCARD", b"BEGIN:VCARDS", b"X-BEGIN:VCARD", b":VCARD"])
def test_a_begin_inside_a_value_begins_nothing(line: bytes) -> None:
    card = b"BEGIN:VCARD\n" + line + b"\nEND:VCARD\n"
    assert VCARD.split(card) == [card]


def test_byte_order_marks_between_files_put_together_are_no_text() -> None:
    mark = b"\xef\xbb\xbf"
    assert VCARD.split(mark + A + mark + B) == [A, B]


def test_a_utf16_file_is_split_too() -> None:
    assert VCARD.split((A + B).decode().encode("utf-16")) == [A, B]


def test_an_empty_file_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        VCARD.split(b"")


@given(st.lists(st.sampled_from([A, B, b"junk\n", b"BEGIN:VCARD\n", b"END:VCARD\n", b"AGENT:\n", b"\n"]), min_size=1))
def test_nothing_is_lost(parts: list[bytes]) -> None:
    raw = b"".join(parts)
    assert b"".join(VCARD.split(raw)).replace(b"\n", b"") == raw.replace(b"\n", b"")


@pytest.mark.parametrize(
    "part", [A, b"AGENT:\nBEGIN:VCARD\n", b"END:VCARD\n", b":VCARD", b": ", b"BEGIN:VCARD" + b" " * 50]
)
def test_time_is_in_proportion_to_length(part: bytes) -> None:
    def cost(n: int) -> float:
        raw = part * n
        times = []
        for _ in range(3):
            before = process_time()
            VCARD.split(raw)
            times.append(process_time() - before)
        return min(times)

    size = 1000
    while cost(size) < 0.01 and size < 1_000_000:
        size *= 2
    assert cost(size * 4) / cost(size) < 10
