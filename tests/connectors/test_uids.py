"""The UID is found without reading the rest."""

from __future__ import annotations

import time

import pytest

from crmsync.connectors.uids import find_uid


@pytest.mark.parametrize(
    ("raw", "uid"),
    [
        (b"BEGIN:VCARD\r\nUID:abc\r\nEND:VCARD\r\n", "abc"),
        (b"BEGIN:VCARD\nuid:abc\nEND:VCARD\n", "abc"),
        (b"BEGIN:VCARD\r\nitem1.UID;VALUE=text:abc\r\nEND:VCARD\r\n", "abc"),
        (b'BEGIN:VCARD\r\nUID;X="a:b;c":abc\r\nEND:VCARD\r\n', "abc"),
        (b"BEGIN:VCARD\r\nUID:ab\r\n c\r\n\td\r\nEND:VCARD\r\n", "abcd"),
        (b"BEGIN:VCARD\r\nUID:\xc3\r\n \xbc\r\nEND:VCARD\r\n", "ü"),
        (b"BEGIN:VCARD\r\nUID:a\\,b\\;c\\\\d\r\nEND:VCARD\r\n", "a,b;c\\d"),
        (b"BEGIN:VCARD\r\nNOTE:x\r\n UID:folded\r\nUID:real\r\nEND:VCARD\r\n", "real"),
        (b"BEGIN:VCARD\r\nuid:first\r\nUID:second\r\nEND:VCARD\r\n", "first"),
        (b"BEGIN:VCARD\r\nX-UID:no\r\nUID:abc\r\nEND:VCARD\r\n", "abc"),
        (b"BEGIN:VCARD\r\nX-UID:no\r\nEND:VCARD\r\n", ""),
        (b"BEGIN:VCARD\r\nUID:last line", "last line"),
        (b"UID:broken \xff\r\n", "broken \ufffd"),
        (b"", ""),
    ],
)
def test_the_uid_of_a_card_is_found_however_it_is_written(raw, uid):
    assert find_uid("vcard", raw) == uid


@pytest.mark.parametrize(
    ("raw", "uid"),
    [
        (b'{"uid":"4711"}', "4711"),
        (b'{"uid":4711}', ""),
        (b'{"name":"x"}', ""),
        (b"[1]", ""),
        (b"no json", ""),
        (b"[" * 100_000, ""),
    ],
)
def test_the_uid_of_a_row_is_found_or_empty(raw, uid):
    assert find_uid("row", raw) == uid


@pytest.mark.parametrize(
    "line", [b"A" * 1_000_000, b'UID;X="' + b'a";b="' * 200_000, b"UID" + b";A=a" * 250_000, b"a." * 500_000]
)
def test_no_line_takes_more_than_linear_time(line):
    started = time.process_time()
    find_uid("vcard", b"BEGIN:VCARD\r\n" + line + b"\r\nEND:VCARD\r\n")
    assert time.process_time() - started < 5
