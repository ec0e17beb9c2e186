"""Who is this? Records an item of an address book may be, with a score that can be read.

A score is the sum of its reasons, and each reason says what it saw and how much that counts. The caller finds the
candidates through the keys of `core.keys` (some dozens at most) and decides what to do with each `Confidence`:

| confidence | score | means                                                                                        |
|------------|-------|----------------------------------------------------------------------------------------------|
| strong     | 80    | two independent things agree (mail and name, VAT number and company name): link by default   |
| medium     | 50    | one thing that is nearly always unique agrees (mail, VAT number), or name and organization   |
| low        | 20    | worth showing to a person: same name, same phone, or a shared mailbox                        |
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

from crmsync.core.fieldmap import is_business
from crmsync.core.keys import email_key, name_key, organization_key, phone_key, tax_key, vat_key
from crmsync.model import PEOPLE, Candidate, Confidence, Record, RecordType
from crmsync.values import Fields, Labelled

STRONG, MEDIUM, LOW = 80, 50, 20

Reason: TypeAlias = tuple[str, int]
"""What was seen, and how much it counts for or against."""

# Mailboxes that belong to a desk and not to a person.
_ROLES = frozenset(
    """
    accounting acquisti admin administration amministrazione billing booking buchhaltung commerciale compras contabilita
    contact contacto contatti einkauf fakturace fatture hello help hr info invoice invoices kontakt mail marketing
    newsletter noreply no-reply objednavky obchod office ordini orders post preventivi purchasing reception rechnung
    redaktion sales segreteria service servizioclienti shop support ufficio ventas verkauf vendite vertrieb welcome
    """.split()  # noqa: SIM905  words read best as words
)
_SWITCHBOARD = 3  # as many candidates with one number do not have it to themselves
_CLOSE = 0.94
_UMLAUT = re.compile("([aou])e")  # Müller, whose key is muller, also writes himself Mueller


@dataclass(frozen=True, slots=True)
class Probe:
    """What is known about an item. Texts as they were typed; `business`: it says it is a company's card."""

    name: str = ""
    given: str = ""
    family: str = ""
    organization: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    vat_number: str = ""
    tax_code: str = ""
    business: bool = False

    @classmethod
    def of(cls, kind: str, fields: Fields) -> Self:
        """The probe for an item that was read (`formats.base.Parsed`)."""
        nobody = not (_text(fields, "given") or _text(fields, "family"))
        company = nobody and _names_itself(_text(fields, "name"), _text(fields, "organization"))
        return cls._of(fields, business=kind == "org" or company)

    @classmethod
    def of_summary(
        cls, kind: str, name: str, organization: str, emails: Sequence[str] = (), phones: Sequence[str] = ()
    ) -> Self:
        """The probe for an item of which only a summary was read."""
        business = kind == "org" or _names_itself(name, organization)
        return cls(name, "", "", organization, tuple(emails), tuple(phones), business=business)

    @classmethod
    def of_record(cls, record: Record) -> Self:
        """The record, seen the same way."""
        return cls._of(record.fields, business=is_business(record.type, record.fields))

    @classmethod
    def _of(cls, fields: Fields, *, business: bool) -> Self:
        return cls(
            name=_text(fields, "name"),
            given=_text(fields, "given"),
            family=_text(fields, "family"),
            organization=_text(fields, "organization"),
            emails=_values(fields, "emails"),
            phones=_values(fields, "phones"),
            vat_number=_text(fields, "vat_number"),
            tax_code=_text(fields, "tax_code"),
            business=business,
        )


@dataclass(frozen=True, slots=True)
class _Known:
    """A probe with its keys; each key leads back to the text it came from."""

    probe: Probe
    emails: dict[str, str]
    phones: dict[str, str]
    names: dict[str, str]
    organizations: dict[str, str]
    given: str

    @classmethod
    def of(cls, probe: Probe, region: str) -> Self:
        person = {} if probe.business else _keyed(name_key, (probe.name, f"{probe.given} {probe.family}".strip()))
        firms = (probe.organization, probe.name) if probe.business else (probe.organization,)
        return cls(
            probe,
            _keyed(email_key, probe.emails),
            {key: text for text in reversed(probe.phones) if (key := phone_key(text, region))},
            person,
            _keyed(organization_key, firms),
            name_key(probe.given),
        )


