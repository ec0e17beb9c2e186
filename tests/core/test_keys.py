"""When two values are the same: described cases, then the laws that hold for all of them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.core.keys import (
    address_key,
    email_key,
    entry_key,
    name_key,
    organization_key,
    participant_key,
    record_keys,
    same,
    summary_keys,
    text_key,
    url_key,
)
from crmsync.model import RecordType
from crmsync.values import SHAPES, Address, Labelled, Participant, Value, is_list
from tests.core.field_values import values


@pytest.mark.parametrize(
    "text", ["anna@acme.example", " Anna@ACME.example ", "mailto:anna@acme.example", "Anna R. <ANNA@acme.example>"]
)
def test_a_mail_address_is_the_same_however_it_is_written(text: str) -> None:
    assert email_key(text) == "anna@acme.example"


@pytest.mark.parametrize("text", ["acme.example", "http://acme.example/", "HTTPS://ACME.example", "acme.example//"])
def test_a_web_address_is_the_same_with_and_without_scheme_and_slash(text: str) -> None:
    assert url_key(text) == "acme.example"


def test_a_web_path_keeps_its_case_and_another_scheme_counts() -> None:
    assert url_key("https://Acme.example/Shop") == "acme.example/Shop"
    assert url_key("FTP://acme.example/") == "ftp://acme.example"


@pytest.mark.parametrize(
    "text",
    [
        "Anna Rossi",
        "ROSSI Anna",
        "Rossi, Anna",
        "Ing. Anna Rossi",
        "Dott.ssa Anna Rossi",
        "Sig.ra Rossi Anna",
        "Ánna Rôssi, Ph.D.",
    ],
)
def test_a_name_is_the_same_in_any_order_case_accent_and_with_titles(text: str) -> None:
    assert name_key(text) == "anna rossi"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Łukasz Østergård", "lukasz ostergard"),
        ("D'Angelo Ada", "ada dangelo"),
        ("Mgr.", "mgr"),
        ("", ""),
        ("!!!", ""),
        ("Иван Петров", "иван петров"),
        ("O\u2019Neil", "oneil"),
    ],
)
def test_names_that_are_hard_to_fold(text: str, key: str) -> None:
    assert name_key(text) == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("ACME Italia S.r.l.", "acme italia"),
        ("acme italia srl", "acme italia"),
        ("Novák, s.r.o.", "novak"),
        ("Novák spol. s r.o.", "novak"),
        ("Bauer GmbH & Co. KG", "bauer"),
        ("Alfa sp. z o.o.", "alfa"),
        ("Dupont S.A.S.", "dupont"),
        ("Smith & Sons Ltd", "smith sons"),
        ("Foo a. s.", "foo"),
        ("SA", "sa"),
        ("", ""),
    ],
)
def test_a_company_is_the_same_with_and_without_its_legal_form(text: str, key: str) -> None:
    assert organization_key(text) == key


def test_an_address_is_the_same_in_other_case_and_spacing() -> None:
    assert address_key(Address("Via  Roma 1\n", "MILANO")) == address_key(Address("via roma 1", "Milano", label="home"))
    assert address_key(Address("Via Roma 1", "Milano")) != address_key(Address("Via Roma 1", region="Milano"))


def test_a_participant_without_mail_address_goes_by_name() -> None:
    assert participant_key(Participant("mailto:Anna@x.example", "Anna")) == "anna@x.example"
    assert participant_key(Participant("", "Rossi Anna")) == participant_key(Participant("", "Anna Rossi")) != ""


def test_text_is_the_same_whatever_its_line_ends_and_trailing_spaces() -> None:
    assert text_key("a  \r\nb\r\n") == text_key("a\nb") == "a\nb"
    assert text_key("old mac\rline ") == "old mac\nline"
    assert text_key("é") == text_key("é")
    assert text_key(" a") != text_key("a")


def test_categories_ignore_case_and_other_texts_do_not() -> None:
    assert entry_key("categories", "VIP") == entry_key("categories", "vip")
    assert entry_key("alarms", "ACTION:DISPLAY") != entry_key("alarms", "action:display")


def test_each_list_field_has_its_own_notion_of_one_entry() -> None:
    assert entry_key("emails", Labelled("A@x.example")) == "a@x.example"
    assert entry_key("phones", Labelled("+39 02 555-0001")) == "+39025550001"
    assert entry_key("urls", Labelled("http://x.example/")) == "x.example"
    assert entry_key("addresses", Address("A")) == address_key(Address("a"))
    assert entry_key("participants", Participant("A@x.example")) == "a@x.example"


def test_another_spelling_and_another_order_are_no_change() -> None:
    a = (Labelled("+39 02 5550001", "work"), Labelled("+39 333 1234567", "cell"))
    b = (Labelled("+393331234567", "cell"), Labelled("0039-02-5550001", "work"))
    assert same("phones", a, b)


def test_another_label_another_preference_and_another_answer_are_changes() -> None:
    assert not same("phones", (Labelled("1", "work"),), (Labelled("1", "home"),))
    assert not same("phones", (Labelled("1", preferred=True),), (Labelled("1"),))
    assert not same("addresses", (Address("A", label="home"),), (Address("A"),))
    assert not same("participants", (Participant("a", status="accepted"),), (Participant("a"),))


@pytest.mark.parametrize("empty", [None, "", " \n", (), False])
def test_nothing_is_the_same_as_something_empty(empty: Value | None) -> None:
    assert same("note", None, empty)
    assert same("note", empty, None)


def test_a_value_is_not_the_same_as_none_and_zero_is_a_value() -> None:
    assert not same("note", "x", None)
    assert not same("emails", None, (Labelled("a"),))
    assert not same("percent", 0, None)
    assert not same("note", "x", ("x",))


def test_a_person_is_found_by_mail_phone_numbers_and_both_ways_of_writing_the_name() -> None:
    fields: dict[str, Value] = {
        "name": "Rossi A.",
        "given": "Anna",
        "family": "Rossi",
        "organization": "Acme",
        "emails": (Labelled("Anna@x.example"), Labelled(" ")),
        "phones": (Labelled("02 5550001"), Labelled("")),
        "tax_code": "rss nna 80a",
    }
    assert set(record_keys(RecordType.CONTACT, fields, "IT")) == {
        ("email", "anna@x.example"),
        ("phone", "+39025550001"),
        ("tax", "RSSNNA80A"),
        ("name", "a ros"),
        ("name", "an ros"),
    }


def test_a_company_is_found_by_its_name_and_vat_number() -> None:
    keys = set(record_keys(RecordType.COMPANY, {"name": "Acme S.r.l.", "vat_number": "IT 00743110157"}))
    assert keys == {("org", "acme"), ("vat", "00743110157")}


def test_a_lead_may_be_a_person_or_a_business() -> None:
    assert set(record_keys(RecordType.LEAD, {"name": "Acme srl"})) == {("name", "akm srl"), ("org", "acme")}


def test_fields_of_a_wrong_shape_give_no_keys() -> None:
    assert list(record_keys(RecordType.CONTACT, {"name": True, "emails": "a@x.example", "phones": ("x",)})) == []


def test_an_item_is_looked_for_by_all_that_its_summary_says() -> None:
    keys = summary_keys("Acme srl", "Acme", ["a@x.example"], ["+39 02 5550001"], "IT00743110157", "ABC")
    assert set(keys) == {
        ("email", "a@x.example"),
        ("phone", "+39025550001"),
        ("vat", "00743110157"),
        ("tax", "ABC"),
        ("name", "akm srl"),
        ("org", "acme"),
    }
    assert list(summary_keys("", "", [], [])) == []


def test_ten_thousand_items_cost_less_than_a_third_of_a_second() -> None:
    items = [
        (f"Anna{i} Rossi{i}", f"Ditta{i} S.r.l.", [f"Anna{i}@ditta{i}.example"], [f"+39 02 777{i:05d}"])
        for i in range(10_000)
    ]
    start = time.process_time()
    found = sum(len(set(summary_keys(*item))) for item in items)
    assert found == 50_000
    assert time.process_time() - start < 3  # ten times the promise, for a busy machine


FIELDS = st.sampled_from(sorted(SHAPES))


@given(st.data(), FIELDS)
def test_same_is_an_equivalence(data: st.DataObject, field: str) -> None:
    a, b, c = (data.draw(st.none() | values(field)) for _ in range(3))
    assert same(field, a, a)
    assert same(field, a, b) == same(field, b, a)
    if same(field, a, b) and same(field, b, c):
        assert same(field, a, c)


@given(st.data(), FIELDS.filter(is_list))
def test_the_order_of_a_list_and_repeated_entries_never_count(data: st.DataObject, field: str) -> None:
    value = data.draw(values(field))
    assert isinstance(value, tuple)
    assert same(field, value, (*value, *value))
    keys = [entry_key(field, entry) for entry in value]
    if len(set(keys)) == len(keys):
        assert same(field, value, tuple(reversed(value)))  # type: ignore[arg-type]


@given(st.text())
def test_text_compared_twice_is_compared_once(text: str) -> None:
    assert text_key(text_key(text)) == text_key(text)


@given(st.text())
def test_every_text_has_keys(text: str) -> None:
    for key_of in (email_key, url_key, name_key, organization_key):
        assert isinstance(key_of(text), str)
