"""Patching: the changed fields read back, every other line is the same bytes."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crmsync.formats.contentline import lines
from crmsync.formats.vcard import VCARD
from crmsync.values import Address, Changes, Labelled
from tests.formats.cards import ANDROID, APPLE, MODERN, OUTLOOK, changes, lines_of, with_ends

CARDS = {"apple": APPLE, "outlook": OUTLOOK, "android": ANDROID, "modern": MODERN}


def patched(raw: bytes, **fields: object) -> bytes:
    return VCARD.patch(raw, {name.replace("__", "."): value for name, value in fields.items()}, {})


def difference(before: bytes, after: bytes) -> tuple[list[str], list[str]]:
    """The lines that went and the lines that came."""
    old, new = before.decode("latin-1").splitlines(), after.decode("latin-1").splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


def card(*inner: str, version: str = "3.0") -> bytes:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *inner, "END:VCARD", ""]).encode()


def inner(raw: bytes) -> list[str]:
    return raw.decode().split("\r\n")[2:-2]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(CARDS)), st.sampled_from([b"\r\n", b"\n", b"\r"]), changes())
def test_changed_fields_read_back_and_all_other_lines_stay(card: str, end: bytes, change: tuple) -> None:
    wanted, blobs = change
    raw = with_ends(CARDS[card], end)
    before = VCARD.parse(raw).fields
    expected = {name: value for name, value in {**before, **wanted}.items() if value is not None}
    only_family = not any(expected.get(part) for part in ("given", "middle", "prefix", "suffix"))
    assume(not (only_family and expected.get("family") == expected.get("name")))
    after = VCARD.patch(raw, wanted, blobs)
    assert VCARD.parse(after).fields == expected
    kept = lines_of(raw, without=wanted)
    remaining = iter(lines_of(after, without={}))
    assert all(line in remaining for line in kept), "a line of another field changed or moved"


# --- single texts -----------------------------------------------------------------------------------------------------


def test_nothing_changed_is_the_same_card() -> None:
    fields = VCARD.parse(APPLE).fields
    assert VCARD.patch(APPLE, {**fields, "nickname": None, "categories": ("Clienti", "Fiera")}, {}) is APPLE


def test_fields_a_card_cannot_hold_are_left_alone() -> None:
    assert patched(APPLE, stage="customer", not_interested=True) is APPLE


def test_a_changed_text_touches_its_line_only() -> None:
    assert difference(APPLE, patched(APPLE, title="CEO")) == (["TITLE:Direttrice"], ["TITLE:CEO"])


def test_an_emptied_text_takes_all_its_lines_with_it() -> None:
    after = patched(ANDROID, note=None)
    assert difference(ANDROID, after) == (["NOTE:uno", "NOTE:dos"], [])
    assert "note" not in VCARD.parse(after).fields


def test_blank_text_is_none() -> None:
    assert "title" not in VCARD.parse(patched(APPLE, title=" \n")).fields


def test_an_empty_line_of_the_field_is_filled() -> None:
    assert inner(patched(card("TITLE;LANGUAGE=it:", "FN:X"), title="Capo")) == ["TITLE;LANGUAGE=it:Capo", "FN:X"]


def test_a_property_of_another_program_keeps_its_name() -> None:
    assert inner(patched(card("FN:X", "X-VAT:1"), vat_number="2")) == ["FN:X", "X-VAT:2"]


def test_an_emptied_name_leaves_an_empty_fn() -> None:
    after = patched(card("N:B;A;;;", "FN:Z", "FN:Y"), name=None)
    assert inner(after) == ["N:B;A;;;", "FN:"]
    assert VCARD.parse(after).fields["name"] == "A B"
    assert inner(patched(card("EMAIL:a@b", version="2.1"), name=None)) == ["EMAIL:a@b", "FN:"]


def test_a_derived_name_is_written_down_before_it_would_change() -> None:
    raw = card("ORG:Acme")
    assert inner(patched(raw, organization="Bolt")) == ["ORG:Bolt", "FN:Acme"]
    assert inner(patched(raw, title="x")) == ["ORG:Acme", "TITLE:x"]
    assert inner(patched(raw, name="Bolt")) == ["ORG:Acme", "FN:Bolt"]


def test_custom_values_have_a_line_each() -> None:
    raw = card("X-CRMSYNC-CUSTOM;NAME=a:", "X-CRMSYNC-CUSTOM;NAME=a:1", "X-CRMSYNC-CUSTOM;NAME=b:2", "FN:X")
    after = patched(raw, custom__a="3", custom__c="4")
    assert inner(after) == [
        "X-CRMSYNC-CUSTOM;NAME=a:",
        "X-CRMSYNC-CUSTOM;NAME=a:3",
        "X-CRMSYNC-CUSTOM;NAME=b:2",
        "FN:X",
        "X-CRMSYNC-CUSTOM;NAME=c:4",
    ]
    assert inner(patched(after, custom__a=None, custom__b=None, custom__c=None)) == ["FN:X"]


# --- structured texts -------------------------------------------------------------------------------------------------


def test_the_other_parts_of_a_name_keep_their_spelling() -> None:
    raw = card("N;LANGUAGE=en:Doe;John;Richter,James;;;extra", "FN:X")
    assert inner(patched(raw, given="J;ane"))[0] == "N;LANGUAGE=en:Doe;J\\;ane;Richter,James;;;extra"


def test_a_name_without_parts_keeps_its_n() -> None:
    raw = card("FN:X", "N:Doe;;;;", "N:Old;;;;")
    assert inner(patched(raw, family=None)) == ["FN:X", "N:;;;;"]
    assert inner(patched(card("FN:X"), given="A")) == ["FN:X", "N:;A;;;"]


def test_an_organisation_without_parts_goes() -> None:
    raw = card("FN:X", "ORG:Acme;Sales;West", "ORG:Old")
    assert inner(patched(raw, organization=None, department=None)) == ["FN:X"]
    assert inner(patched(raw, organization=None)) == ["FN:X", "ORG:;Sales;West", "ORG:Old"]
    assert inner(patched(raw, department="East, 2nd")) == ["FN:X", "ORG:Acme;East\\, 2nd", "ORG:Old"]
    assert inner(patched(raw, department=None)) == ["FN:X", "ORG:Acme", "ORG:Old"]
    assert inner(patched(card("FN:X"), department="Lab")) == ["FN:X", "ORG:;Lab"]


def test_what_only_repeats_the_name_follows_it() -> None:
    assert inner(patched(card("N:Cher;;;;", "FN:Cher"), name="Sher")) == ["N:Sher;;;;", "FN:Sher"]
    assert inner(patched(card("N:Cher;;;;", "FN:Cher"), given="C")) == ["N:;C;;;", "FN:Cher"]
    assert inner(patched(card("N:Cher;;;;", "FN:Cher"), name="S", given="C")) == ["N:;C;;;", "FN:S"]
    assert inner(patched(card("N:Cher;;;;", "FN:Cher"), title="x"))[0] == "N:Cher;;;;"
    company = card("FN:Acme", "ORG:Acme", "X-ABSHOWAS:COMPANY")
    assert inner(patched(company, name="Bolt")) == ["FN:Bolt", "ORG:Bolt", "X-ABSHOWAS:COMPANY"]
    assert inner(patched(company, name="Bolt", organization="C"))[:2] == ["FN:Bolt", "ORG:C"]
    assert inner(patched(card("FN:Acme", "ORG:Acme"), name="Bolt")) == ["FN:Bolt", "ORG:Acme"]


# --- lists ------------------------------------------------------------------------------------------------------------

ONE, TWO, THREE = Labelled("1", "work"), Labelled("2", "home"), Labelled("3")
NUMBERS = card("FN:X", "TEL;TYPE=WORK;X-ID=a:1", "TEL;TYPE=HOME:2", "TEL:", "TITLE:t")


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ((ONE, TWO, THREE), ["TEL;TYPE=WORK;X-ID=a:1", "TEL;TYPE=HOME:2", "TEL:3", "TEL:"]),
        ((THREE, ONE, TWO), ["TEL:3", "TEL;TYPE=WORK;X-ID=a:1", "TEL;TYPE=HOME:2", "TEL:"]),
        ((ONE, THREE, TWO), ["TEL;TYPE=WORK;X-ID=a:1", "TEL:3", "TEL;TYPE=HOME:2", "TEL:"]),
        ((TWO, ONE), ["TEL;TYPE=HOME:2", "TEL;TYPE=WORK;X-ID=a:1", "TEL:"]),
        ((TWO,), ["TEL;TYPE=HOME:2", "TEL:"]),
        ((THREE,), ["TEL:3", "TEL:"]),
        ((Labelled("9", "work"), TWO), ["TEL;TYPE=WORK;X-ID=a:9", "TEL;TYPE=HOME:2", "TEL:"]),
        ((Labelled("1", "cell"), TWO), ["TEL;X-ID=a;TYPE=CELL:1", "TEL;TYPE=HOME:2", "TEL:"]),
        ((ONE, ONE), ["TEL;TYPE=WORK;X-ID=a:1", "TEL;TYPE=WORK:1", "TEL:"]),
    ],
)
def test_entries_that_stay_keep_their_lines(wanted: tuple[Labelled, ...], numbers: list[str]) -> None:
    after = patched(NUMBERS, phones=wanted)
    assert sorted(inner(after)) == sorted(["FN:X", *numbers, "TITLE:t"])
    assert VCARD.parse(after).fields["phones"] == wanted
    assert inner(after)[-1] == "TITLE:t"


def test_the_first_entry_of_a_kind_goes_to_the_end() -> None:
    assert inner(patched(card("FN:X"), emails=(Labelled("a@b"),))) == ["FN:X", "EMAIL;TYPE=INTERNET:a@b"]
    assert inner(patched(card("FN:X", version="4.0"), emails=(Labelled("a@b", "work", True),))) == [
        "FN:X",
        "EMAIL;TYPE=work;PREF=1:a@b",
    ]
    assert inner(patched(card("FN:X", version="2.1"), phones=(Labelled("1", "work fax", True),))) == [
        "FN:X",
        "TEL;WORK;FAX;PREF:1",
    ]


LABELLED = card("FN:X", "item7.TEL;TYPE=WORK:1", "item7.X-ABLabel:Boss", "TEL:2", "Item8.TEL:3")


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Chef", ["item7.TEL;TYPE=WORK:1", "item7.X-ABLabel:Chef"]),
        ("cell", ["item7.TEL;TYPE=CELL:1"]),
        ("", ["item7.TEL:1"]),
    ],
)
def test_a_label_of_its_own_is_changed_where_it_stands(label: str, expected: list[str]) -> None:
    after = patched(LABELLED, phones=(Labelled("1", label), Labelled("2"), Labelled("3")))
    assert inner(after) == ["FN:X", *expected, "TEL:2", "Item8.TEL:3"]


def test_a_new_label_of_its_own_makes_a_group_or_uses_the_one_there_is() -> None:
    after = patched(
        LABELLED, phones=(Labelled("1", "Boss"), Labelled("2", "a"), Labelled("3", "b"), Labelled("4", "c"))
    )
    assert inner(after)[3:] == ["item9.TEL:2", "item9.X-ABLabel:a", "Item8.TEL:3", "Item8.X-ABLabel:b", "item10.TEL:4",
                                "item10.X-ABLabel:c"]  # fmt: skip


SHARED = card("FN:X", "W.TEL;TYPE=CELL:1", "W.EMAIL:a@b", "W.X-ABLabel:Büro")


def test_a_shared_label_is_left_to_the_others() -> None:
    typed = patched(SHARED, phones=(Labelled("1", "home"),))
    assert inner(typed) == ["FN:X", "TEL;TYPE=HOME:1", "W.EMAIL:a@b", "W.X-ABLabel:Büro"]
    custom = patched(SHARED, phones=(Labelled("1", "Ferien"),))
    assert inner(custom) == ["FN:X", "item1.TEL:1", "item1.X-ABLabel:Ferien", "W.EMAIL:a@b", "W.X-ABLabel:Büro"]


def test_companions_go_with_the_last_line_they_speak_of() -> None:
    assert inner(patched(SHARED, phones=None)) == ["FN:X", "W.EMAIL:a@b", "W.X-ABLabel:Büro"]
    assert inner(patched(SHARED, phones=None, emails=None)) == ["FN:X"]
    assert difference(APPLE, patched(APPLE, addresses=None))[0][-1] == "item3.X-ABADR:it"


def test_a_preference_is_said_as_the_version_says_it() -> None:
    for version, line in (("2.1", "TEL;VOICE;CELL;PREF:1"), ("3.0", "TEL;TYPE=VOICE;TYPE=CELL;TYPE=pref:1")):
        assert inner(patched(card("TEL;VOICE;CELL:1", version=version), phones=(Labelled("1", "cell", True),))) == [
            line
        ]
    assert inner(patched(card("TEL;PREF=1:1", version="4.0"), phones=(Labelled("1"),))) == ["TEL:1"]


def test_a_phone_uri_stays_one_while_the_number_allows_it() -> None:
    raw = card("TEL;VALUE=uri;TYPE=cell:tel:+1-2", version="4.0")
    assert inner(patched(raw, phones=(Labelled("+1-3;ext=4", "cell"),))) == ["TEL;VALUE=uri;TYPE=cell:tel:+1-3;ext=4"]
    assert inner(patched(raw, phones=(Labelled("+1 3", "cell"),))) == ["TEL;TYPE=cell:+1 3"]
    loud = card("TEL;VALUE=uri;TYPE=cell:TEL:+1-2", version="4.0")
    assert inner(patched(loud, phones=(Labelled("+1-3", "cell"),))) == ["TEL;VALUE=uri;TYPE=cell:tel:+1-3"]
    bare = card("TEL;TYPE=cell:tel:+1-2", version="4.0")
    assert inner(patched(bare, phones=(Labelled("+1 3", "cell"),))) == ["TEL;TYPE=cell:+1 3"]


def test_the_other_parts_of_an_address_keep_their_spelling() -> None:
    raw = card("ADR;TYPE=WORK;X-A=1:box,7;;Street 1\\, back;Town;;;;more")
    wanted = Address("Street 1, back", "Ci;ty", po_box="box,7", label="work")
    assert inner(patched(raw, addresses=(wanted,))) == ["ADR;TYPE=WORK;X-A=1:box,7;;Street 1\\, back;Ci\\;ty;;;;more"]


def test_a_label_of_an_address_is_changed_without_its_value() -> None:
    after = patched(card("ADR;TYPE=WORK:;;A,B;C"), addresses=(Address("A,B", "C", label="home"),))
    assert inner(after) == ["ADR;TYPE=HOME:;;A,B;C"]


def test_categories_become_one_line_where_the_first_was() -> None:
    raw = card("CATEGORIES:a", "FN:X", "CATEGORIES:b")
    assert inner(patched(raw, categories=("c,d", "e"))) == ["CATEGORIES:c\\,d,e", "FN:X"]
    assert inner(patched(raw, categories=None)) == ["FN:X"]
    assert inner(patched(card("FN:X"), categories=("c",))) == ["FN:X", "CATEGORIES:c"]


# --- birthday and photo -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "day", "line"),
    [
        ("2.1", "1975-03-21", "BDAY:1975-03-21"),
        ("3.0", "1975-03-21", "BDAY:1975-03-21"),
        ("4.0", "1975-03-21", "BDAY:19750321"),
        ("3.0", "--03-21", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-21"),
        ("4.0", "--03-21", "BDAY:--0321"),
        ("3.0", "in May, perhaps", "BDAY;VALUE=text:in May\\, perhaps"),
    ],
)
def test_a_birthday_is_written_as_the_version_has_it(version: str, day: str, line: str) -> None:
    assert inner(patched(card("FN:X", version=version), birthday=day)) == ["FN:X", line]
    old = card(
        "item1.BDAY;VALUE=date;X-APPLE-OMIT-YEAR=1604;X-A=1:1604-01-01", "BDAY:20000101", "FN:X", version=version
    )
    head, _, value = line.partition(":")
    assert inner(patched(old, birthday=day)) == [f"item1.{head};X-A=1:{value}", "FN:X"]
    assert inner(patched(old, birthday=None)) == ["FN:X"]


PNG = b"\x89PNG\r\n"


@pytest.mark.parametrize(
    ("version", "content", "line"),
    [
        ("3.0", PNG, "PHOTO;ENCODING=b;TYPE=PNG:iVBORw0K"),
        ("3.0", b"\xff\xd8", "PHOTO;ENCODING=b;TYPE=JPEG:/9g="),
        ("3.0", b"GIF8", "PHOTO;ENCODING=b;TYPE=GIF:R0lGOA=="),
        ("3.0", b"RIFF0000WEBP", "PHOTO;ENCODING=b;TYPE=WEBP:UklGRjAwMDBXRUJQ"),
        ("3.0", b"?", "PHOTO;ENCODING=b;TYPE=JPEG:Pw=="),
        ("4.0", PNG, "PHOTO:data:image/png;base64,iVBORw0K"),
    ],
)
def test_a_photo_is_written_as_the_version_has_it(version: str, content: bytes, line: str) -> None:
    after = VCARD.patch(card("FN:X", version=version), {"photo": "sha256:x"}, {"sha256:x": content})
    assert inner(after) == ["FN:X", line]
    assert list(VCARD.parse(after).blobs.values()) == [content]


def test_a_photo_in_an_old_card_ends_with_a_blank_line() -> None:
    raw = card("PHOTO;ENCODING=BASE64;TYPE=GIF:", " AAAA", "", "FN:X", version="2.1")
    after = VCARD.patch(raw, {"photo": "sha256:x"}, {"sha256:x": PNG})
    assert inner(after) == ["PHOTO;ENCODING=BASE64;TYPE=PNG:iVBORw0K", "", "", "FN:X"]


def test_a_photo_elsewhere_is_named() -> None:
    for version, line in (
        ("2.1", "PHOTO;VALUE=URL:http://x/a;b,c.jpg"),
        ("3.0", "PHOTO;VALUE=uri:http://x/a;b\\,c.jpg"),
        ("4.0", "PHOTO:http://x/a;b\\,c.jpg"),
    ):
        after = patched(card("PHOTO;ENCODING=b:AAAA", version=version), photo="http://x/a;b,c.jpg")
        assert inner(after) == [line]
        assert VCARD.parse(after).fields["photo"] == "http://x/a;b,c.jpg"


def test_a_photo_whose_bytes_are_missing_changes_nothing() -> None:
    raw = card("FN:X", "PHOTO;ENCODING=b:AAAA")
    assert patched(raw, photo="sha256:unknown") == raw
    assert inner(patched(raw, photo=None)) == ["FN:X"]


# --- bytes ------------------------------------------------------------------------------------------------------------


def test_old_cards_get_quoted_printable_only_where_they_need_it() -> None:
    raw = card("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=A9", "NOTE:a", version="2.1")
    assert inner(patched(raw, name="e")) == ["FN:e", "NOTE:a"]
    assert inner(patched(raw, note="ü\nv"))[1] == "NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=BC=0D=0Av"
    assert inner(patched(raw, note="C:\\temp, C:\\new;"))[1] == "NOTE:C:\\temp, C:\\\\new;"


def test_in_old_cards_only_a_semicolon_is_escaped() -> None:
    raw = card("N:a;b", "FN:X", version="2.1")
    assert inner(patched(raw, given="c, d; e"))[0] == "N:a;c, d\\; e;;;"


def test_a_long_value_of_an_old_card_is_not_folded() -> None:
    uri = "http://x.example/" + "a" * 100
    assert inner(patched(card("FN:X", version="2.1"), photo=uri)) == ["FN:X", f"PHOTO;VALUE=URL:{uri}"]


def test_in_a_mixed_file_each_line_keeps_its_end() -> None:
    raw = b"BEGIN:VCARD\r\nFN:X\nTITLE:a\rNOTE:b\r\nEND:VCARD"
    after = patched(raw, name="Y", title="c", nickname="n")
    assert after == b"BEGIN:VCARD\r\nFN:Y\nTITLE:c\rNOTE:b\r\nNICKNAME:n\r\nEND:VCARD"


def test_a_utf16_card_stays_one() -> None:
    raw = card("FN:X", "NOTE:é").decode().encode("utf-16")
    assert patched(raw, title="ü").decode("utf-16") == card("FN:X", "NOTE:é", "TITLE:ü").decode()


def test_a_folded_head_is_kept_when_its_value_changes() -> None:
    raw = card("FN:X", 'EMAIL;X-ID="cb9e11fc-bb97-4222-9cd8', ' ";type=WORK:a@b')
    after = inner(patched(raw, emails=(Labelled("c@d", "work"),)))
    assert after == ["FN:X", 'EMAIL;X-ID="cb9e11fc-bb97-4222-9cd8";type=WORK:c@d']


INJECTION = "x\r\nEND:VCARD\nBEGIN:VCARD\rTEL:666\0\x0b"


@pytest.mark.parametrize("version", ["2.1", "3.0", "4.0"])
def test_no_value_can_add_a_line(version: str) -> None:
    text, entry = INJECTION, (Labelled(INJECTION, INJECTION, True),)
    hostile: Changes = {
        **dict.fromkeys(("name", "given", "nickname", "organization", "department", "note", "custom.x"), text),
        "birthday": text,
        "photo": text,
        "emails": entry,
        "phones": entry,
        "urls": entry,
        "addresses": (Address(text, text, label=text),),
        "categories": (text,),
    }
    for raw in (card("FN:X", version=version), VCARD.patch(card("FN:X", version=version), hostile, {})):
        after = VCARD.patch(raw, {**hostile, "title": "t"}, {})
        names = [line.head.name for line in lines(after)]
        assert names.count("BEGIN") == names.count("END") == 1
        once = "VERSION FN N NICKNAME ORG NOTE X-CRMSYNC-CUSTOM BDAY PHOTO EMAIL TEL URL ADR CATEGORIES TITLE"
        assert sorted(names[1:-1]) == sorted([*once.split(), *["X-ABLABEL"] * 4])
        assert b"\0" not in after


def test_no_name_of_a_custom_field_can_add_a_line() -> None:
    after = patched(card("FN:X"), **{f"custom.{INJECTION}": "v"})
    assert [line.head.name for line in lines(after)] == ["BEGIN", "VERSION", "FN", "X-CRMSYNC-CUSTOM", "END"]
