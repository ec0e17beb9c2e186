"""Values as JSON text."""

from __future__ import annotations

from crmsync.store.jsontext import dump, dump_fields, dump_texts
from crmsync.values import Address, Changes, Labelled, fields_to_json


def test_fields_are_written_as_their_json_form_would_be() -> None:
    fields: Changes = {
        "name": 'A "quoted" \\ name\nin two lines \N{SNOWMAN}',
        "emails": (Labelled("a@x.example", "work", True), Labelled("b@x.example")),
        "addresses": (Address("Via Roma 1", city="Milano"),),
        "categories": ("a", "b"),
        "all_day": True,
        "priority": 3,
        "note": None,
    }
    assert dump_fields(fields) == dump(fields_to_json(fields))


def test_texts_are_written_as_any_list_would_be() -> None:
    for texts in ([], ["a"], ['A "quoted" \\ text\nin two lines \N{SNOWMAN} \x7f', ""]):
        assert dump_texts(texts) == dump(texts)
