"""Rows: fields in JSON, and whatever else the table has."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import Unreadable
from crmsync.formats.base import Summary
from crmsync.formats.contentline import MAX_BYTES
from crmsync.formats.registry import get
from crmsync.formats.row import ROW
from crmsync.values import Labelled

RAW = (
    '{"uid":"7","name":"Zoë","emails":[{"value":"z@x.example"}],"Rabatt":{"prozent":3},"orders":4,"note":null}'.encode()
)


def test_a_row_is_read() -> None:
    row = ROW.parse(RAW)
    assert (row.uid, row.kind) == ("7", "row")
    assert row.fields == {"name": "Zoë", "emails": (Labelled("z@x.example"),), "orders": 4}


def test_a_value_of_the_wrong_shape_is_not_mapped() -> None:
    assert ROW.parse(b'{"uid":7,"name":3,"emails":"x","custom.":"a","custom.b":"c","kind":1}').fields == {
        "custom.b": "c"
    }
    assert ROW.parse(b'{"uid":7}').uid == "7"


def test_a_patch_keeps_what_it_does_not_know() -> None:
    patched = ROW.patch(RAW, {"name": None, "title": "CEO", "nickname": None}, {})
    assert json.loads(patched) == {**json.loads(RAW), "name": None, "title": "CEO"}


def test_what_is_built_reads_back() -> None:
    fields = {"name": "A\nB", "emails": (Labelled("a@b", "work", True),), "not_interested": True}
    raw = ROW.build("u", "org", fields, {})
    assert (ROW.parse(raw).uid, ROW.parse(raw).kind, ROW.parse(raw).fields) == ("u", "org", fields)
    assert ROW.split(raw + b"\n\n" + RAW + b"\n") == [raw, RAW]
    assert "kind" not in json.loads(ROW.build("u", "row", {}, {}))


@pytest.mark.parametrize(
    "raw",
    [
        rb'{"uid":"u\udc00","kind":"k\uD800","note":"a\ud800","title":"\ud83d\ude00","emails":[{"value":"\uDFFF"}]}',
        '{"uid":"u\udc00","kind":"k\ud800","note":"a\ud800","title":"😀","emails":[{"value":"\udfff"}]}'.encode(
            "utf-8", "surrogatepass"
        ),
        '{"uid":"u\udc00","kind":"k\ud800","note":"a\ud800","title":"😀","emails":[{"value":"\udfff"}]}'.encode(
            "utf-16-le", "surrogatepass"
        ),
    ],
)
def test_half_a_surrogate_pair_is_never_in_a_field_and_stays_in_the_row(raw: bytes) -> None:
    row = ROW.parse(raw)
    assert (row.uid, row.kind) == ("u\ufffd", "k\ufffd")
    assert row.fields == {"note": "a\ufffd", "title": "😀", "emails": (Labelled("\ufffd"),)}
    assert ROW.summary(raw).emails == ("\ufffd",)
    assert json.loads(ROW.patch(raw, {"title": "CEO"}, {}))["note"] == "a\ud800"


@given(st.text(st.characters(min_codepoint=0xD700, max_codepoint=0xE000, exclude_categories=())))
def test_whatever_a_row_holds_its_fields_can_be_stored(text: str) -> None:
    raw = json.dumps({"note": text, "custom.x": text}).encode()
    assert all(str(value).encode() for value in ROW.parse(raw).fields.values())


def test_a_summary_names_who_or_what_it_is() -> None:
    assert ROW.summary(RAW) == Summary("7", "row", "Zoë", emails=("z@x.example",))
    assert ROW.summary(b'{"uid":"1","organization":"A","phones":[{"value":"1"}]}') == Summary(
        "1", "row", "A", "A", phones=("1",)
    )
    assert ROW.summary(b'{"uid":"1","summary":"Call","due":"2026-01-01"}') == Summary(
        "1", "row", "Call", start="2026-01-01"
    )


def test_order_and_empty_values_do_not_count() -> None:
    assert ROW.digest(b'{"a":1,"b":"","c":null,"uid":"1","d":[]}') == ROW.digest(b'{"uid":"1", "a":1}')
    assert ROW.digest(b'{"a":1}') != ROW.digest(b'{"a":2}')


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"a":' + b"9" * 5000 + b"}", b" " * (MAX_BYTES + 1)]
)
def test_bytes_that_are_no_row_are_unreadable(raw: bytes) -> None:
    for function in (ROW.parse, ROW.summary, ROW.digest, lambda raw: ROW.patch(raw, {}, {})):
        with pytest.raises(Unreadable):
            function(raw)


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.lists(st.text())))
def test_unknown_keys_survive(row: dict[str, object]) -> None:
    patched = json.loads(ROW.patch(json.dumps(row).encode(), {"title": "x"}, {}))
    assert patched == {**row, "title": "x"}


def test_formats_are_found_by_name() -> None:
    assert get("row") is ROW
