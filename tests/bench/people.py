"""Labelled address books: a CRM of companies, people and families, and cards of which we know whom they are of.

Names of six languages (the families partly made of syllables, so that there are thousands), mobiles, switchboards,
desks, free-mail, and what happens to cards: short forms, initials, other orders, lost accents, slips, titles, new
family names, lost addresses. Among the cards are strangers who look like somebody: relatives, some with all numbers in
common, colleagues, namesakes, sister companies. The same seed gives the same book. Nothing of `crmsync` makes it.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.bench.languages import DESKS, LANGUAGES, MIDDLES, ONSETS, TRADES


@dataclass(frozen=True, slots=True)
class Entry:
    """A record of the CRM, or a card; `truth` is the record that a card is of, -1 for nobody's."""

    language: int
    name: str
    given: str = ""
    family: str = ""
    organization: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    business: bool = False
    truth: int = -1
    tags: tuple[str, ...] = ()


@dataclass(slots=True)
class Book:
    """The CRM and the cards."""

    records: list[Entry] = field(default_factory=list)
    cards: list[Entry] = field(default_factory=list)


class Generator:
    """Makes a book from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._number = 1000

    def book(self, records: int, cards: int) -> Book:
        """So many records; cards of which about a quarter are of nobody in the CRM."""
        book = Book()
        while len(book.records) < records:
            if self._random.random() < 0.8:
                self._company(book)
            else:
                self._household(book)
        del book.records[records:]
        while len(book.cards) < cards:
            place = self._random.randrange(records)
            original = book.records[place]
            stranger = self._random.random() < 1 / 4
            book.cards.append(self._stranger(original) if stranger else self._card(original, place))
        return book

    # -- the CRM

    def _company(self, book: Book) -> None:
        language = self._random.randrange(len(LANGUAGES))
        known = LANGUAGES[language]
        stem = f"{self._family(language).split()[-1]} {self._random.choice(TRADES)}"
        name = f"{stem} {self._random.choice(known.forms)}".strip()
        domain = f"{_plain(stem).replace(' ', '').replace(chr(39), '')}{self._random.randrange(100)}.example"
        switchboard = self._phone(language, known.area)
        if self._random.random() < 0.6:
            desk = f"{self._random.choice(DESKS)}@{domain}"
            book.records.append(Entry(language, name, emails=(desk,), phones=(switchboard,), business=True))
        for _ in range(self._random.choice((1, 2, 3, 5, 8, 20))):
            given, family = self._person(language)
            emails = [self._address(given, family, domain)] if self._random.random() < 0.8 else []
            if self._random.random() < 0.15:
                emails.append(f"info@{domain}")
            phones = [switchboard] if self._random.random() < 0.5 else []
            if self._random.random() < 0.65 or not (emails or phones):
                phones.append(self._phone(language, known.mobile))
            book.records.append(Entry(language, f"{given} {family}", given, family, name, tuple(emails), tuple(phones)))

    def _household(self, book: Book) -> None:
        language = self._random.randrange(len(LANGUAGES))
        known = LANGUAGES[language]
        family = self._family(language)
        landline = self._phone(language, known.area)
        shared = f"family.{_plain(family).replace(' ', '')}{self._next()}@{known.free[0]}"
        givens = self._random.sample(known.given, self._random.choice((1, 2, 2, 3, 4)))
        for given in givens:
            emails = [shared] if self._random.random() < 0.3 else []
            if self._random.random() < 0.7 or not emails:
                emails.append(self._address(given, family, self._random.choice(known.free), unique=True))
            phones = [landline] if self._random.random() < 0.7 else []
            if self._random.random() < 0.7:
                phones.append(self._phone(language, known.mobile))
            book.records.append(Entry(language, f"{given} {family}", given, family, "", tuple(emails), tuple(phones)))

    def _person(self, language: int) -> tuple[str, str]:
        return self._random.choice(LANGUAGES[language].given), self._family(language)

    def _family(self, language: int) -> str:
        known = LANGUAGES[language]
        if self._random.random() < 0.15:
            return self._random.choice(known.family)
        return self._random.choice(ONSETS) + self._random.choice(MIDDLES) + self._random.choice(known.endings)

    def _address(self, given: str, family: str, domain: str, unique: bool = False) -> str:
        first, last = _plain(given).replace(" ", ""), _plain(family).replace(" ", "").replace("'", "")
        local = self._random.choice((f"{first}.{last}", f"{first[0]}{last}", f"{last}.{first[0]}"))
        return f"{local}{self._next() if unique or self._random.random() < 0.2 else ''}@{domain}"

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _phone(self, language: int, pattern: str) -> str:
        size = int(pattern[pattern.index(":0") + 2])
        return LANGUAGES[language].country + " " + pattern.format(self._random.randrange(10 ** (size - 1), 10**size))

    # -- cards

    def _card(self, original: Entry, place: int) -> Entry:
        card = replace(original, given="", family="", truth=place)
        emails = tuple(email for email in original.emails if self._random.random() < 0.65)
        phones = tuple(self._respelled(phone) for phone in original.phones if self._random.random() < 0.65)
        if self._random.random() < 0.2 and original.given:
            emails += (self._address(original.given, original.family, "elsewhere.example", unique=True),)
        organization = original.organization if self._random.random() < 0.7 else ""
        if not (emails or phones or organization):
            emails = original.emails[:1] or ()
            phones = () if emails else original.phones
        card = replace(card, emails=emails, phones=phones, organization=self._refirmed(organization))
        if original.business:
            return replace(card, name=self._refirmed(original.name), organization=self._refirmed(original.name))
        for chance, change in self._changes():
            if self._random.random() < chance:
                card = replace(card, name=change(original, card), tags=(*card.tags, change.__name__.strip("_")))
        return card

    def _changes(self) -> tuple[tuple[float, Callable[[Entry, Entry], str]], ...]:
        return (
            (0.12, self._short_form), (0.06, self._initial), (0.05, self._new_family), (0.06, self._middle),
            (0.25, self._turned), (0.08, self._titled), (0.10, self._slip), (0.20, self._unaccented),
            (0.08, self._shouted), (0.05, self._transcribed),
        )  # fmt: skip

    def _short_form(self, original: Entry, card: Entry) -> str:
        short = LANGUAGES[original.language].short.get(original.given)
        return f"{short} {original.family}" if short else card.name

    def _initial(self, original: Entry, card: Entry) -> str:
        return f"{original.given[0]}. {original.family}"

    def _new_family(self, original: Entry, card: Entry) -> str:
        reached = set(card.emails) & set(original.emails) or len(card.phones) > 1
        return f"{original.given} {self._family(original.language)}" if reached else card.name

    def _middle(self, original: Entry, card: Entry) -> str:
        given, _, rest = card.name.partition(" ")
        return f"{given} {self._random.choice(LANGUAGES[original.language].given)} {rest}"

    def _turned(self, original: Entry, card: Entry) -> str:
        given, _, rest = card.name.partition(" ")
        return self._random.choice((f"{rest} {given}", f"{rest}, {given}"))

    def _titled(self, original: Entry, card: Entry) -> str:
        return f"{self._random.choice(('Dott.', 'Ing.', 'Dr.', 'Mgr.', 'Mme', 'Mr'))} {card.name}"

    def _slip(self, original: Entry, card: Entry) -> str:
        name, place = card.name, self._random.randrange(1, max(2, len(card.name) - 1))
        kind = self._random.randrange(4)
        if kind == 0:
            return name[:place] + name[place + 1 :]
        if kind == 1:
            return name[:place] + name[place] + name[place:]
        if kind == 2:
            return name[:place] + name[place + 1 : place + 2] + name[place] + name[place + 2 :]
        return name[:place] + self._random.choice("aeinrst") + name[place + 1 :]

    def _unaccented(self, original: Entry, card: Entry) -> str:
        return _plain(card.name).title()

    def _shouted(self, original: Entry, card: Entry) -> str:
        return card.name.upper()

    def _transcribed(self, original: Entry, card: Entry) -> str:
        for letter, written in (("ü", "ue"), ("ö", "oe"), ("ä", "ae"), ("ß", "ss")):
            card = replace(card, name=card.name.replace(letter, written))
        return card.name

    def _refirmed(self, name: str) -> str:
        if not name or self._random.random() < 0.5:
            return name
        words = name.split()
        forms = {word for language in LANGUAGES for form in language.forms for word in form.split()}
        bare = " ".join(word for word in words if word not in forms and word != "&")
        return self._random.choice((bare, bare.upper(), _plain(name)))

    def _respelled(self, phone: str) -> str:
        country, _, number = phone.partition(" ")
        return self._random.choice(
            (phone, country + number, f"{country} {number[:3]} {number[3:]}", "00" + country[1:] + number)
        )

    # -- people who only look like somebody

    def _stranger(self, original: Entry) -> Entry:
        language, known = original.language, LANGUAGES[original.language]
        mobile = self._phone(language, known.mobile)
        given = self._random.choice([one for one in known.given if one != original.given])
        own = self._address(given, original.family or "x", self._random.choice(known.free), unique=True)
        if original.business:
            trade = self._random.choice([trade for trade in TRADES if trade not in original.name])
            name = f"{original.name.split()[0]} {trade} {self._random.choice(known.forms)}".strip()
            phones = original.phones if self._random.random() < 0.3 else (mobile,)
            return Entry(language, name, organization=name, phones=phones, business=True, tags=("sister company",))
        kind = self._random.choice(("relative", "household", "colleague", "namesake", "new"))
        name = f"{given} {original.family}"
        if kind == "relative":
            emails = original.emails[:1] if self._random.random() < 0.3 else (own,)
            return Entry(language, name, emails=emails, phones=original.phones[:1], tags=(kind,))
        if kind == "household":  # who shares everything
            return Entry(language, name, emails=original.emails, phones=original.phones, tags=(kind,))
        if kind == "colleague":
            name = f"{given} {self._family(language)}"
            phones = original.phones[:1] if len(original.phones) > 1 else (mobile,)
            shared = tuple(email for email in original.emails if email.startswith("info@"))
            return Entry(language, name, "", "", original.organization, shared, phones, tags=(kind,))
        if kind == "namesake":
            return Entry(language, original.name, emails=(own,), phones=(mobile,), tags=(kind,))
        return Entry(language, f"{given} {self._family(language)}", emails=(own,), phones=(mobile,), tags=(kind,))


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).lower()
