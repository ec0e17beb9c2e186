"""What people call their columns is understood in six languages."""

from __future__ import annotations

import pytest

from crmsync.connectors.csv_headers import guess, normal
from crmsync.values import SHAPES


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Name", "name"),
        ("E-Mail", "emails"),
        ("Telefon", "phones"),
        ("Ragione sociale", "organization"),
        ("P.IVA", "vat_number"),
        ("Partita IVA", "vat_number"),
        ("C.F.", "tax_code"),
        ("Codice fiscale", "tax_code"),
        ("CAP", "addresses.postcode"),
        ("Città", "addresses.city"),
        ("Cellulare", "phones:cell"),
        ("Straße", "addresses.street"),
        ("STRASSE", "addresses.street"),
        ("PLZ", "addresses.postcode"),
        ("USt-IdNr.", "vat_number"),
        ("Handy", "phones:cell"),
        ("Geburtstag", "birthday"),
        ("Téléphone portable", "phones:cell"),
        ("Raison sociale", "organization"),
        ("Prénom", "given"),
        ("Code postal", "addresses.postcode"),
        ("Apellidos", "family"),
        ("Correo electrónico", "emails"),
        ("Razón social", "organization"),
        ("Teléfono móvil", "phones:cell"),
        ("Příjmení", "family"),
        ("DIČ", "vat_number"),
        ("PSČ", "addresses.postcode"),
        ("Business Phone", "phones:work"),
        ("E-mail Address", "emails"),
        ("Home Postal Code", "addresses.postcode:home"),
        ("Kundennummer", "uid"),
        ("first_name", "given"),
    ],
)
def test_a_usual_header_is_guessed(header, target):
    assert guess(header) == (target, "")


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("E-mail 2 Address", ("emails", "2")),
        ("Phone 1 - Value", ("phones", "1")),
        ("Organization 1 - Name", ("organization", "1")),
        ("City 2", ("addresses.city", "2")),
    ],
)
def test_numbered_columns_keep_their_number(header, target):
    assert guess(header) == target


@pytest.mark.parametrize("header", ["Rabatt", "", "12", "Umsatz 2025", "Name des Hundes"])
def test_other_headers_are_not_guessed(header):
    assert guess(header) == ("", "")


def test_headers_are_compared_without_case_accents_and_punctuation():
    assert normal(" E-Mail  (privat): ") == "e mail privat"


def test_every_field_that_a_column_can_hold_is_called_as_itself():
    fields = set(SHAPES) - {"addresses", "participants"} | {"custom.rating"}
    assert {name: guess(name)[0] for name in fields} == {name: name for name in fields}
