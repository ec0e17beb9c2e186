"""Lists: order, pages, and what a search finds."""

from __future__ import annotations

import random
import re
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import Usage
from crmsync.model import Record, RecordType
from crmsync.store import record_list, search
from crmsync.store.record_list import Selection
from crmsync.store.store import Store, Tables
from crmsync.values import Address, Labelled
from tests.store.content import STAMP, contact


def names(tx: Tables, text: str) -> list[str]:
    return [str(record.fields["name"]) for record in tx.records.list(Selection(search=text)).records]


def fill(tx: Tables, *people: str) -> None:
    shuffled = random.Random(7).sample(people, len(people))
    tx.records.create_many(map(tx.records.made, (contact(f"r{n}", name) for n, name in enumerate(shuffled))))


def test_the_exact_name_comes_before_longer_ones(tx: Tables) -> None:
    fill(tx, "Anna1 Rossi1", "Anna10 Rossi10", "Anna11 Rossi1", "Bert Anna1 Rossi1")
    assert names(tx, "Anna1 Rossi1") == ["Anna1 Rossi1", "Anna10 Rossi10", "Anna11 Rossi1", "Bert Anna1 Rossi1"]


def test_a_search_goes_from_the_same_name_to_the_words_anywhere(tx: Tables) -> None:
    tx.records.create(contact("d", "Zoe Bianchi", note="met with Rossi"))
    tx.records.create(contact("e", "Ada Verdi", organization="Rossi srl"))
    tx.records.create(contact("c", "Anna Rossi"))
    tx.records.create(contact("b", "Rossi Anna"))
    tx.records.create(contact("a", "Rossi"))
    assert names(tx, "rossi") == ["Rossi", "Rossi Anna", "Anna Rossi", "Ada Verdi", "Zoe Bianchi"]


def test_every_word_must_begin_a_word_in_any_order_and_case_and_accents_do_not_count(tx: Tables) -> None:
    fill(tx, "Łukasz Müller", "José Núñez", "Anna Rossi")
    assert names(tx, "MULL luk") == names(tx, "łuk müll") == ["Łukasz Müller"]
    assert names(tx, "nun jose") == ["José Núñez"]
    assert names(tx, "ossi") == []
    assert names(tx, "anna bert") == []


@pytest.mark.parametrize(
    "typed", ["+39 06 123456", "0039 06 123456", "06 123 456", "06123456", "06-12", "6123456", "39061"]
)
def test_a_telephone_number_is_found_with_and_without_its_country_code(tx: Tables, typed: str) -> None:
    tx.records.create(contact("a", "Anna", phones="+39 06 123.456"))
    tx.records.create(contact("b", "Bert", phones="+44 20 7946 0000"))
    assert names(tx, typed) == ["Anna"]


def test_a_mail_address_city_or_number_in_the_records_is_found(tx: Tables) -> None:
    tx.records.create(
        contact(
            "a", "Anna", emails="anna.rossi@acme.example", addresses=(Address(city="Forlì"),), vat_number="IT012345"
        )
    )
    for typed in ("anna.rossi@acme.example", "acme", "forli", "it0123", "ROSSI@AC"):
        assert names(tx, typed) == ["Anna"], typed


@pytest.mark.parametrize(
    "typed", ['"', "'", "NEAR(a b)", "a AND", "name:", "a*", "(", "{name}", "-a", "^", "\0", "a OR b"]
)
def test_signs_of_the_query_language_are_just_text(tx: Tables, typed: str) -> None:
    fill(tx, "Anna Rossi")
    names(tx, typed)
    tx.records.count(Selection(search=typed))


@given(st.text())
def test_any_text_can_be_searched_for(text: str) -> None:
    for word in search.query(text).split('"')[1::2]:
        assert word and '"' not in word


