"""Values as people type them and as they are shown."""

from __future__ import annotations

import pytest

from crmsync.errors import Usage
from crmsync.typed.field_values import as_json, in_words, pairs, parse, spelled
from crmsync.values import Address, Labelled, Participant, Value


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("name", "Ada", "Ada"),
        ("name", "[1]", "[1]"),
        ("name", "  ", None),
        ("custom.shoe", "44", "44"),
        ("not_interested", "YES", True),
        ("not_interested", "0", False),
        ("orders", " 3 ", 3),
        ("categories", "a, b,,c ", ("a", "b", "c")),
        ("categories", '["a, b"]', ("a, b",)),
        ("phones", "work:+39 02 1, +39 333", (Labelled("+39 02 1", "work"), Labelled("+39 333"))),
        ("phones", "tel:+39", (Labelled("tel:+39"),)),
        ("urls", "https://a.example", (Labelled("https://a.example"),)),
        ("urls", "shop:https://a.example", (Labelled("https://a.example", "shop"),)),
        ("emails", '[{"value": "a@b", "label": "x:y", "preferred": true}]', (Labelled("a@b", "x:y", True),)),
        ("emails", "[]", None),
        ("addresses", "Via Roma 1;Milano;MI;20100;Italia", (Address("Via Roma 1", "Milano", "MI", "20100", "Italia"),)),
        ("addresses", "Via Roma 1", (Address("Via Roma 1"),)),
        ("participants", "a@b, c@d", (Participant("a@b"), Participant("c@d"))),
    ],
)
def test_a_value_is_what_its_field_makes_of_it(field: str, text: str, value: Value | None) -> None:
    assert parse(field, text) == value


def test_the_last_of_two_values_of_one_field_counts() -> None:
    assert pairs(["name=a", "name=b=c", "note="]) == {"name": "b=c", "note": None}
    with pytest.raises(Usage, match="say what to set"):
        pairs([])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (3, "3"),
        ("Ada", "Ada"),
        ((Labelled("a@b", "work"), Labelled("c@d")), "a@b, c@d"),
        ((Address("Via Roma 1", "Milano"),), "Via Roma 1 Milano"),
        ((Participant("a@b", "Ada"),), "a@b"),
        (("x", "y"), "x, y"),
        ({"name": "Ada", "orders": 3}, "name=Ada, orders=3"),
    ],
)
def test_a_value_is_shown_in_one_line(value: object, text: str) -> None:
    assert in_words(value) == text


def test_whatever_a_journal_holds_has_a_json_form() -> None:
    assert as_json({"categories": ("a",)}) == {"categories": ["a"]}
    assert as_json(("a",)) == ["a"]
    assert as_json(True) is True
    assert as_json(None) is None


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("note", None, ""),
        ("note", "one, two", "one, two"),
        ("not_interested", True, "yes"),
        ("orders", 3, "3"),
        ("emails", (Labelled("a@b", "work"), Labelled("c@d")), "work:a@b, c@d"),
        ("phones", (Labelled("1", "cell", True),), '[{"value": "1", "label": "cell", "preferred": true}]'),
        ("addresses", (Address("Via Roma 1", "Milano", "", "20100"),), "Via Roma 1;Milano;;20100;"),
        ("participants", (Participant("a@b", "Ada"),), '[{"email": "a@b", "name": "Ada"}]'),
        ("categories", ("x", "y"), "x, y"),
        ("categories", ("x, y", "[z"), '["x, y", "[z"]'),
        ("categories", ("[z",), '["[z"]'),
    ],
)
def test_a_value_is_spelled_so_that_it_is_read_back(field: str, value: Value | None, text: str) -> None:
    assert spelled(field, value) == text
    assert parse(field, text) == value
