"""Cards as four programs write them, and random changes to them."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from hypothesis import strategies as st

from crmsync.formats.vcard_card import open_card
from crmsync.values import Address, Labelled, Value

APPLE = b"""BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//iPhone OS 17.4//EN
N:Neri;Ada;;Dott.ssa;
FN:Dott.ssa Ada Neri
ORG:Fonderie Neri S.r.l.;Vendite;Estero
TITLE:Direttrice
item1.EMAIL;type=INTERNET;type=pref:ada@fonderie.example
item1.X-ABLabel:_$!<Work>!$_
EMAIL;type=INTERNET;type=HOME:ada@casa.example
TEL;type=CELL;type=VOICE;type=pref:+39 333 1234567
TEL;type=WORK;type=FAX:+39 02 555 01
item2.TEL:+39 02 555 02
item2.X-ABLabel:Segreteria
item3.ADR;type=WORK;type=pref:;;Via Roma 1\\nScala B;Milano;MI;20121;Italia
item3.X-ABADR:it
item4.URL;type=pref:http\\://fonderie.example/a\\,b
item4.X-ABLabel:_$!<HomePage>!$_
NOTE:Prima riga\\nSeconda riga\\, con virgola
BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-21
CATEGORIES:Clienti,Fiera
X-SOCIALPROFILE;type=linkedin;x-user=ada:https://linkedin.example/in/ada
item5.X-ABDATE;type=pref:2010-06-01
item5.X-ABLabel:_$!<Anniversary>!$_
UID:5c9a0a4e-0001
REV:2024-05-13T09:12:33Z
END:VCARD
"""

OUTLOOK = b"""BEGIN:VCARD
VERSION:2.1
N;LANGUAGE=de;CHARSET=Windows-1252:M\xfcller;J\xf6rg;;Dr.;
FN;CHARSET=Windows-1252:Dr. J\xf6rg M\xfcller
ORG:Gie\xdferei, Nord;Einkauf
NOTE;ENCODING=QUOTED-PRINTABLE:Erste Zeile=0D=0A=
Zweite Zeile=3D lang genug, um umbrochen zu werden, weil sie mehr als sie=
bzig Zeichen hat
TEL;WORK;VOICE:+49 30 111
TEL;CELL;VOICE:+49 170 222
TEL;WORK;FAX:+49 30 333
ADR;WORK;PREF:;Halle 3;Werkstr. 5;Berlin;;10115;Deutschland
LABEL;WORK;PREF;ENCODING=QUOTED-PRINTABLE:Halle 3=0D=0AWerkstr. 5=0D=0A10115 Berlin
X-MS-OL-DEFAULT-POSTAL-ADDRESS:2
URL;WORK:http://giesserei.example
BDAY:19700229
EMAIL;PREF;INTERNET:joerg@giesserei.example
PHOTO;TYPE=JPEG;ENCODING=BASE64:
 /9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQY
 GBcUFhYaHSUfGhsjHBYWICwgIyYnKSopGR8tMC0oMCUoKSj/2wBDAQcHBwoIChMKChMoGhYa

