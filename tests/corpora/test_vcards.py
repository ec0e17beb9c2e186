"""vCards of other programs: each is read or parked with a reason, quickly, and an edit touches its own line only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest

from crmsync.errors import Unreadable
from crmsync.formats.vcard import VCARD
from crmsync.formats.vcard_card import open_card
from crmsync.values import Labelled, Value
from tests.corpora.count import CORPORA, files, items

pytestmark = [
    pytest.mark.corpora,
    pytest.mark.skipif(not CORPORA.exists(), reason="the corpora of other projects do not lie beside this one"),
]

EDITS: dict[str, tuple[str, Value]] = {
    "note": ("NOTE", "Erste Zeile\nsecond; line, ü"),
    "title": ("TITLE", "Direttore"),
    "name": ("FN", "Zoë Ångström"),
    "birthday": ("BDAY", "--02-29"),
}
PATHS = list(files(".vcf")) if CORPORA.exists() else []
each_file = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name[-60:])


def cards(path: Path) -> Iterator[bytes]:
    """The readable cards of a file."""
    for raw in items(VCARD, path.read_bytes()):
        try:
            VCARD.parse(raw)
        except Unreadable:
            continue
        yield raw


def lines_but(raw: bytes, *names: str) -> list[bytes]:
    card = open_card(raw)
    return [card.source.body[line.start : line.end] for line in card.properties if line.head.name not in names]


@each_file
def test_every_card_is_read_or_parked_with_a_reason_within_five_seconds(path: Path) -> None:
    started = perf_counter()
    for raw in items(VCARD, path.read_bytes()):
        try:
            card = VCARD.parse(raw)
        except Unreadable as refused:
            assert len(str(refused)) > 10
            with pytest.raises(Unreadable) as again:
                VCARD.summary(raw)
            assert str(again.value) == str(refused)
            continue
        summary = VCARD.summary(raw)
        assert (summary.uid, summary.kind, summary.name) == (card.uid, card.kind, card.fields.get("name", ""))
        assert VCARD.digest(raw)
    assert perf_counter() - started < 5


@each_file
@pytest.mark.parametrize("field", EDITS)
def test_after_an_edit_all_other_lines_are_the_same_bytes(path: Path, field: str) -> None:
    name, value = EDITS[field]
    for raw in cards(path):
        before = VCARD.parse(raw).fields
        after = VCARD.patch(raw, {field: value}, {})
        if field == "name":
            assert VCARD.parse(after).fields["name"] == value
        else:
            assert VCARD.parse(after).fields == {**before, field: value}
        followers = ("N", "ORG") if field == "name" else ()
        assert lines_but(after, name, *followers) == lines_but(raw, name, *followers)
        assert raw.startswith(after[: after.index(b"\n")]), "line ends or encoding of the frame changed"


@each_file
def test_after_a_new_phone_all_other_lines_are_the_same_bytes(path: Path) -> None:
    for raw in cards(path):
        before = VCARD.parse(raw).fields
        phones = (*before.get("phones", ()), Labelled("+39 02 1", "Segreteria"))  # type: ignore[misc]
        after = VCARD.patch(raw, {"phones": phones}, {})
        assert (
            VCARD.parse(after).fields == {"name": before.get("name"), **before, "phones": phones}
            or "name" not in before
        )
        old, new = lines_but(raw), lines_but(after)
        added = [line for line in new if line not in old]
        assert len(added) == 2
        assert [line for line in new if line not in added] == old


@each_file
def test_an_edit_and_its_undo_leave_the_same_meaning(path: Path) -> None:
    for raw in cards(path):
        title = VCARD.parse(raw).fields.get("title")
        there = VCARD.patch(raw, {"title": "Direttore"}, {})
        assert VCARD.digest(VCARD.patch(there, {"title": title}, {})) == VCARD.digest(raw)
        assert title == "Direttore" or VCARD.digest(there) != VCARD.digest(raw)