def match(probe: Probe, candidates: Sequence[Record], region: str = "") -> tuple[Candidate, ...]:
    """The candidates that the item may be, the best first. Deleted records and appointments are never among them."""
    item = _Known.of(probe, region)
    known = [
        (record, _Known.of(Probe.of_record(record), region))
        for record in candidates
        if record.type in PEOPLE and not record.deleted
    ]
    owners = Counter(phone for _, other in known for phone in other.phones)
    shared = frozenset(phone for phone, count in owners.items() if count >= _SWITCHBOARD)
    found: list[Candidate] = []
    for record, other in known:
        reasons = tuple(_reasons(item, other, record.type, shared))
        score = min(100, sum(points for _, points in reasons))
        if score >= LOW:
            texts = tuple(f"{text} {points:+d}" for text, points in reasons)
            found.append(Candidate(record.id, _confidence(score), score, texts))
    return tuple(sorted(found, key=lambda candidate: (-candidate.score, candidate.record)))


def _confidence(score: int) -> Confidence:
    if score >= STRONG:
        return Confidence.STRONG
    return Confidence.MEDIUM if score >= MEDIUM else Confidence.LOW


def _reasons(item: _Known, other: _Known, record_type: RecordType, shared: frozenset[str]) -> Iterator[Reason]:
    reach = [*_mail(item, other), *_phone(item, other, shared), *_numbers(item.probe, other.probe)]
    yield from reach
    if item.probe.business or other.probe.business:
        yield from _businesses(item, other)
    else:
        yield from _people(item, other, reached=any(points > 0 for _, points in reach))
    if item.probe.business and record_type is RecordType.CONTACT:
        yield "a company's card, a person's record", -20


def _mail(item: _Known, other: _Known) -> Iterator[Reason]:
    equal = [key for key in item.emails if key in other.emails]
    own = [key for key in equal if key.partition("@")[0] not in _ROLES]
    if own:
        yield f"e-mail equal {own[0]}", 60
    elif equal:
        both_businesses = item.probe.business and other.probe.business
        yield f"shared mailbox equal {equal[0]}", 45 if both_businesses else 25


def _phone(item: _Known, other: _Known, shared: frozenset[str]) -> Iterator[Reason]:
    equal = [key for key in item.phones if key in other.phones]
    own = [key for key in equal if key not in shared]
    if own:
        yield f"phone equal {own[0]}", 25
    elif equal:
        yield f"shared phone equal {equal[0]}", 10


def _numbers(item: Probe, other: Probe) -> Iterator[Reason]:
    mine, theirs = vat_key(item.vat_number), vat_key(other.vat_number)
    if mine and mine == theirs:
        yield f"VAT number equal {other.vat_number}", 60
    elif mine and theirs:
        yield f"other VAT number: {item.vat_number}, not {other.vat_number}", -60
    mine, theirs = tax_key(item.tax_code), tax_key(other.tax_code)
    if mine and mine == theirs:
        yield f"tax code equal {other.tax_code}", 60
    elif mine and theirs:
        yield f"other tax code: {item.tax_code}, not {other.tax_code}", -60


def _people(item: _Known, other: _Known, *, reached: bool) -> Iterator[Reason]:
    yield from _person_name(item, other, reached)
    for key, text in item.organizations.items():
        if key in other.organizations:
            yield f"organization equal {_pair(text, other.organizations[key])}", 20


