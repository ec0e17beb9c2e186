"""When two values are the same value, whatever way they are spelled.

Three users, one notion: the merge asks `entry_key` and `same`, the store keeps `record_keys` as an index, the matcher
finds its candidates through them. A key is only ever compared; no value is rewritten because of one.

What counts as a change (`same`): in text, everything but the kind of line end, spaces at line ends and the way an
accent is encoded; in lists, the set of entries by their keys, and each one's label and preference. The order of a list
and the spelling of a number or address inside it do not count.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import TypeAlias, assert_never

from crmsync.core.names import name_key, organization_key
from crmsync.core.phone import phone_key
from crmsync.core.phonetics import sound_key, sound_keys
from crmsync.core.vat import tax_key, vat_key, vat_valid
from crmsync.model import RecordType
from crmsync.values import Address, Fields, Labelled, Participant, Value, text_of, values_of

__all__ = [
    "Entry",
    "Key",
    "address_key",
    "email_key",
    "entry_key",
    "name_key",
    "organization_key",
    "participant_key",
    "phone_key",
    "record_keys",
    "same",
    "summary_keys",
    "tax_key",
    "text_key",
    "url_key",
    "vat_key",
    "vat_valid",
]

Entry: TypeAlias = Labelled | Address | Participant | str
"""One entry of a list field."""

Key: TypeAlias = tuple[str, str]
"""(kind, key) with kind `email`, `phone`, `vat`, `tax`, `name` (how it sounds) or `org`."""


def text_key(text: str) -> str:
    """Text as it counts for comparing: one kind of line end, no spaces at line ends, composed accents."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\n" in text:
        text = "\n".join(line.rstrip() for line in text.split("\n"))
    return text.rstrip()


def email_key(text: str) -> str:
    """A mail address, case-folded, out of `Anna Rossi <anna@acme.example>` and `mailto:` alike."""
    key = text.strip().casefold()
    if key[-1:] == ">" and "<" in key:
        key = key[key.rindex("<") + 1 : -1].strip()
    return key.removeprefix("mailto:")


def url_key(text: str) -> str:
    """A web address without `http://` or `https://` and closing slashes; the host case-folded, the rest as it is."""
    key = text.strip()
    scheme, separator, rest = key.partition("://")
    scheme = scheme.casefold()
    if not separator:
        scheme, rest = "", key
    host, slash, path = rest.partition("/")
    place = (host.casefold() + slash + path).rstrip("/")
    return place if scheme in ("", "http", "https") else f"{scheme}://{place}"


def address_key(address: Address) -> str:
    """All seven parts, case-folded, with single spaces for any white space."""
    return "\n".join(" ".join(part.casefold().split()) for part in address.lines())


def participant_key(participant: Participant) -> str:
    """The mail address; the name where there is none."""
    return email_key(participant.email) or f"name:{name_key(participant.name)}"


def entry_key(field: str, entry: Entry) -> str:
    """What makes two entries of this list field the same entry."""
    match entry:
        case Labelled(value):
            if field == "emails":
                return email_key(value)
            return phone_key(value) if field == "phones" else url_key(value)
        case Address():
            return address_key(entry)
        case Participant():
            return participant_key(entry)
        case str():
            return text_key(entry).casefold() if field == "categories" else text_key(entry)
        case _:
            assert_never(entry)


def same(field: str, a: Value | None, b: Value | None) -> bool:
    """Whether two values of this field mean the same (see the module docstring). An empty one equals an absent one."""
    if a is b or a == b:
        return True
    if isinstance(a, str) and isinstance(b, str):
        return text_key(a) == text_key(b)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return _entries(field, a) == _entries(field, b)
    return _is_empty(a) and _is_empty(b)


def _is_empty(value: Value | None) -> bool:
    if isinstance(value, str):
        return not text_key(value)
    return value is None or value is False or value == ()


def _entries(field: str, entries: Iterable[Entry]) -> dict[str, tuple[object, ...]]:
    """Each entry's key with what else counts about it; of two entries with one key, the first."""
    counted: dict[str, tuple[object, ...]] = {}
    for entry in entries:
        counted.setdefault(entry_key(field, entry), _beside(entry))
    return counted


def _beside(entry: Entry) -> tuple[object, ...]:
    match entry:
        case Labelled() | Address():
            return (entry.label.strip(), entry.preferred)
        case Participant():
            return (entry.name.strip(), entry.role, entry.status)
        case str():
            return ()
        case _:
            assert_never(entry)


_BUSINESSES = (RecordType.COMPANY, RecordType.SUPPLIER, RecordType.LEAD)


def record_keys(type: RecordType, fields: Fields, region: str = "") -> Iterator[Key]:
    """The keys a record is found by; some may come twice.

    A contact's organization is not among them: it would lead from each colleague to all others.
    """
    name = text_of(fields, "name")
    given, family = text_of(fields, "given"), text_of(fields, "family")
    company = type in _BUSINESSES
    yield from _reach(values_of(fields, "emails"), values_of(fields, "phones"), region)
    if vat := vat_key(text_of(fields, "vat_number")):
        yield "vat", vat
    if tax := tax_key(text_of(fields, "tax_code")):
        yield "tax", tax
    if type is not RecordType.COMPANY:
        # Most cards spell the name in both ways, and its key does not depend on the order.
        parts = f"{given} {family}"
        for person in (name,) if name == parts else (name, parts):
            if key := sound_key(person):
                yield "name", key
    if company:
        for organization in (name, text_of(fields, "organization")):
            if key := organization_key(organization):
                yield "org", key


def summary_keys(
    name: str,
    organization: str,
    emails: Iterable[str],
    phones: Iterable[str],
    vat_number: str = "",
    tax_code: str = "",
    region: str = "",
) -> Iterator[Key]:
    """The keys an item that is not a record yet looks for its records by.

    People type a company's name where a person's belongs, so the name is tried as both.
    """
    yield from _reach(emails, phones, region)
    if vat := vat_key(vat_number):
        yield "vat", vat
    if tax := tax_key(tax_code):
        yield "tax", tax
    for key in sound_keys(name):
        yield "name", key
    for text in (name, organization):
        if key := organization_key(text):
            yield "org", key


def _reach(emails: Iterable[str], phones: Iterable[str], region: str) -> Iterator[Key]:
    for email in emails:
        if key := email_key(email):
            yield "email", key
    for phone in phones:
        if key := phone_key(phone, region):
            yield "phone", key
