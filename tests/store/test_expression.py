"""Filters: what they can say, and that they reach nothing else and end in time."""

from __future__ import annotations

import contextlib
import sqlite3
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crmsync.errors import Usage
from crmsync.model import Candidate, Confidence, Record, RecordType
from crmsync.store import record_list
from crmsync.store.expression import Columns, compile_expression
from crmsync.store.import_queue import Found, QueueSelection
from crmsync.store.like import TooLong, install, like, until
from crmsync.store.record_columns import record_columns
from crmsync.store.record_list import Selection
from crmsync.store.store import Store, Tables
from crmsync.values import Address, Labelled
from tests.store.content import STAMP, add_collection, contact
from tests.store.hostile import ODD, REFUSED, nested


@pytest.fixture
def people(tx: Tables) -> Tables:
    emails = (Labelled("anna@acme.example"), Labelled("anna@home.example"))
    places = (Address("Via Roma 1", "Forlì", "", "47121", "Italia"),)
    anna = contact(
        "anna", "Anna Rossi", emails=emails, addresses=places, phones="+39 0543 1", orders=3, note="It's 50% off"
    )
    tx.records.create(anna)
    tx.records.create(contact("bert", "Bert", organization="Acme", categories=("vip", "old"), not_interested=True))
    tx.records.create(Record("lea", RecordType.LEAD, {"name": "LEA ÉTÉ", "custom.rank": "7", "start": "2026-01-01"}))
    tx.flags.set(1, ["bert"], True)
    return tx


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("name = 'Anna Rossi'", ["anna"]),
        ("NAME LIKE 'anna%'", ["anna"]),
        ("name like '%été'", ["lea"]),
        ("name LIKE '_ert'", ["bert"]),
        ("name NOT LIKE '%e%'", ["anna"]),
        ("note LIKE '%50!%%' ESCAPE '!'", ["anna"]),
        ("note = 'It''s 50% off'", ["anna"]),
        ("type = 'lead'", ["lea"]),
        ("email = 'anna@acme.example' AND emails LIKE '%@home.example%'", ["anna"]),
        ("phone LIKE '+39%'", ["anna"]),
        ("city = 'Forlì' AND country = 'Italia' AND postcode > '4'", ["anna"]),
        ("city IS NULL", ["bert", "lea"]),
        ("organization IS NOT NULL", ["bert"]),
        ("categories LIKE '%vip%'", ["bert"]),
        ("orders >= 1", ["anna"]),
        ("orders % 2 = 1 and -orders < 0", ["anna"]),
        ("coalesce(orders, 0) = 0", ["bert", "lea"]),
        ("not_interested", ["bert"]),
        ("sync", ["bert"]),
        ("not sync and not coalesce(not_interested, false)", ["anna", "lea"]),
        ("custom.rank = '7'", ["lea"]),
        ("CAST(custom.rank AS INTEGER) BETWEEN 5 AND 9", ["lea"]),
        ("id IN ('anna', 'lea') AND type <> 'lead'", ["anna"]),
        ("CASE type WHEN 'lead' THEN 1 ELSE 0 END = 1", ["lea"]),
        ("length(name) = 4", ["bert"]),
        ("start < date('now')", ["lea"]),
        ("created = '2026-03-01T09:00:00Z'", ["anna", "bert", "lea"]),
        ("name = 'bert' COLLATE NOCASE", ["bert"]),
        ("(((name = 'Bert')))", ["bert"]),
        ("1", ["anna", "bert", "lea"]),
    ],
)
def test_what_filters_can_say(people: Tables, text: str, found: list[str]) -> None:
    selection = Selection(where=text, user=1)
    assert [record.id for record in people.records.list(selection).records] == found
    assert sorted(people.records.ids(selection)) == found
    assert people.records.count(selection) == len(found)


@pytest.mark.parametrize("text", REFUSED)
def test_hostile_filters_are_refused_at_once(people: Tables, text: str) -> None:
    start = time.thread_time()
    with pytest.raises(Usage, match="cannot be used"):
        people.records.count(Selection(where=text))
    with pytest.raises(Usage, match="cannot be used"):
        people.queue.list(QueueSelection(where=text))
    assert time.thread_time() - start < 1


@pytest.mark.parametrize("text", ODD)
def test_odd_filters_end_at_once_refused_or_not(people: Tables, text: str) -> None:
    people.records.create(contact("long", "a" * 1000, note="a" * 1_000_000))
    start = time.thread_time()
    with contextlib.suppress(Usage):
        people.records.count(Selection(where=text))
    assert time.thread_time() - start < 1


def test_a_slow_filter_is_ended_between_two_records_of_a_megabyte_each(tx: Tables) -> None:
    for n in range(8):
        tx.records.create(contact(f"long{n}", "Anna", note="a" * 1_000_000, emails="a@acme.example"))
    start = time.thread_time()
    with pytest.raises(Usage, match="takes more than"):
        tx.records.count(Selection(where=nested("(@ OR @)", "emails LIKE 'b'")))
    assert time.thread_time() - start < 1


def test_after_a_refusal_the_connection_is_as_it_was(people: Tables) -> None:
    for text in ("1 UNION SELECT 1", "max(name) = 1", "abs('-9223372036854775808' + 0) = 1"):
        with pytest.raises(Usage):
            people.records.count(Selection(where=text))
    people.records.create(contact("new", "New"))
    assert people.records.count(Selection(where="name = 'New'")) == 1
    assert people.journal.last() == 5


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE records (id, type, name, organization, created, edited, fields)")
    connection.execute("CREATE TABLE flags (user, record)")
    try:
        compile_expression(connection, record_columns(1), text)
    except Usage:
        pass
    finally:
        connection.close()


