"""What is read of a card: every version, every dialect, and nothing that one bad value could break."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import Unreadable
from crmsync.formats.base import Parsed
from crmsync.formats.contentline import MAX_BYTES
from crmsync.formats.vcard import VCARD
from crmsync.values import Address, Labelled
from tests.formats.cards import ANDROID, APPLE, MODERN, OUTLOOK


def read(*lines: str, version: str = "3.0") -> Parsed:
    return VCARD.parse("\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]).encode())


def test_an_apple_card_is_read() -> None:
    card = VCARD.parse(APPLE)
    assert (card.uid, card.kind) == ("5c9a0a4e-0001", "individual")
    assert card.fields == {
        "name": "Dott.ssa Ada Neri",
        "given": "Ada",
        "family": "Neri",
        "prefix": "Dott.ssa",
        "organization": "Fonderie Neri S.r.l.",
        "department": "Vendite, Estero",
        "title": "Direttrice",
        "emails": (Labelled("ada@fonderie.example", "work", True), Labelled("ada@casa.example", "home")),
        "phones": (
            Labelled("+39 333 1234567", "cell", True),
            Labelled("+39 02 555 01", "work fax"),
            Labelled("+39 02 555 02", "Segreteria"),
        ),
        "addresses": (Address("Via Roma 1\nScala B", "Milano", "MI", "20121", "Italia", label="work", preferred=True),),
        "urls": (Labelled("http://fonderie.example/a,b", "homepage", True),),
        "note": "Prima riga\nSeconda riga, con virgola",
        "birthday": "--03-21",
        "categories": ("Clienti", "Fiera"),
    }


def test_an_outlook_card_is_read() -> None:
    card = VCARD.parse(OUTLOOK)
    assert card.fields["name"] == "Dr. Jörg Müller"
    assert card.fields["family"] == "Müller"
    assert card.fields["organization"] == "Gießerei, Nord"
    assert card.fields["note"] == (
        "Erste Zeile\nZweite Zeile= lang genug, um umbrochen zu werden, weil sie mehr als siebzig Zeichen hat"
    )
    assert card.fields["emails"] == (Labelled("joerg@giesserei.example", "", True),)
    assert card.fields["phones"][2] == Labelled("+49 30 333", "work fax")  # type: ignore[index]
    assert "birthday" not in card.fields, "1970 had no 29 February"
    [(name, content)] = card.blobs.items()
    assert card.fields["photo"] == name == f"sha256:{sha256(content).hexdigest()}"
    assert content.startswith(b"\xff\xd8\xff\xe0")


def test_an_android_card_is_read() -> None:
    assert VCARD.parse(ANDROID).fields == {
        "name": "José Ñuñez",
        "family": "Ñuñez",
        "given": "José",
        "phones": (Labelled("123456", "cell", True), Labelled("234567", "home"), Labelled("345678")),
        "emails": (Labelled("jose@taller.example", "work"),),
        "categories": ("My Contacts",),
        "note": "uno",
    }


def test_a_modern_card_is_read() -> None:
    card = VCARD.parse(MODERN)
    assert card.uid == "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
    assert card.fields["nickname"] == "Noortje,N."
    assert card.fields["birthday"] == "--02-03"
    assert card.fields["suffix"] == "ing. jr,M.Sc."
    assert card.fields["phones"] == (
        Labelled("+31-20-555-0101;ext=102", "work", True),
        Labelled("+31-6-555-0102", "work cell"),
    )
    assert card.fields["urls"] == (Labelled("https://kade.example/?a=1;b=2,3"),)
    assert card.fields["vat_number"] == "NL123456789B01"
    assert card.fields["custom.colour"] == "red"
    assert card.blobs[str(card.fields["photo"])] == b"\x89PNG\r\n\x1a\n"


# --- who it is --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["N:Doe;John;Q;Dr.;Jr.", "ORG:X"], "Dr. John Q Doe Jr."),
        (["ORG:ACME", "NICKNAME:Joe"], "ACME"),
        (["NICKNAME:Joe", "EMAIL:j@x.example"], "Joe"),
        (["FN:", "EMAIL:", "EMAIL:j@x.example"], "j@x.example"),
        (["FN: ", "FN:Second"], "Second"),
    ],
)
def test_a_missing_name_is_derived(lines: list[str], name: str) -> None:
    assert read(*lines).fields["name"] == name


def test_a_card_that_names_nobody_has_no_name() -> None:
    assert "name" not in read("ORG:;Sales", "EMAIL:").fields
    assert read("N:;;;;", "N:Late;;;;").fields["name"] == "Late"


def test_a_family_name_that_only_repeats_the_name_is_none() -> None:
    assert read("FN:Cher", "N:Cher;;;;").fields == {"name": "Cher"}
    assert read("FN:Cher", "N:Cher;C;;;").fields["family"] == "Cher"


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["X-ABSHOWAS:COMPANY"], "org"),
        (["X-ABShowAs:company"], "org"),
        (["X-ABSHOWAS:PERSON"], "individual"),
        (["KIND:org"], "org"),
        (["KIND:location"], "individual"),
        (["X-ADDRESSBOOKSERVER-KIND:group", "X-ABSHOWAS:COMPANY"], "group"),
        (["KIND:org", "X-ADDRESSBOOKSERVER-KIND:group", "KIND:org"], "group"),
    ],
)
def test_a_card_says_what_it_is(lines: list[str], kind: str) -> None:
    assert read("FN:X", *lines).kind == kind


def test_a_group_names_its_members() -> None:
    group = read(
        "FN:VIP", "KIND:group", "MEMBER:urn:uuid:a-1", "X-ADDRESSBOOKSERVER-MEMBER:URN:UUID:b", "MEMBER:mailto:c@x"
    )
    assert group.members == ("a-1", "b", "mailto:c@x")


def test_a_card_may_have_no_uid_and_only_the_first_counts() -> None:
    assert read("FN:X").uid == ""
    assert read("UID:", "UID:1\\:2", "UID:3").uid == "1:2"


# --- values -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "label"),
    [
        ("TEL", ""),
        ("TEL;TYPE=VOICE", ""),
        ("TEL;HOME;FAX", "home fax"),
        ("TEL;TYPE=fax,work", "work fax"),
        ("TEL;TYPE=mobile", "cell"),
        ("TEL;TYPE=OTHER", "other"),
        ("TEL;TYPE=Bureau", "bureau"),
        ("TEL;TYPE=X-1", ""),
        ("item1.TEL;TYPE=HOME", "Zweite; Wohnung"),
        ("item2.TEL", "cell"),
        ("item3.TEL;TYPE=WORK", "work"),
        ("ITEM4.TEL", "boss"),
        ("item5.TEL;TYPE=PAGER", "pager"),
    ],
)
def test_labels(head: str, label: str) -> None:
    card = read(
        f"{head}:1", "item1.X-ABLabel:Zweite\\; Wohnung", "item2.X-ABLABEL:_$!<Mobile>!$_", "item3.X-ABLabel:",
        "item4.X-ABLabel:boss", "X-ABLabel:nobody's"
    )  # fmt: skip
    assert card.fields["phones"] == (Labelled("1", label),)


@pytest.mark.parametrize(("head", "preferred"), [("EMAIL;PREF", True), ("EMAIL;PREF=1", True), ("EMAIL;PREF=2", False)])
def test_preference(head: str, preferred: bool) -> None:
    assert read(f"{head}:a@b").fields["emails"] == (Labelled("a@b", "", preferred),)


@pytest.mark.parametrize(
    ("line", "birthday"),
    [
        ("BDAY:1975-03-21", "1975-03-21"),
        ("BDAY:19750321", "1975-03-21"),
        ("BDAY;VALUE=date-time:1975-03-21T10:00:00Z", "1975-03-21"),
        ("BDAY:1975-03-21 00:00:00", "1975-03-21"),
        ("BDAY:--0321", "--03-21"),
        ("BDAY:--03-21", "--03-21"),
        ("BDAY:--0229", "--02-29"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29", "--02-29"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1975-03-21", "1975-03-21"),
        ("BDAY;X-APPLE-OMIT-YEAR=no:1975-03-21", "1975-03-21"),
        ("BDAY:2000-02-29", "2000-02-29"),
        ("BDAY:1900-02-29", None),
        ("BDAY:1975-13-01", None),
        ("BDAY:1975-04-31", None),
        ("BDAY:0000-04-30", None),
        ("BDAY:1975", None),
        ("BDAY:--04", None),
        ("BDAY:１９７５０３２１", None),
        ("BDAY;VALUE=text:circa 1800", None),
    ],
)
def test_birthdays(line: str, birthday: str | None) -> None:
    assert read("FN:X", line).fields.get("birthday") == birthday


def test_the_first_birthday_that_is_one_counts() -> None:
    assert read("BDAY:soon", "BDAY:20000101", "BDAY:20010101").fields["birthday"] == "2000-01-01"


@pytest.mark.parametrize(
    ("line", "photo"),
    [
        ("PHOTO;VALUE=uri:http://x.example/a.jpg", "http://x.example/a.jpg"),
        ("PHOTO:https://x.example/a.jpg", "https://x.example/a.jpg"),
        ("PHOTO;VALUE=URL:cid:1", "cid:1"),
        ("PHOTO:nonsense", None),
        ("PHOTO;ENCODING=b:A", None),
        ("PHOTO;ENCODING=b:====", None),
        ("PHOTO:data:image/png,AAAA", None),
        ("PHOTO:data:image/png;base64,A", None),
    ],
)
def test_pictures_elsewhere_and_broken_ones(line: str, photo: str | None) -> None:
    card = read("FN:X", line)
    assert card.fields.get("photo") == photo
    assert card.blobs == {}


def test_the_first_picture_that_is_one_counts() -> None:
    card = read("PHOTO;ENCODING=b:A", "PHOTO;ENCODING=b:AAAA", "PHOTO;ENCODING=b:BBBB")
    assert list(card.blobs.values()) == [b"\0\0\0"]


def test_what_is_empty_is_absent() -> None:
    card = read("FN:X", "N:;;;;", "TEL:", "TEL:tel:", "ADR:;;;;;;", "ADR:", "CATEGORIES:,", "NOTE: \\n", "ORG:;",
                "TITLE: ", "X-CRMSYNC-CUSTOM;NAME=a:", "X-CRMSYNC-CUSTOM:b", "BDAY:", "PHOTO:")  # fmt: skip
    assert card.fields == {"name": "X"}


def test_an_address_may_have_too_few_or_too_many_parts() -> None:
    assert read("ADR:;;Street").fields["addresses"] == (Address("Street"),)
    assert read("ADR:;;Street;City;;;;extra").fields["addresses"] == (Address("Street", "City"),)
    assert "addresses" not in read("ADR:;;;;;;;extra").fields


def test_categories_of_all_lines_count_once_each() -> None:
    assert read("CATEGORIES:a,b\\,c", "CATEGORIES:a,d").fields["categories"] == ("a", "b,c", "d")


def test_properties_of_other_programs_give_numbers_too() -> None:
    fields = read("X-VAT-NUMBER:IT1", "X-CRMSYNC-VAT:IT2", "X-CodiceFiscale:RSS").fields
    assert (fields["vat_number"], fields["tax_code"]) == ("IT1", "RSS")


def test_the_group_of_an_address_may_be_spelled_in_either_case() -> None:
    card = read("ITEM1.ADR:;;Street", "item1.X-ABLabel:Lager")
    assert card.fields["addresses"] == (Address("Street", label="Lager"),)


def test_a_phone_uri_may_be_in_capitals_and_a_colon_escaped_twice() -> None:
    card = read("TEL;VALUE=uri:TEL:+1-2", "URL:http\\\\://x.example")
    assert card.fields["phones"] == (Labelled("+1-2"),)
    assert card.fields["urls"] == (Labelled("http://x.example"),)


def test_the_first_of_two_custom_values_counts() -> None:
    fields = read("X-CRMSYNC-CUSTOM;NAME=a:1", "X-CRMSYNC-CUSTOM;NAME=a:2").fields
    assert fields["custom.a"] == "1"


def test_the_first_organisation_counts() -> None:
    fields = read("ORG:", "ORG:;Dept", "ORG:Other").fields
    assert fields.get("department") == "Dept"
    assert "organization" not in fields


# --- whole cards ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"FN:X\n", "no BEGIN:VCARD"),
        (b"BEGIN:VCALENDAR\nX:1\nEND:VCALENDAR\n", "VCALENDAR, which is no vCard"),
        (b"BEGIN:VCARD\nEND:VCARD\n", "nothing between"),
        (b"BEGIN:VCARD\nFN:X\n", "cut short"),
        (b"BEGIN:VCARD\nFN:X\nEND:VEVENT\n", "closes nothing"),
        (b"BEGIN:VCARD\nFN:X\nEND:VCARD\nBEGIN:VCARD\nFN:Y\nEND:VCARD\n", "more than one"),
        (b"BEGIN:VCARD\nFN:X\nEND:VCARD\nBEGIN:VCARD\nFN:Y\n", "cut short"),
        (b"BEGIN:VCARD\n" * 9 + b"FN:X\n" + b"END:VCARD\n" * 9, "deeper"),
        (b"\xff\xfeB", "UTF-16"),
        (bytes(MAX_BYTES + 1), "more than"),
    ],
)
def test_bytes_that_are_no_card_are_unreadable(raw: bytes, reason: str) -> None:
    for function in (VCARD.parse, VCARD.summary, VCARD.digest, lambda raw: VCARD.patch(raw, {}, {})):
        with pytest.raises(Unreadable, match=reason):
            function(raw)


def test_a_nested_card_is_not_mixed_up_with_its_owner() -> None:
    card = VCARD.parse(b"BEGIN:VCARD\nFN:Boss\nAGENT:\nBEGIN:VCARD\nFN:Secretary\nTEL:1\nEND:VCARD\nTEL:2\nEND:VCARD\n")
    assert card.fields == {"name": "Boss", "phones": (Labelled("2"),)}


def test_junk_around_a_card_and_odd_spelling_of_its_frame_do_not_matter() -> None:
    card = VCARD.parse(b"hello\n\nbegin:vcard \nFN:X\nVERSION: 4.0\nend:VCard\n\nbye\n")
    assert card.fields == {"name": "X"}


def test_a_lower_case_card_is_read() -> None:
    assert VCARD.parse(b"begin:vcard\nfn:x\ntel;home:1\nend:vcard").fields["phones"] == (Labelled("1", "home"),)


@given(
    st.lists(
        st.sampled_from(
            [
                "N",
                "FN",
                "TEL",
                "ADR",
                "ORG",
                "BDAY",
                "PHOTO",
                "CATEGORIES",
                "UID",
                "KIND",
                "MEMBER",
                "URL",
                "X-ABLABEL",
                "X-CRMSYNC-CUSTOM",
            ]
        ).flatmap(lambda name: st.binary(max_size=30).map(lambda rest: name.encode() + rest)),
        max_size=8,
    )
)
def test_no_value_breaks_a_card(lines: list[bytes]) -> None:
    raw = b"\n".join([b"BEGIN:VCARD", b"TITLE:x", *lines, b"END:VCARD"])
    try:
        card = VCARD.parse(raw)
    except Unreadable as refused:
        with pytest.raises(Unreadable) as again:
            VCARD.summary(raw)
        assert str(again.value) == str(refused)
    else:
        assert all(value not in ("", (), None) for value in card.fields.values())
        assert VCARD.digest(raw) == VCARD.digest(raw)
        emails, phones = VCARD.summary(raw).emails, VCARD.summary(raw).phones
        assert emails == tuple(entry.value for entry in card.fields.get("emails", ()))  # type: ignore[union-attr]
        assert phones == tuple(entry.value for entry in card.fields.get("phones", ()))  # type: ignore[union-attr]