REV:20120801T000000Z
END:VCARD
"""

ANDROID = b"""BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=91u=C3=B1ez;Jos=C3=A9;;;
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Jos=C3=A9 =C3=91u=C3=B1ez
TEL;CELL;PREF:123456
TEL;HOME:234567
TEL;X-Taller:345678
EMAIL;WORK:jose@taller.example
X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Pepe;1;;;;;;;;;;;;;
CATEGORIES:My Contacts
NOTE:uno
NOTE:dos
END:VCARD
"""

MODERN = b"""BEGIN:VCARD
VERSION:4.0
KIND:individual
FN;PREF=1:Noor de Vries
N:de Vries;Noor;;;ing. jr,M.Sc.
NICKNAME:Noortje,N.
BDAY:--0203
LANG;PREF=1:nl
ORG;TYPE=work;SORT-AS="Kade":Kade B.V.
WORK.TEL;VALUE=uri;TYPE="work,voice";PREF=1:tel:+31-20-555-0101;ext=102
TEL;VALUE=uri;TYPE="work,cell,text":tel:+31-6-555-0102
WORK.EMAIL;TYPE=work:noor@kade.example
WORK.ADR;LABEL="Kade 7^nAmsterdam, NL";TYPE=work:;;Kade 7;Amsterdam;;1011 AB;Nederland
PHOTO:data:image/png;base64,iVBORw0KGgo=
URL:https://kade.example/?a=1;b=2,3
X-CRMSYNC-VAT:NL123456789B01
X-CRMSYNC-CUSTOM;NAME=colour:red
UID:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6
END:VCARD
"""

PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "name": ("FN",),
    "nickname": ("NICKNAME",),
    "title": ("TITLE",),
    "note": ("NOTE",),
    "vat_number": ("X-CRMSYNC-VAT",),
    "tax_code": ("X-CRMSYNC-TAX-CODE",),
    **dict.fromkeys(("given", "family", "middle", "prefix", "suffix"), ("N",)),
    **dict.fromkeys(("organization", "department"), ("ORG",)),
    "emails": ("EMAIL",),
    "phones": ("TEL",),
    "urls": ("URL",),
    "addresses": ("ADR",),
    "birthday": ("BDAY",),
    "photo": ("PHOTO",),
    "categories": ("CATEGORIES",),
    "custom.colour": ("X-CRMSYNC-CUSTOM",),
    "custom.lead source": ("X-CRMSYNC-CUSTOM",),
}
"""Which lines a change of a field may touch."""


def with_ends(raw: bytes, end: bytes) -> bytes:
    """The same card with other line ends."""
    return raw.replace(b"\n", end)


def lines_of(raw: bytes, without: Mapping[str, object]) -> list[bytes]:
    """The lines of a card, but those that belong to some fields."""
    card = open_card(raw)
    names = {name for field in without for name in PROPERTIES[field]}
    groups = {line.head.group for line in card.properties if line.head.name in names} - {""}
    return [
        card.source.body[line.start : line.end]
        for line in card.properties
        if line.head.name not in names and not (line.head.name.startswith("X-AB") and line.head.group in groups)
    ]


CHARACTERS = st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n;,:\\\"'=^%\tnN ")
texts = st.text(CHARACTERS, max_size=40).map(str.strip).filter(bool)
notes = st.text(CHARACTERS, max_size=400).filter(lambda text: text.strip() != "")
labels = st.sampled_from(["", "work", "home", "cell", "work fax", "fax work", "Work", "Ferien", "a;b:c,d\"^n'"]) | texts
days = st.dates().map(lambda day: day.isoformat()) | st.dates().map(lambda day: f"--{day.month:02}-{day.day:02}")


def is_label(label: str) -> bool:
    return not label.startswith("_$!<")


def is_number(text: str) -> bool:
    return not text.lower().startswith("tel:")


entries = st.builds(Labelled, texts.filter(is_number), labels.filter(is_label), st.booleans())
address_parts = st.just("") | texts
postal = st.builds(Address, *[address_parts] * 7, labels.filter(is_label), st.booleans()).filter(
    lambda address: any(address.lines())
)


def listed(each: st.SearchStrategy[Any], *present: Any) -> st.SearchStrategy[Any]:
    """Lists that share some entries with the cards above."""
    return st.lists(st.sampled_from(present) | each, max_size=5).map(lambda found: tuple(found) or None)


PHONES = [
    Labelled("+39 333 1234567", "cell", True),
    Labelled("+39 02 555 02", "Segreteria"),
    Labelled("123456", "home"),
    Labelled("+31-20-555-0101;ext=102", "work", True),
    Labelled("+49 30 111", "Werk"),
]
EMAILS = [
    Labelled("ada@fonderie.example", "Azienda", True),
    Labelled("noor@kade.example", "work"),
    Labelled("ada@casa.example", "home"),
    Labelled("jose@taller.example", "Taller"),
]
URLS = [Labelled("http://fonderie.example/a,b", "work"), Labelled("https://kade.example/?a=1;b=2,3", "blog")]
ADDRESSES = [
    Address("Via Roma 1\nScala B", "Torino", "TO", "20121", "Italia", label="work", preferred=True),
    Address("Werkstr. 5", "Berlin", "", "10115", "Deutschland", "", "Halle 3", label="Werk"),
    Address("Kade 7", "Amsterdam", "", "1011 AB", "Nederland", label="home"),
]

VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("nickname", "title", "vat_number", "tax_code", "family", "middle", "prefix", "suffix"), texts),
    **dict.fromkeys(("given", "organization", "department", "custom.colour", "custom.lead source"), texts),
    "note": notes,
    "emails": listed(entries, *EMAILS),
    "phones": listed(entries, *PHONES),
    "urls": listed(entries, *URLS),
    "addresses": listed(postal, *ADDRESSES),
    "birthday": days,
    "photo": st.just("https://example.com/a;b,c.jpg"),
    "categories": st.lists(texts, unique=True, min_size=1, max_size=4).map(tuple),
}


@st.composite
def changes(draw: st.DrawFn) -> tuple[dict[str, Value | None], dict[str, bytes]]:
    """Some fields with new values or emptied, and the pictures they name."""
    names = draw(st.lists(st.sampled_from(sorted(VALUES)), unique=True, max_size=5))
    wanted: dict[str, Value | None] = {name: draw(st.none() | VALUES[name]) for name in names}
    if draw(st.booleans()):
        wanted["name"] = draw(texts)
    blobs: dict[str, bytes] = {}
    if draw(st.integers(0, 3)) == 0:
        content = draw(st.binary(min_size=1, max_size=200))
        value = f"sha256:{sha256(content).hexdigest()}"
        wanted["photo"], blobs[value] = value, content
    return wanted, blobs
