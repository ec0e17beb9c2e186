"""The form of a record: what stands in a line is what `records set` would read back as the same value."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crmsync.model import Record, RecordType
from crmsync.typed.field_values import parse, spelled
from crmsync.values import Address, Labelled, Participant, Value
from crmsync_tui.record_form import Form, Line, _line, changes

WORD = st.text("ab:,;[ @./+1", min_size=1).filter(lambda text: bool(text.strip()))
VALUES: st.SearchStrategy[tuple[str, Value]] = st.one_of(
    st.tuples(st.just("title"), WORD),
    st.tuples(st.just("not_interested"), st.booleans()),
    st.tuples(st.just("orders"), st.integers()),
    st.tuples(st.just("categories"), st.lists(WORD, min_size=1).map(tuple)),
    st.tuples(st.just("emails"), st.lists(st.builds(Labelled, WORD, WORD, st.booleans()), min_size=1).map(tuple)),
    st.tuples(st.just("addresses"), st.lists(st.builds(Address, WORD, WORD, label=WORD), min_size=1).map(tuple)),
    st.tuples(st.just("participants"), st.lists(st.builds(Participant, WORD, WORD), min_size=1).map(tuple)),
)


@given(VALUES)
def test_a_value_is_spelled_so_that_it_reads_back_the_same(held: tuple[str, Value]) -> None:
    field, value = held
    assert parse(field, spelled(field, value)) == value


def test_plain_values_are_spelled_plainly() -> None:
    assert spelled("emails", (Labelled("a@b.it", "work"), Labelled("c@d.it"))) == "work:a@b.it, c@d.it"
    assert spelled("addresses", (Address("Via Roma 1", "Roma"),)) == "Via Roma 1;Roma;;;"
    assert spelled("categories", ("a, b",)) == '["a, b"]'
    assert (spelled("not_interested", False), spelled("title", None)) == ("no", "")


def test_only_what_was_changed_is_saved() -> None:
    record = Record("a", RecordType.CONTACT, {"title": "CEO"})
    form = Form(record, [Line("title", "CEO"), Line("note", ""), Line("vat_number", "1", locked="erp")])
    assert changes(form, {"title": "CEO", "note": "", "vat_number": "2"}) == {}
    assert changes(form, {"title": "", "note": "new"}) == {"title": None, "note": "new"}


def test_what_no_line_can_show_stays_unless_something_else_is_typed() -> None:
    line = _line("title", "CEO\x1b[2J", "")
    assert (line.text, line.hidden) == ("", "CEO\x1b[2J")
    form = Form(Record("a", RecordType.CONTACT, {}), [line])
    assert changes(form, {"title": ""}) == {}
    assert changes(form, {"title": "CTO"}) == {"title": "CTO"}
    assert not _line("note", "two\nlines\tand tabs", "").hidden
