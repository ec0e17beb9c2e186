"""Answers, read whatever they hold: a result, `Unreachable` or `Untrusted`, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.connectors.dav.multistatus import MOST_TAGS, Row, names_condition, parse
from crmsync.errors import Unreachable, Untrusted


def answer(inside: str) -> bytes:
    return f'<multistatus xmlns="DAV:" xmlns:A="urn:ietf:params:xml:ns:carddav">{inside}</multistatus>'.encode()


def rows(inside: str) -> list[Row]:
    return list(parse(answer(inside), "/b/").rows)


def prop(inside: str, status: str = "<status>HTTP/1.1 200 OK</status>") -> str:
    return f"<response><href>/b/a</href><propstat><prop>{inside}</prop>{status}</propstat></response>"


def test_an_item_has_its_etag_and_content() -> None:
    (row,) = rows(prop('<getetag>"1"</getetag><A:address-data>BEGIN:VCARD</A:address-data>'))
    assert (row.href, row.status, row.etag, row.data, row.is_collection) == ("/b/a", 200, '"1"', "BEGIN:VCARD", False)


def test_a_comment_inside_a_value_cuts_nothing_off() -> None:
    (row,) = rows(prop('<getetag>"1<!-- x -->2"</getetag><!-- y --><A:address-data>A<!-- z -->B</A:address-data>'))
    assert (row.etag, row.data) == ('"12"', "AB")


def test_properties_that_are_not_there_are_not_taken_for_values() -> None:
    (row,) = rows(prop("<getetag>no</getetag>", "<status>HTTP/1.1 404 Not Found</status>"))
    assert (row.status, row.etag, row.data) == (200, None, None)


def test_one_status_may_stand_for_several_items() -> None:
    found = rows("<response><href>/b/a</href><href>/b/c</href><status>HTTP/1.1 404 X</status></response>")
    assert [(row.href, row.status) for row in found] == [("/b/a", 404), ("/b/c", 404)]


def test_a_response_without_href_is_no_item() -> None:
    assert rows("<response><status>HTTP/1.1 200 OK</status></response><response><href> </href></response>") == []


@pytest.mark.parametrize("line", ["", "rubbish", "HTTP/1.1", "HTTP/1.1 2 X", f"HTTP/1.1 {'9' * 5000}", "HTTP/1.1 ٢٠٠"])
def test_a_status_that_cannot_be_read_is_an_error_of_this_item(line: str) -> None:
    (row,) = rows(f"<response><href>/b/a</href><status>{line}</status></response>")
    assert row.status == 500


@pytest.mark.parametrize("href", ["/b/", "/b", "http://example.org/b/"])
def test_an_answer_that_was_cut_says_so(href: str) -> None:
    cut = parse(answer(f"<response><href>{href}</href><status>HTTP/1.1 507 X</status></response>"), "/b/")
    assert (cut.truncated, list(cut.rows)) == (True, [])


def test_another_item_without_room_is_no_cut() -> None:
    assert not parse(answer("<response><href>/b/a</href><status>HTTP/1.1 507 X</status></response>"), "/b/").truncated


def bomb(use: str) -> bytes:
    first = '<!ENTITY e0 "aaaaaaaaaa">'
    others = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE m [{first}{others}]><multistatus xmlns="DAV:">{use}</multistatus>'.encode()


@pytest.mark.parametrize("use", ["<x>&e9;</x>", '<x a="&e9;"/>', "<sync-token>&e0;</sync-token>", ""])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_with_entities_is_refused(use: str, encoding: str) -> None:
    with pytest.raises((Unreachable, Untrusted)):
        parse(bomb(use).decode().encode(encoding), "/b/")


def test_more_elements_than_memory_is_made_for_are_refused_before_they_are_built() -> None:
    with pytest.raises(Unreachable, match="too many elements"):
        parse(answer("<a/>" * MOST_TAGS), "/b/")


@pytest.mark.parametrize("depth", [100, 2000, 100_000])
def test_a_deep_document_is_read_or_refused(depth: int) -> None:
    try:
        assert parse(answer("<a>" * depth + "</a>" * depth), "/b/").rows == []
    except Unreachable:
        assert depth > 1000


@given(st.binary(max_size=200) | st.text(alphabet='<>/&;!"=?[] abDAV:-', max_size=80).map(str.encode))
def test_rubbish_is_unreachable_or_untrusted(body: bytes) -> None:
    assert not names_condition(body, "valid-sync-token")
    with pytest.raises((Unreachable, Untrusted)):
        parse(body, "/b/")


def test_a_precondition_is_found_wherever_it_stands() -> None:
    body = b'<error xmlns="DAV:"><x><valid-sync-token/></x></error>'
    assert names_condition(body, "valid-sync-token")
    assert not names_condition(body, "no-uid-conflict")
