"""Cells become fields and changed fields become cells; the rest of the row stays as it is spelled."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.connectors.csv_columns import Columns, assign
from crmsync.errors import BadConfig


def columns(header: str, **mapped: str) -> Columns:
    return Columns(header.split(","), mapped)


def entry(value: Any, label: str = "") -> dict[str, Any]:
    return {"value": value, "label": label, "preferred": False}


def test_columns_become_fields_lists_and_parts_of_addresses():
    read = columns("id,Name,E-Mail,E-Mail (privat),Straße,PLZ,Ort,Rabatt").read(
        ["1", " Ada ", "a@x.example", "", "Weg 1", "", "Ulm", "3 %"]
    )
    assert read == {
        "uid": "1",
        "name": "Ada",
        "emails": [entry("a@x.example")],
        "addresses": [entry({"street": "Weg 1", "city": "Ulm"})],
        "Rabatt": "3 %",
    }


@pytest.mark.parametrize(
    ("header", "cell", "field", "value"),
    [
        ("Geburtstag", "24.12.1975", "birthday", "1975-12-24"),
        ("Compleanno", "4/2/1975", "birthday", "1975-02-04"),
        ("Birthday", "1975-12-24", "birthday", "1975-12-24"),
        ("Birthday", "12/24/1975", "birthday", "12/24/1975"),
        ("Kategorien", "Kunde; Presse,VIP;", "categories", ["Kunde", "Presse", "VIP"]),
        ("Non interessato", "sì", "not_interested", True),
        ("Non interessato", "No", "not_interested", False),
        ("Ordini", "12", "orders", 12),
        ("Note", "one\r\ntwo", "note", "one\ntwo"),
        ("Telefono", "'+39 051", "phones", [entry("+39 051")]),
        ("custom.rating", "A", "custom.rating", "A"),
    ],
)
def test_cells_are_read_as_their_field_wants(header, cell, field, value):
    assert columns(f"id,{header}").read(["1", cell]) == {"uid": "1", field: value}


@pytest.mark.parametrize(("header", "cell"), [("Orders", "a dozen"), ("Not interested", "perhaps"), ("Orders", "1e5")])
def test_a_cell_that_its_field_cannot_hold_is_not_mapped_and_not_lost(header, cell):
    table = columns(f"id,{header},Name")
    row = table.read(["1", cell, "Ada"])
    assert row == {"uid": "1", "name": "Ada"}
    assert table.write(["1", cell, "Ada"], {**row, "name": "Eva"}) == ["1", cell, "Eva"]


def test_only_changed_cells_are_written_anew():
    old = ["1", "  Ada ", "'+39 051", "24.12.1975", "Kunde;VIP", "ja", " x "]
    table = columns("id,Name,Telefon,Geburtstag,Kategorien,Kein Interesse,Rabatt")
    row = table.read(old)
    assert table.write(old, row) == old
    changed = {**row, "birthday": "1975-12-25", "not_interested": False, "categories": ["VIP"]}
    assert table.write(old, changed) == ["1", "  Ada ", "'+39 051", "25.12.1975", "VIP", "nein", " x "]


def test_an_emptied_field_empties_its_cell():
    table = columns("id,Name,E-Mail,Ort,Rabatt")
    emptied = {"uid": "1", "name": None, "Rabatt": None}
    assert table.write(["1", "Ada", "a@x.example", "Ulm", "3"], emptied) == ["1", "", "", "", ""]


def test_a_new_row_is_written_safely():
    table = columns("id,Name,Telefon,Handy,Firma")
    row = {
        "uid": "crm-1",
        "name": "=cmd()",
        "phones": [entry("+39 340", "cell"), entry("+39 051", "work")],
        "organization": "@home",
        "title": "has no column",
    }
    assert table.write(None, row) == ["crm-1", "'=cmd()", "'+39 051", "'+39 340", "'@home"]


def test_a_second_column_of_a_kind_is_a_further_entry_or_only_kept():
    table = columns("id,E-Mail,E-Mail,Name,Name,City,City 2,Street 2")
    row = table.read(["1", "a@x.example", "b@x.example", "Ada", "Bea", "Ulm", "Bonn", "Weg 2"])
    assert row["emails"] == [entry("a@x.example"), entry("b@x.example")]
    assert row["addresses"] == [entry({"city": "Ulm"}), entry({"city": "Bonn", "street": "Weg 2"})]
    assert (row["name"], row["Name"]) == ("Ada", "Bea")


def test_a_kept_column_never_takes_the_name_of_a_field():
    table = Columns(
        ["id", "name", "uid", "", "kind", "custom.x", "name (2)"],
        {"name": "-", "uid": "-", "custom.x": "-", "name (2)": "-"},
    )
    row = table.read(["1", "a", "b", "c", "d", "e", "f"])
    assert row == {
        "uid": "1", "name (2)": "a", "uid (2)": "b", "column 4": "c", "kind (2)": "d", "custom x (2)": "e",
        "name (2) (2)": "f",
    }  # fmt: skip
    assert table.write(None, row) == ["1", "a", "b", "c", "d", "e", "f"]


@pytest.mark.parametrize(
    ("header", "meanings"),
    [
        ("uid,Nome,Cognome", ("uid", "given", "family")),
        ("uid,Nome", ("uid", "name")),
        ("uid,Nom,Ville", ("uid", "name", "addresses")),
        ("uid,Nome,Name", ("uid", "given", "name")),
        ("uid,Title,Job Title", ("uid", "prefix", "title")),
        ("uid,Title", ("uid", "title")),
        ("Kundennummer,uid", ("", "uid")),
        ("Name,Telefon", ("name", "phones")),
    ],
)
def test_what_a_column_means_depends_on_the_others(header, meanings):
    assert columns(header).meanings() == meanings


def test_columns_can_be_mapped_by_hand():
    table = Columns(
        ["Nr", "Wer", "Mail dienstl.", "Lieferort", "Sternchen", "Name"],
        {
            "Nr": "uid", "Wer": "organization", "Mail dienstl.": "emails:work", "Lieferort": "addresses.city:delivery",
            "Sternchen": "custom.stars", "Name": "-",
        },
    )  # fmt: skip
    assert table.read(["7", "ACME", "a@x.example", "Ulm", "***", "kept"]) == {
        "uid": "7",
        "organization": "ACME",
        "emails": [entry("a@x.example", "work")],
        "addresses": [entry({"city": "Ulm"}, "delivery")],
        "custom.stars": "***",
        "Name": "kept",
    }
    assert Columns(["Nr", "id"], {}, key="Nr").key == 0


@pytest.mark.parametrize(
    ("mapped", "complaint"),
    [
        ({"Nowhere": "name"}, 'no column is called "Nowhere"'),
        ({"A": "colour"}, "no field"),
        ({"A": "addresses"}, "part of an address"),
        ({"A": "addresses.colour"}, "part of an address"),
        ({"A": "name.first"}, "part of an address"),
        ({"A": "name:work"}, "cannot hold"),
        ({"A": "participants"}, "cannot hold"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_bad_config(mapped, complaint):
    with pytest.raises(BadConfig, match=complaint):
        Columns(["A", "B"], mapped)


@pytest.mark.parametrize(
    ("slots", "entries", "chosen"),
    [
        ("work:a home:b", "b:home a:work", "a b"),
        ("work:a home:b", "a:home", "- a"),
        ("work:a home:b", "c:work b:home", "c b"),
        (":a :b", "b: a:", "a b"),
        (":a :b", "b: c:", "c b"),
        (":a work:", "b:work a:", "a b"),
        ("work:a", "a:cell", "a"),
        (":a", "b:work c:home", "b"),
        ("work:a", "b:home", "-"),
    ],
)
def test_entries_move_as_little_as_possible(slots, entries, chosen):
    held = [
        (label, entry(value, label) if value else None)
        for label, value in (slot.split(":") for slot in slots.split(" "))
    ]
    wanted = [entry(value, label) for value, label in (text.split(":") for text in entries.split(" "))]
    assert " ".join(found["value"] if found else "-" for found in assign(held, wanted)) == chosen


CELL = st.text(alphabet="ab +=-@'\t;,", max_size=5)
HEADER = ["id", "Name", "E-Mail", "E-Mail (privat)", "Handy", "Ort", "PLZ", "Notiz", "Rabatt", "Tags", "Geburtstag"]


@given(old=st.lists(CELL, min_size=len(HEADER), max_size=len(HEADER)))
def test_writing_what_was_read_changes_no_cell(old):
    table = Columns(HEADER, {})
    assert table.write(old, table.read(old)) == old


@given(
    old=st.lists(CELL, min_size=len(HEADER), max_size=len(HEADER)),
    new=st.lists(CELL, min_size=len(HEADER), max_size=len(HEADER)),
)
def test_what_was_written_reads_the_same(old, new):
    table = Columns(HEADER, {})
    wanted = table.read(new)
    assert table.read(table.write(old, wanted)) == wanted
    assert table.read(table.write(None, wanted)) == wanted
