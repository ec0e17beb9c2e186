"""Filters line by line: what is typed, what it becomes, and what can be shown as lines again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import Usage
from crmsync.typed.filter_lines import Comparison, Line, expression, lines_of, typed

COLUMNS = ("name", "city", "orders", "email", "sync", "type")


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("city = Forlì", "city = 'Forlì'"),
        ("City=Forlì", "city = 'Forlì'"),
        ("name contains O'Brien", "name like '%O''Brien%'"),
        ("name begins 100%_", r"name like '100\%\_%' escape '\'"),
        ("orders >= 10", "orders >= 10"),
        ("not email empty", "(email is null) is not true"),
        ("email filled", "email is not null"),
        ("NOT city = x", "(city = 'x') is not true"),
        ("sync = 1", "sync = 1"),
        ("custom.Rank = a", "custom.Rank = 'a'"),
        ("city = = x", "city = '= x'"),
    ],
)
def test_a_line_becomes_an_expression_and_is_a_line_again(text: str, sql: str) -> None:
    line = typed(text, COLUMNS)
    assert expression([line]) == sql
    assert lines_of(sql, COLUMNS) == [line]
    assert typed(str(line), COLUMNS) == line


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a line is"),
        ("city", "a line is"),
        ("town = x", "no column"),
        ("city =", "takes a value"),
        ("email empty x", "takes no value"),
        ("orders > many", "numbers"),
        ("orders > 1 or 1", "numbers"),
    ],
)
def test_what_is_no_line_is_refused_and_says_why(text: str, why: str) -> None:
    with pytest.raises(Usage, match=why):
        typed(text, COLUMNS)


@pytest.mark.parametrize(
    "sql",
    [
        "(city = 'a' or city = 'b') and orders > 1",
        "lower(city) = 'a'",
        "city = 'a' collate nocase",
        "name like '%a%b%'",
        "name like 'a'",
        "name like '_a%'",
        "orders > '1'",
        "city = 5",
        "town = 'x'",
        "city = 'a' and",
        "city = 'a' city = 'b'",
        "city = ' a'",
        "city = ''",
        "orders = 1.2.3",
        "not city = 'a'",
        "1",
    ],
)
def test_what_lines_cannot_say_stays_sql(sql: str) -> None:
    assert lines_of(sql, COLUMNS) is None


def test_an_or_begins_another_group_of_lines() -> None:
    lines = lines_of("city = 'a'  AND orders > 1 OR name is NULL", COLUMNS)
    assert lines == [
        Line("city", Comparison.IS, "a"),
        Line("orders", Comparison.MORE, "1"),
        Line("name", Comparison.EMPTY, either=True),
    ]
    assert expression(lines) == "city = 'a' and orders > 1 or name is null"
    assert lines_of("", COLUMNS) == []


VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).map(str.strip).filter(bool)
TEXTS = [one for one in Comparison if one not in (Comparison.EMPTY, Comparison.FILLED)]


SAID = st.tuples(st.sampled_from(["name", "city"]), st.sampled_from(TEXTS), VALUES, st.booleans(), st.booleans())


@given(st.lists(SAID))
def test_any_lines_come_back_from_their_expression(said: list[tuple[str, Comparison, str, bool, bool]]) -> None:
    lines = [Line(*one[:4], either=one[4] and n > 0) for n, one in enumerate(said)]
    assert lines_of(expression(lines), COLUMNS) == lines