def test_words_with_any_ascii_sign_between_them_are_taken_apart(store: Store) -> None:
    note = " ".join(f"x{code}{chr(code)}y{code}" for code in range(128))
    with store.transaction(STAMP) as tx:
        tx.records.create(contact("a", "Anna", note=note))
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab (main, record_words, col)")
        terms = [term for (term,) in connection.execute("SELECT term FROM temp.terms WHERE col = 'note'")]
    assert sorted(terms) == sorted(set(re.findall("[a-z0-9]+", note.lower())))


def test_a_change_moves_a_record_to_its_new_words(tx: Tables) -> None:
    tx.records.create(contact("a", "Anna Rossi", note="old"))
    tx.records.change("a", {"name": "Anna Bianchi", "note": None})
    assert (names(tx, "rossi"), names(tx, "old"), names(tx, "bianchi")) == ([], [], ["Anna Bianchi"])


@pytest.mark.parametrize("broad", [3000, 5])
@pytest.mark.parametrize("text", ["", "anna", "a", "rossi", "anna rossi"])
@pytest.mark.parametrize("limit", [1, 7, 100])
def test_pages_put_together_are_the_whole_list(
    store: Store, monkeypatch: pytest.MonkeyPatch, broad: int, text: str, limit: int
) -> None:
    monkeypatch.setattr(record_list, "_BROAD", broad)
    with store.transaction(STAMP) as tx:
        fill(
            tx,
            *[f"{first} {last}" for first in ("Anna", "Bert", "Annalisa", "Rossi") for last in ("Rossi", "Anna", "X")]
            * 2,
        )
        selection = Selection(search=text)
        whole = [record.id for record in tx.records.list(selection).records]
        paged, after = [], None
        for _ in range(60):
            page = tx.records.list(selection, after=after, limit=limit)
            assert len(page.records) <= limit
            paged += [record.id for record in page.records]
            after = page.next
            if after is None:
                break
        assert paged == whole
        assert len(set(whole)) == len(whole) == tx.records.count(selection)
        assert sorted(whole) == sorted(tx.records.ids(selection))


def test_a_list_is_sorted_by_name_without_accents_and_case(tx: Tables) -> None:
    fill(tx, "Øystein", "émile", "Zoe", "anna", "Berta")
    assert names(tx, "") == ["anna", "Berta", "émile", "Øystein", "Zoe"]


def test_records_without_a_name_are_listed_by_what_they_have(tx: Tables) -> None:
    tx.records.create(Record("a", RecordType.APPOINTMENT, {"summary": "Budget"}))
    tx.records.create(Record("b", RecordType.COMPANY, {"organization": "Acme"}))
    tx.records.create(Record("c", RecordType.CONTACT, {"given": "Carl", "family": "Nice"}))
    tx.records.create(Record("d", RecordType.CONTACT, {"emails": (Labelled("x@y.example"),)}))
    assert [record.id for record in tx.records.list().records] == ["d", "b", "a", "c"]
    assert [record.id for record in tx.records.list(Selection(search="carl")).records] == ["c"]


def test_a_list_of_some_types_only(tx: Tables) -> None:
    fill(tx, "Anna")
    tx.records.create(Record("l", RecordType.LEAD, {"name": "Lea"}))
    tx.records.create(Record("s", RecordType.SUPPLIER, {"name": "Sam"}))
    selection = Selection(types=(RecordType.LEAD, RecordType.SUPPLIER))
    assert [record.id for record in tx.records.list(selection).records] == ["l", "s"]
    assert tx.records.count(selection) == 2


@pytest.mark.parametrize("mark", ["", "x", "[]", "[1]", "null", '["a","b","c"]'])
def test_a_page_mark_that_is_none_is_refused(tx: Tables, mark: str) -> None:
    with pytest.raises(Usage, match="page mark"):
        tx.records.list(after=mark)


def test_each_goes_through_everything(tx: Tables) -> None:
    tx.records.create_many(map(tx.records.made, (contact(f"r{n}", f"P{n:05}") for n in range(2100))))
    assert len({record.id for record in tx.records.each()}) == 2100