@pytest.mark.parametrize("text", ["(SELECT max(id) FROM secrets)", "random() > 0", "1 IN (SELECT 1 FROM secrets)"])
def test_the_second_wall_holds_when_the_first_does_not(text: str) -> None:
    """A column whose SQL reaches beyond: what the word list would have to let slip."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE shown (id)")
    connection.execute("CREATE TABLE secrets (id)")
    columns = Columns("shown", frozenset(["shown"]), {"hole": text, "id": "id"})
    with pytest.raises(Usage, match=r"not authorized|prohibited"):
        compile_expression(connection, columns, "hole")
    assert compile_expression(connection, columns, "id = 1")
    connection.close()


def test_the_third_wall_ends_what_takes_too_long(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real = record_list.limited
    monkeypatch.setattr(record_list, "limited", lambda connection, text, seconds: real(connection, text, 0.02))
    with store.transaction(STAMP) as tx:
        tx.records.create_many(
            map(tx.records.made, (contact(f"r{n}", f"Anna {n}", note="a" * 200) for n in range(3000)))
        )
    slow = " OR ".join(["note LIKE '%b%' OR emails LIKE '%b%'"] * 30)
    start = time.thread_time()
    with store.view() as view, pytest.raises(Usage, match="takes more than"):
        view.records.count(Selection(where=slow))
    assert time.thread_time() - start < 1


def test_a_pattern_that_makes_a_backtracking_like_run_for_ever_ends_at_once(tx: Tables) -> None:
    tx.records.create(contact("a", "Anna", note="a" * 50_000))
    start = time.thread_time()
    assert tx.records.count(Selection(where=f"note LIKE '{'%a' * 80}%b'")) == 0
    assert time.thread_time() - start < 1
    with pytest.raises(Usage):
        tx.records.count(Selection(where=f"note LIKE '{'%_' * 150}b'"))


def _slow_like(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(_slow_like(pattern[1:], text[n:]) for n in range(len(text) + 1))
    return bool(text) and pattern[0] in ("_", text[0]) and _slow_like(pattern[1:], text[1:])


@example("a%a", "a")
@given(st.text("ab%_.", max_size=8), st.text("ab.\n", max_size=8))
def test_like_finds_what_its_definition_says(pattern: str, text: str) -> None:
    assert like(pattern, text) is _slow_like(pattern, text)


_SHORT = st.none() | st.text("ab ", max_size=6)


@given(_SHORT, _SHORT)
def test_our_instr_and_trim_answer_what_those_of_sqlite_do(value: str | None, part: str | None) -> None:
    theirs, ours = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    install(ours)
    for call in ("instr(?1, ?2)", "trim(?1, ?2)", "ltrim(?1, ?2)", "rtrim(?1, ?2)", "trim(?1)", "ltrim(?1) || ?2"):
        asked = [
            connection.execute(f"SELECT {call}, ?1, ?2", (value, part)).fetchone() for connection in (theirs, ours)
        ]
        assert asked[0] == asked[1], call
    theirs.close()
    ours.close()


def test_a_search_in_a_long_text_gives_up_in_its_middle_and_finds_what_lies_across_two_slices(tx: Tables) -> None:
    tx.records.create(contact("a", "Anna", note="a" * 49_999 + "bcd" + "a" * 500_000))
    assert tx.records.count(Selection(where="note LIKE '%bcd%'")) == 1
    assert tx.records.count(Selection(where="note LIKE '%a_d%'")) == 0
    mark = until.set(0.0)
    with pytest.raises(TooLong):
        like("%x%", "a" * 200_000)
    until.reset(mark)


def test_what_takes_more_memory_than_a_value_may_have_is_refused(tx: Tables) -> None:
    tx.records.create(contact("a", "Anna", note="a" * 1_000_000))
    with pytest.raises(Usage, match=r"too big|takes more than"):
        tx.records.count(Selection(where="||".join(["note"] * 40) + " = ''"))
    assert tx.records.count(Selection(where="length(note || note) = 2000000")) == 1


def test_a_filter_of_the_queue_knows_its_columns(tx: Tables) -> None:
    collection = add_collection(tx)
    tx.records.create(contact("a", "Anna"))
    suggestion = Candidate("a", Confidence.STRONG, 90, ("same mail",))
    items = [
        Found(
            "/1", "Anna", "Acme", ("a@acme.example", "b@acme.example"), ("+39 1",), "individual", suggestion=suggestion
        ),
        Found("/2", "Meeting", kind="event", start="2026-05-01T10:00:00"),
    ]
    tx.queue.put_many(collection.account, collection.id, items)
    for text, found in [
        ("account = 'work' and collection = 'People'", ["/1", "/2"]),
        ("email LIKE 'a@%' AND emails LIKE '%b@%' AND phone LIKE '+39%'", ["/1"]),
        ("confidence = 'strong' AND score > 80 AND suggestion = 'a'", ["/1"]),
        ("confidence = 'none' AND organization IS NULL AND type IS NULL", ["/2"]),
        ("kind = 'event' AND start >= '2026-01-01'", ["/2"]),
        ("id > 0 AND state = 'open'", ["/1", "/2"]),
    ]:
        assert [row.item.href for row in tx.queue.list(QueueSelection(where=text))] == found, text
        assert tx.queue.count(QueueSelection(where=text)) == len(found)


def test_an_unknown_column_is_refused_with_the_known_ones(tx: Tables) -> None:
    with pytest.raises(Usage, match=r"no column \"nmae\".*custom\.<name>.*organization"):
        tx.records.count(Selection(where="nmae = 1"))
