"""Who an item may be: each reason by itself, then how they add up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.core.evidence import FAMILY
from crmsync.core.match import LOW, MEDIUM, STRONG, Probe, match, rank
from crmsync.core.probe import Profile
from crmsync.model import Candidate, Confidence, Record, RecordType
from crmsync.values import Address, Fields, Labelled, Value
from tests.core.field_values import records


def fields(**given_fields: object) -> dict[str, Value]:
    return {
        name: tuple(Labelled(text) for text in value) if isinstance(value, list) else value  # type: ignore[misc]
        for name, value in given_fields.items()
    }


def contact(id: str = "r", **more: object) -> Record:
    return Record(id, RecordType.CONTACT, fields(**more))


def company(id: str = "r", **more: object) -> Record:
    return Record(id, RecordType.COMPANY, fields(**more))


def card(kind: str = "individual", **more: object) -> Probe:
    return Probe.of(kind, fields(**more))


def only(probe: Probe, *candidates: Record) -> Candidate:
    (found,) = match(probe, candidates, "IT")
    return found


ANNA = contact(name="Anna Rossi", given="Anna", family="Rossi", emails=["anna@acme.example"], organization="Acme")


def test_mail_and_name_in_another_spelling_are_a_strong_match() -> None:
    found = only(card(name="ROSSI Anna", given="ROSSI", family="Anna", emails=["Anna@ACME.example"]), ANNA)
    assert (found.record, found.confidence, found.score) == ("r", Confidence.STRONG, 95)
    assert found.reasons == ("e-mail equal anna@acme.example +60", "name equal ROSSI Anna / Anna Rossi +35")


def test_forty_people_with_numbers_in_their_names_each_find_themselves() -> None:
    people = [
        contact(
            f"r{i}", name=f"Anna{i} Rossi{i}", given=f"Anna{i}", family=f"Rossi{i}", emails=[f"anna{i}@acme{i}.example"]
        )
        for i in range(40)
    ]
    for i in range(40):
        probe = Probe.of_summary("individual", f"ROSSI{i} Anna{i}", "", [f"Anna{i}@ACME{i}.example"])
        best = match(probe, people)[0]
        assert (best.record, best.confidence) == (f"r{i}", Confidence.STRONG)


def test_a_stranger_matches_nobody() -> None:
    assert match(card(name="Luca Nuovo", given="Luca", family="Nuovo", emails=["luca@nuovo.example"]), [ANNA]) == ()


def test_a_mail_address_alone_is_a_medium_match() -> None:
    assert only(card(emails=["anna@acme.example"]), ANNA).confidence is Confidence.MEDIUM


def test_two_first_names_at_one_family_mailbox_are_two_people() -> None:
    mario = contact(name="Mario Rossi", given="Mario", family="Rossi", emails=["rossi@x.example"])
    found = only(card(name="Maria Rossi", given="Maria", family="Rossi", emails=["rossi@x.example"]), mario)
    assert found.confidence is Confidence.LOW
    assert found.reasons[-1] == "other first name: Maria Rossi, not Mario Rossi -26"


def test_two_unlike_names_at_one_mailbox_are_only_worth_a_look() -> None:
    found = only(card(name="Front Desk", emails=["anna@acme.example"]), ANNA)
    assert (found.confidence, found.reasons[-1]) == (Confidence.LOW, "other name: Front Desk, not Anna Rossi -25")


@pytest.mark.parametrize("name", ["A. Rossi", "Anna Maria Rossi", "Rossi A M"])
def test_a_shortened_name_fits(name: str) -> None:
    assert any(
        reason.startswith("name fits") for reason in only(card(name=name, emails=["anna@acme.example"]), ANNA).reasons
    )


def test_an_initial_fits_from_either_side_and_initials_alone_do_not() -> None:
    short = contact(name="A. Rossi", emails=["a@x.example"])
    assert any("name fits" in reason for reason in only(card(name="Anna Rossi", emails=["a@x.example"]), short).reasons)
    initials = contact(name="A", emails=["a@x.example"])
    assert (
        "other name: Anna Rossi, not A -25" in only(card(name="Anna Rossi", emails=["a@x.example"]), initials).reasons
    )


@pytest.mark.parametrize(
    ("mine", "theirs", "close"),
    [
        ("Anna Müller", "Anna Muller Mueller", False),
        ("Anna Schmidt", "Schmitt Anna", True),
        ("Giovani Rossi", "Giovanni Rossi", True),
        ("Francesco Rossi", "Francesca Rossi", False),
        ("Mario Rossi", "Maria Rossi", False),
        ("Anna Rossi", "Luca Verdi", False),
    ],
)
def test_a_misspelled_name_is_close_and_another_persons_is_not(mine: str, theirs: str, close: bool) -> None:
    found = only(card(name=mine, emails=["x@x.example"]), contact(name=theirs, emails=["x@x.example"]))
    assert any(reason.startswith("name close") for reason in found.reasons) is close


def test_name_and_organization_without_any_address_are_a_medium_match() -> None:
    found = only(card(name="Rossi Anna", given="Anna", family="Rossi", organization="ACME S.r.l."), ANNA)
    assert (found.score, found.confidence) == (55, Confidence.MEDIUM)
    assert found.reasons[0] == "organization equal ACME S.r.l. / Acme +20"


def test_two_people_of_one_organization_are_not_one() -> None:
    assert match(card(name="Luca Verdi", given="Luca", family="Verdi", organization="Acme"), [ANNA]) == ()


def test_another_organization_says_nothing() -> None:
    found = only(card(name="Anna Rossi", organization="Other", emails=["anna@acme.example"]), ANNA)
    assert found.score == 95


def test_a_phone_number_counts_in_any_spelling_and_less_when_many_share_it() -> None:
    people = [contact(f"r{i}", name=f"Person {i}x", phones=["+39 02 5550001"]) for i in range(5)]
    assert only(card(phones=["02 5550001"]), people[0]).reasons == ("phone equal +39025550001 +25",)
    assert match(card(phones=["02 5550001"]), people, "IT") == ()
    named = match(card(name="Person 1x", phones=["02 5550001"]), people, "IT")
    assert [(one.record, one.score) for one in named] == [("r1", 45)]


def test_a_desk_is_not_a_person() -> None:
    anna = contact(name="Anna Rossi", given="Anna", family="Rossi", emails=["info@acme.example"])
    assert only(card(emails=["INFO@acme.example"]), anna).reasons == ("shared mailbox equal info@acme.example +25",)


def test_a_vat_number_is_nearly_certain_and_another_one_rules_out() -> None:
    acme = company(name="Acme", vat_number="IT00743110157", emails=["info@acme.example"])
    same = only(card("org", name="Acme", vat_number="00743110157"), acme)
    assert (same.confidence, same.reasons[0]) == (Confidence.STRONG, "VAT number equal IT00743110157 +60")
    assert match(card("org", name="Acme", vat_number="IT12345678903"), [acme]) == ()
    assert match(card("org", name="Acme", vat_number="IT12345678903", emails=["info@acme.example"]), [acme]) == ()


def test_a_tax_code_says_the_same() -> None:
    anna = contact(name="Anna Rossi", tax_code="RSSNNA80A41F205B", emails=["a@x.example"])
    found = only(card(name="Anna Rossi", tax_code="rssnna 80a41f205b"), anna)
    assert (found.score, found.reasons[0]) == (95, "tax code equal RSSNNA80A41F205B +60")
    assert match(card(name="Anna Rossi", tax_code="X", emails=["a@x.example"]), [anna]) == ()


def test_a_companys_card_prefers_the_company_to_its_people() -> None:
    probe = card("org", name="ACME S.r.l.", organization="ACME S.r.l.", emails=["info@acme.example"])
    people = contact("person", name="Anna Rossi", organization="Acme", emails=["info@acme.example"])
    acme = company("company", name="Acme", emails=["info@acme.example"])
    found = match(probe, [people, acme])
    assert [(one.record, one.confidence) for one in found] == [
        ("company", Confidence.STRONG),
        ("person", Confidence.LOW),
    ]


def test_a_persons_card_is_not_the_company_whose_mailbox_it_uses() -> None:
    acme = company(name="Acme", emails=["info@acme.example"])
    probe = card(name="Anna Rossi", organization="Acme", emails=["info@acme.example"])
    assert match(probe, [acme]) == ()
    assert match(card(emails=["info@acme.example"]), [acme]) != ()


def test_a_companys_name_where_a_persons_belongs_still_finds_it() -> None:
    found = only(
        card(name="ACME srl", emails=["boss@acme.example"]), company(name="Acme", emails=["boss@acme.example"])
    )
    assert (found.confidence, found.reasons[-1]) == (Confidence.STRONG, "name equal to the organization ACME srl +35")


def test_a_misspelled_company_is_close_and_another_one_is_not() -> None:
    acme = company(name="Officina Meccanica Bianchi", emails=["info@b.example"])
    close = only(card("org", name="Officina Mecanica Bianchi", emails=["info@b.example"]), acme)
    assert close.reasons[-1].startswith("organization close 0.9")
    other = only(card("org", name="Verdi", emails=["info@b.example"]), acme)
    assert other.reasons == ("shared mailbox equal info@b.example +45",)


@pytest.mark.parametrize(
    ("probe", "business"),
    [
        (card("org", name="x"), True),
        (card(name="Acme srl", organization="ACME"), True),
        (card(organization="ACME"), True),
        (card(name="Acme", given="Ada", organization="Acme"), False),
        (card(name="Anna"), False),
        (Probe.of_summary("individual", "Acme srl", "ACME"), True),
        (Probe.of_summary("individual", "Anna", "ACME"), False),
        (Probe.of_summary("org", "Anna", ""), True),
    ],
)
def test_a_card_without_a_person_in_it_is_its_companys(probe: Probe, business: bool) -> None:
    assert probe.business is business


def test_appointments_and_deleted_records_are_never_suggested() -> None:
    probe = card(emails=["a@x.example"])
    gone = Record("g", RecordType.CONTACT, fields(emails=["a@x.example"]), deleted=True)
    meeting = Record("m", RecordType.APPOINTMENT, fields(summary="x", emails=["a@x.example"]))
    assert match(probe, [gone, meeting]) == ()


def test_fields_of_a_wrong_shape_match_nothing() -> None:
    assert Probe.of("individual", {"name": True, "emails": "a@x.example"}) == Probe()


def test_the_sum_of_all_that_agrees_is_at_most_a_hundred() -> None:
    probe = card(name="Anna Rossi", emails=["anna@acme.example"], organization="Acme", tax_code="X", phones=["1"])
    full = Record("r", RecordType.CONTACT, {**ANNA.fields, **fields(tax_code="X", phones=["1"])})
    assert only(probe, full).score == 100


def test_confidence_follows_the_documented_limits() -> None:
    assert (STRONG, MEDIUM, LOW) == (80, 50, 20)


@given(records(RecordType.CONTACT), st.lists(records(RecordType.LEAD), max_size=4), st.randoms())
def test_the_order_of_candidates_does_not_matter(item: Fields, others: list[Fields], random: object) -> None:
    candidates = [Record(str(i), RecordType.LEAD, other) for i, other in enumerate(others)]
    probe = Probe.of("individual", item)
    found = match(probe, candidates)
    assert match(probe, list(reversed(candidates))) == found
    assert list(found) == sorted(found, key=lambda one: (-one.score, one.record))
    assert all(LOW <= one.score <= 100 and one.reasons for one in found)


def test_a_family_at_one_address_with_one_telephone_is_not_one_person() -> None:
    home = Address("Via Roma 1", "Milano", postcode="20100")
    father = Record("r", RecordType.CONTACT, {**fields(name="Mario Rossi", given="Mario", family="Rossi",
        phones=["+39 02 5550001", "+39 333 1234567"], emails=["rossi@x.example"]), "addresses": (home,)})  # fmt: skip
    child = {**fields(name="Luca Rossi", given="Luca", family="Rossi", phones=["+39 333 1234567"],
        emails=["rossi@x.example"]), "addresses": (home,)}  # fmt: skip
    found = only(Probe.of("individual", child), father)
    assert (found.score, found.confidence) == (FAMILY, Confidence.LOW)
    twin = only(Probe.of("individual", {**child, "birthday": "2001-02-03"}), with_fields(father, birthday="2001-02-03"))
    assert (twin.score, twin.confidence) == (2 * FAMILY, Confidence.MEDIUM)


def with_fields(record: Record, **more: object) -> Record:
    return Record(record.id, record.type, {**record.fields, **fields(**more)})


def test_father_and_son_of_one_name_are_two() -> None:
    senior = contact(name="John Smith Sr.", suffix="Senior", given="John", family="Smith", phones=["+44 7700 900123"])
    son = card(name="John Smith Jr", given="John", family="Smith", suffix="Jr", phones=["+44 7700 900123"])
    assert match(son, [senior]) == ()


def test_a_new_family_name_after_a_wedding_is_still_the_person() -> None:
    anna = contact(
        name="Anna Rossi", given="Anna", family="Rossi", emails=["anna@x.example"], phones=["+39 333 1234567"]
    )
    found = only(card(name="Anna Bianchi", emails=["anna@x.example"], phones=["+39 333 1234567"]), anna)
    assert (found.confidence, found.reasons[-1]) == (
        Confidence.STRONG,
        "other family name: Anna Bianchi, not Anna Rossi -10",
    )


def test_a_short_form_of_the_first_name_counts_nearly_as_much() -> None:
    found = only(card(name="Beppe Rossi"), contact(name="Giuseppe Rossi"))
    assert found.reasons == ("name equal but for a short form Beppe Rossi / Giuseppe Rossi +32",)
    nick = contact(name="Giuseppe Rossi", given="Giuseppe", family="Rossi", nickname="Tamburo")
    assert only(card(name="Tamburo Rossi"), nick).score == 35


def test_a_name_and_a_mobile_phone_are_strong_and_a_name_with_a_landline_is_not() -> None:
    anna = contact(name="Anna Rossi", phones=["+39 333 1234567", "+39 02 5550001"])
    assert only(card(name="Anna Rossi", phones=["+39 3331234567"]), anna).score == STRONG
    assert only(card(name="Anna Rossi", phones=["+39 025550001"]), anna).score == 60


def test_colleagues_share_a_domain_and_strangers_share_gmail() -> None:
    anna = contact(name="Anna Rossi", emails=["anna@acme.example"])
    assert (
        "mail domain equal acme.example +10" in only(card(name="Anna Rossi", emails=["a@acme.example"]), anna).reasons
    )
    free = contact(name="Anna Rossi", emails=["anna@gmail.com"])
    assert only(card(name="Anna Rossi", emails=["a@gmail.com"]), free).reasons == ("name equal Anna Rossi +35",)
    acme = company(name="Acme", emails=["sales@acme.example"])
    assert only(card("org", name="ACME srl", emails=["jobs@acme.example"]), acme).score == 70


def test_a_name_that_many_have_says_less_and_so_does_a_mailbox() -> None:
    annas = [contact(f"r{number}", name="Anna Rossi", phones=[f"{number}"]) for number in range(5)]
    found = match(card(name="Rossi Anna", phones=["3"]), annas)
    assert (found[0].record, found[0].reasons[-1]) == ("r3", "common name equal Rossi Anna / Anna Rossi +27")
    family = [contact(f"r{number}", name=f"{name} Rossi", emails=["rossi@x.example"]) for number, name in
        enumerate(["Anna", "Mario", "Luca"])]  # fmt: skip
    found = match(card(name="Mario Rossi", emails=["rossi@x.example"]), family)
    assert (found[0].record, found[0].score) == ("r1", 60)
    item, anna = (
        Profile.of(card(name="Anna Rossi", emails=["a@x.example"])),
        contact(name="Anna Rossi", emails=["a@x.example"]),
    )
    assert rank(item, [(anna, Profile.of(Probe.of_record(anna)))], {"a@x.example"})[0].score == 60


def test_copies_of_one_person_do_not_make_a_switchboard() -> None:
    copies = [contact(f"r{number}", name="Anna Rossi", emails=["anna@x.example"]) for number in range(4)]
    assert {one.score for one in match(card(name="Anna Rossi", emails=["anna@x.example"]), copies)} == {95}


def test_an_address_counts_and_another_one_only_where_nothing_surer_does() -> None:
    here, there = Address("Via Roma 1", "Milano", "MI", "20100"), Address("Am Markt 2", "Bonn", "NW", "53111")
    anna = Record("r", RecordType.CONTACT, {**fields(name="Anna Rossi", emails=["a@x.example"]), "addresses": (here,)})
    moved = {**fields(name="Anna Rossi"), "addresses": (there,)}
    assert match(Probe.of("individual", moved), [anna]) == ()
    assert only(Probe.of("individual", moved | fields(emails=["a@x.example"])), anna).score == 95
    same = Probe.of("individual", {**fields(name="Anna Rossi"), "addresses": (here, there)})
    assert only(same, anna).reasons[0] == "address equal +33"
    near = Probe.of("individual", {**fields(name="Anna Rossi"), "addresses": (Address("Via Roma 2", "Milano"),)})
    assert only(near, anna).reasons[0] == "address partly equal +16"
    nothing = Probe.of("individual", {**fields(name="Anna Rossi"), "addresses": (Address(country="Italia"),)})
    assert only(nothing, anna).score == 35


def test_strangers_at_one_address_are_hardly_worth_a_look() -> None:
    here = Address("Via Roma 1", "Milano", "MI", "20100")
    anna = Record("r", RecordType.CONTACT, {**fields(name="Anna Rossi"), "addresses": (here,)})
    assert match(Probe.of("individual", {**fields(name="Luca Verdi"), "addresses": (here,)}), [anna]) == ()


@pytest.mark.parametrize(
    ("birthday", "points"),
    [("1980-05-17", 65), ("1980-05-71", 50), ("--05-17", 50), ("1981-11-02", 20), ("soon", 35)],
)
def test_a_birthday_counts(birthday: str, points: int) -> None:
    anna = contact(name="Anna Rossi", birthday="1980-05-17")
    assert only(card(name="Anna Rossi", birthday=birthday), anna).score == points


def test_a_number_that_cannot_be_right_says_less() -> None:
    acme = company(name="Acme", vat_number="00000000000")
    found = only(card("org", name="Bravo", vat_number="00000000000"), acme)
    assert found.reasons == ("VAT number equal, but not valid 00000000000 +30",)
    assert only(card("org", name="Acme", vat_number="1"), acme).score == 20


def test_a_tax_code_outweighs_another_first_name() -> None:
    known = contact(name="Maria Rossi", tax_code="RSSNNA80A41F205B", given="Maria", family="Rossi")
    found = only(card(name="Anna Rossi", tax_code="RSSNNA80A41F205B"), known)
    assert (found.score, found.reasons[-1]) == (50, "other first name: Anna Rossi, not Maria Rossi -10")


def test_another_name_without_anything_else_is_no_reason_at_all() -> None:
    assert match(card(name="Maria Rossi"), [contact(name="Anna Rossi")]) == ()
    assert match(card(name="Anna Verdi"), [contact(name="Anna Rossi")]) == ()
    assert match(card(name="Luca Verdi"), [contact(name="Anna Rossi")]) == ()


def test_what_is_no_address_is_not_compared() -> None:
    assert Probe.of("individual", {"addresses": "Via Roma"}).addresses == ()
    assert Profile.of(Probe(name="?!")).names == ()
