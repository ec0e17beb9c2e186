"""The search line of records: words, and short words that filter."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmsync.model import RecordType
from crmsync.store.record_list import Selection
from crmsync.store.store import Store
from crmsync_tui.search_line import arguments, read
from tests.store.content import STAMP, contact


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("anna  rossi", Selection(search="anna rossi", user=1)),
        ("anna type:contact", Selection((RecordType.CONTACT,), search="anna", user=1)),
        ("type:lead,contact", Selection((RecordType.CONTACT, RecordType.LEAD), user=1)),
        ("type:co", Selection((RecordType.COMPANY, RecordType.CONTACT), user=1)),
        ("type:nothing x:y", Selection(search="type:nothing x:y", user=1)),
        ("type: owner:", Selection(search="type: owner:", user=1)),
        ("sync:on a", Selection(search="a", user=1, flagged=True)),
        ("sync:off", Selection(where="NOT sync", user=1)),
        ("sync:o", Selection(search="sync:o", user=1)),
        ("owner:me", Selection(where="owner = 'o''neill'", user=1)),
        ("owner:NONE city:Roma", Selection(where="owner IS NULL AND city LIKE 'Roma%'", user=1)),
        ("stage:x') --", Selection(where="lower(stage) = lower('x'')')", search="--", user=1)),
    ],
)
def test_a_line_means_a_selection(line: str, meant: Selection) -> None:
    assert read(line, 1, "o'neill") == meant


@pytest.mark.parametrize("word", ["owner:eva", "city:r'o", "categories:vip", "sync:off", "type:con", "title:%'--", "x"])
def test_every_short_word_can_be_asked_of_the_store(tmp_path: Path, word: str) -> None:
    with Store.open(tmp_path / "store.db", create=True) as store:
        with store.transaction(STAMP) as tx:
            tx.records.create(contact("a", "Anna", owner="eva"))
        with store.view() as view:
            found = view.records.list(read(word, 1, "eva")).records
    assert len(found) == (word in ("owner:eva", "sync:off", "type:con"))


def test_an_export_is_told_the_same() -> None:
    assert arguments(read("acme type:lead sync:on owner:me", 1, "eva")) == [
        *("--type", "lead", "--where", "owner = 'eva' AND sync", "--search", "acme"),
    ]
