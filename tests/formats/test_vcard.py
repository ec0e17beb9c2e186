"""New cards, and the samples that everybody may look at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import Unreadable
from crmsync.formats.registry import get
from crmsync.formats.vcard import FIELDS, VCARD
from crmsync.values import SHAPES, Labelled, Value, fields_to_json
from tests.formats.cards import VALUES, changes, texts

SAMPLES = Path(__file__).parents[2] / "samples"


@given(texts, st.sampled_from(["individual", "group"]), changes())
def test_a_new_card_reads_back(name: str, kind: str, change: tuple[dict[str, Value | None], dict[str, bytes]]) -> None:
    wanted, blobs = change
    fields = {key: value for key, value in {"name": name, **wanted}.items() if value is not None}
    raw = VCARD.build("4711-a", kind, fields, blobs)
    card = VCARD.parse(raw)
    if fields.get("family") == fields["name"] and not {"given", "middle", "prefix", "suffix"} & set(fields):
        del fields["family"]
    assert (card.uid, card.kind, card.fields) == ("4711-a", kind, fields)
    assert card.blobs == {key: blob for key, blob in blobs.items() if key == fields.get("photo")}


def test_a_new_card_is_what_most_programs_read() -> None:
    fields = {"name": "Ada Neri", "given": "Ada", "family": "Neri", "phones": (Labelled("1", "Segreteria"),)}
    assert VCARD.build("u", "individual", fields, {}).decode().split("\r\n") == [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "PRODID:-//crmsync//EN",
        "UID:u",
        "N:Neri;Ada;;;",
        "FN:Ada Neri",
        "item1.TEL:1",
        "item1.X-ABLabel:Segreteria",
        "END:VCARD",
        "",
    ]


def test_phones_that_show_only_n_or_org_have_a_name_to_show() -> None:
    person = VCARD.build("u", "individual", {"name": "Cher"}, {})
    assert b"\r\nN:Cher;;;;\r\nFN:Cher\r\n" in person
    company = VCARD.build("u", "org", {"name": "Acme"}, {})
    assert b"\r\nN:;;;;\r\nFN:Acme\r\nX-ABSHOWAS:COMPANY\r\nORG:Acme\r\n" in company
    assert VCARD.parse(company).kind == "org"


def test_a_card_without_a_name_still_has_the_lines_that_are_demanded() -> None:
    raw = VCARD.build("u", "individual", {"title": "x"}, {})
    assert b"\r\nN:;;;;\r\nFN:\r\n" in raw
    assert VCARD.parse(raw).fields == {"title": "x"}


def test_a_photo_without_its_bytes_is_not_written() -> None:
    assert b"PHOTO" not in VCARD.build("u", "individual", {"name": "X", "photo": "sha256:1"}, {})
    assert b"PHOTO;VALUE=uri:http://x/y" in VCARD.build("u", "individual", {"photo": "http://x/y"}, {})


def test_a_uid_cannot_add_a_line() -> None:
    assert VCARD.parse(VCARD.build("a\r\nTEL:1;,", "individual", {"name": "X"}, {})).uid == "a\nTEL:1;,"


def test_every_field_a_card_holds_is_one_there_is_and_is_tested() -> None:
    assert set(SHAPES) >= FIELDS
    assert {name for name in VALUES if not name.startswith("custom.")} | {"name"} == FIELDS


def test_the_format_is_found_by_name() -> None:
    assert get("vcard") is VCARD


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.vcf")), ids=lambda path: path.name)
def test_samples_are_read_as_expected(path: Path) -> None:
    found: list[object] = []
    for raw in VCARD.split(path.read_bytes()):
        try:
            card = VCARD.parse(raw)
        except Unreadable as refused:
            found.append({"unreadable": str(refused)})
        else:
            members = {"members": list(card.members)} if card.members else {}
            found.append({"uid": card.uid, "kind": card.kind, **members, "fields": fields_to_json(card.fields)})
    assert found == json.loads(path.with_suffix(".expected.json").read_text())
