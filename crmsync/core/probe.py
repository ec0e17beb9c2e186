"""What is known about an item or a record, and the same once more in the form that is compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from crmsync.core.fieldmap import is_business
from crmsync.core.keys import email_key, organization_key, phone_key, tax_key, vat_key
from crmsync.core.mail_address import company_domain
from crmsync.core.person_name import PersonName
from crmsync.core.postal import Postal
from crmsync.model import Record
from crmsync.values import Address, Fields, text_of, values_of


@dataclass(frozen=True, slots=True)
class Probe:
    """What is known about an item. Texts as they were typed; `business`: it says it is a company's card."""

    name: str = ""
    given: str = ""
    family: str = ""
    nickname: str = ""
    suffix: str = ""
    organization: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()
    birthday: str = ""
    vat_number: str = ""
    tax_code: str = ""
    business: bool = False

    @classmethod
    def of(cls, kind: str, fields: Fields) -> Self:
        """The probe for an item that was read (`formats.base.Parsed`)."""
        nobody = not (text_of(fields, "given") or text_of(fields, "family"))
        company = nobody and _names_itself(text_of(fields, "name"), text_of(fields, "organization"))
        return cls._of(fields, business=kind == "org" or company)

    @classmethod
    def of_summary(
        cls, kind: str, name: str, organization: str, emails: Sequence[str] = (), phones: Sequence[str] = ()
    ) -> Self:
        """The probe for an item of which only a summary was read."""
        business = kind == "org" or _names_itself(name, organization)
        return cls(name, organization=organization, emails=tuple(emails), phones=tuple(phones), business=business)

    @classmethod
    def of_record(cls, record: Record) -> Self:
        """The record, seen the same way."""
        return cls._of(record.fields, business=is_business(record.type, record.fields))

    @classmethod
    def _of(cls, fields: Fields, *, business: bool) -> Self:
        return cls(
            name=text_of(fields, "name"),
            given=text_of(fields, "given"),
            family=text_of(fields, "family"),
            nickname=text_of(fields, "nickname"),
            suffix=text_of(fields, "suffix"),
            organization=text_of(fields, "organization"),
            emails=tuple(values_of(fields, "emails")),
            phones=tuple(values_of(fields, "phones")),
            addresses=_addresses(fields),
            birthday=text_of(fields, "birthday"),
            vat_number=text_of(fields, "vat_number"),
            tax_code=text_of(fields, "tax_code"),
            business=business,
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """A probe with its keys; each key leads back to the text it came from."""

    probe: Probe
    emails: dict[str, str]
    phones: dict[str, str]
    names: tuple[PersonName, ...]
    organizations: dict[str, str]
    domains: frozenset[str]
    postals: tuple[Postal, ...]
    vat: str
    tax: str

    @classmethod
    def of(cls, probe: Probe, region: str = "") -> Self:
        """Everything about the probe that is compared, made once."""
        emails = _keyed(email_key, probe.emails)
        firms = (probe.organization, probe.name) if probe.business else (probe.organization,)
        domains = (company_domain(address) for address in emails)
        return cls(
            probe,
            emails,
            {key: text for text in reversed(probe.phones) if (key := phone_key(text, region))},
            () if probe.business else _names(probe),
            _keyed(organization_key, firms),
            frozenset(domain for domain in domains if domain),
            tuple(map(Postal.of, probe.addresses)),
            vat_key(probe.vat_number),
            tax_key(probe.tax_code),
        )


def _names(probe: Probe) -> tuple[PersonName, ...]:
    """Each way in which the name is spelled: a card may show another than its parts make."""
    parts = f"{probe.given} {probe.family}".strip()
    texts = [text for text in dict.fromkeys((probe.name, parts)) if text]
    if probe.nickname and probe.family:
        texts.append(f"{probe.nickname} {probe.family}")
    suffix = f" {probe.suffix}" if probe.suffix else ""
    found: dict[tuple[str, ...], PersonName] = {}
    for text in texts:
        name = PersonName.of(text + suffix, probe.given, probe.family)
        if name.words:
            found.setdefault(name.words, name)
    return tuple(found.values())


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


def _addresses(fields: Fields) -> tuple[Address, ...]:
    entries = fields.get("addresses", ())
    if not isinstance(entries, tuple):
        return ()
    return tuple(entry for entry in entries if isinstance(entry, Address))