def _person_name(item: _Known, other: _Known, reached: bool) -> Iterator[Reason]:
    if not item.names or not other.names:
        return
    mine, theirs = next(iter(item.names.values())), next(iter(other.names.values()))
    if equal := [key for key in item.names if key in other.names]:
        yield f"name equal {_pair(item.names[equal[0]], other.names[equal[0]])}", 30
    elif any(_fits(a.split(), b.split()) for a in item.names for b in other.names):
        yield f"name fits {_pair(mine, theirs)}", 15
    elif (likeness := max(_alike(a.split(), b.split()) for a in item.names for b in other.names)) >= _CLOSE:
        yield f"name close {likeness:.2f} {_pair(mine, theirs)}", 20
    elif reached and _other_first_name(item, other):
        yield f"other first name: {item.probe.given}, not {other.probe.given}", -35
    elif reached:
        yield f"other name: {mine}, not {theirs}", -25


def _other_first_name(item: _Known, other: _Known) -> bool:
    """Families and offices share mailboxes: one family name with two first names is two people."""
    families = name_key(item.probe.family), name_key(other.probe.family)
    return bool(item.given and other.given and families[0]) and families[0] == families[1]


def _fits(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether each word of the shorter name is, or starts, a word of the longer one: `a rossi`, `anna rossi`."""
    short, long = sorted((a, b), key=len)
    left = list(long)
    for word in sorted(short, key=len, reverse=True):
        owner = next((one for one in left if one == word or (len(word) == 1 and one.startswith(word))), None)
        if owner is None:
            owner = next((one for one in left if len(one) == 1 and word.startswith(one)), None)
        if owner is None:
            return False
        left.remove(owner)
    return any(len(word) > 1 for word in short)


def _businesses(item: _Known, other: _Known) -> Iterator[Reason]:
    if equal := [key for key in item.organizations if key in other.organizations]:
        texts = _pair(item.organizations[equal[0]], other.organizations[equal[0]])
        both = item.probe.business and other.probe.business
        yield f"organization equal {texts}", 45 if both else 15
    elif item.organizations and other.organizations:
        likeness = max(_ratio(mine, theirs) for mine in item.organizations for theirs in other.organizations)
        if likeness >= _CLOSE:
            yield f"organization close {likeness:.2f}", 20
    if other.probe.business and not item.probe.business and item.names:
        # A card of somebody who works there; a company's name where a person's belongs is the exception.
        if named := [text for text in item.names.values() if organization_key(text) in other.organizations]:
            yield f"name equal to the organization {named[0]}", 35
        else:
            yield "a person's card, a company's record", -30


def _alike(a: Sequence[str], b: Sequence[str]) -> float:
    """How like the least like of two names' words are; 0 when one has more words."""
    if len(a) != len(b):
        return 0.0
    return min(max(_word_alike(mine, theirs) for theirs in b) for mine in a)


def _word_alike(a: str, b: str) -> float:
    if a == b:
        return 1.0
    if a[:-1] == b[:-1]:  # Francesco and Francesca are two people
        return 0.0
    return _ratio(_UMLAUT.sub(r"\1", a), _UMLAUT.sub(r"\1", b))


def _ratio(a: str, b: str) -> float:
    from rapidfuzz.distance import JaroWinkler

    return JaroWinkler.normalized_similarity(a, b)


def _pair(mine: str, theirs: str) -> str:
    return mine if mine == theirs else f"{mine} / {theirs}"


def _names_itself(name: str, organization: str) -> bool:
    """Whether a card without a person in it is its organization's own."""
    key = organization_key(organization)
    return bool(key) and organization_key(name) in ("", key)


def _keyed(key_of: Callable[[str], str], texts: Iterable[str]) -> dict[str, str]:
    keyed: dict[str, str] = {}
    for text in texts:
        if key := key_of(text):
            keyed.setdefault(key, text)
    return keyed


def _text(fields: Fields, field: str) -> str:
    value = fields.get(field, "")
    return value if isinstance(value, str) else ""


def _values(fields: Fields, field: str) -> tuple[str, ...]:
    entries = fields.get(field, ())
    if not isinstance(entries, tuple):
        return ()
    return tuple(entry.value for entry in entries if isinstance(entry, Labelled))
