"""vobject as a second opinion: it reads what we write, and what it (so Radicale) rewrites still means the same."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.formats.vcard import VCARD
from crmsync.values import Value
from tests.formats.cards import APPLE, changes, texts

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    vobject = pytest.importorskip("vobject")


def rewritten(raw: bytes) -> bytes:
    """The card as Radicale would give it back."""
    return vobject.readOne(raw.decode()).serialize().encode()


@given(texts, changes())
def test_a_card_we_wrote_means_the_same_after_vobject_rewrote_it(
    name: str, change: tuple[dict[str, Value | None], dict[str, bytes]]
) -> None:
    wanted, blobs = change
    fields = {key: value for key, value in {"name": name, **wanted}.items() if value is not None}
    raw = VCARD.build("4711-a", "individual", fields, blobs)
    again = rewritten(raw)
    assert VCARD.parse(again).fields == VCARD.parse(raw).fields
    assert VCARD.digest(again) == VCARD.digest(raw)


@given(texts, st.lists(texts, min_size=1, max_size=3))
def test_vobject_reads_the_texts_we_wrote(name: str, categories: list[str]) -> None:
    raw = VCARD.build("u", "individual", {"name": name, "title": name, "categories": tuple(categories)}, {})
    card = vobject.readOne(raw.decode())
    assert (card.fn.value, card.title.value, card.categories.value) == (name, name, categories)


def test_a_card_of_an_apple_program_means_the_same_after_vobject_rewrote_it() -> None:
    assert VCARD.parse(rewritten(APPLE)).fields == VCARD.parse(APPLE).fields
    assert VCARD.digest(rewritten(APPLE)) == VCARD.digest(APPLE)
