"""Which records an account gets, and why not: the answer behind a sync and behind `explain`.

The rules are data. The defaults are those of the export that this program replaces (MISSION M0.2): a lead leaves the
CRM only with consent that is not denied, while it is interested and not inactive; suppliers go to users who may see
suppliers; the own organisation always goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from crmsync.core.names import organization_key
from crmsync.model import Record, RecordType
from crmsync.values import Fields, Value


@dataclass(frozen=True, slots=True)
class Selected:
    """The account gets the record."""

    reason: str


@dataclass(frozen=True, slots=True)
class Excluded:
    """It does not, and this is the rule that says so."""

    reason: str


Selection: TypeAlias = Selected | Excluded


@dataclass(frozen=True, slots=True)
class ExportRule:
    """Records of this type leave the CRM only while `field` is not `value`. Text is compared without case."""

    type: RecordType
    field: str
    value: Value
    reason: str


EXPORT_RULES: tuple[ExportRule, ...] = (
    ExportRule(RecordType.LEAD, "privacy", "denied", "privacy consent is denied"),
    ExportRule(RecordType.LEAD, "not_interested", True, "marked as not interested"),
    ExportRule(RecordType.LEAD, "status", "inactive", "status is inactive"),
)

RULE_SETS: Mapping[str, tuple[ExportRule, ...]] = {"nts": EXPORT_RULES, "all": ()}
"""The sets that a config may name without writing them down. `all` keeps nothing back."""


class Why(StrEnum):
    """Why an account gets a record that is not flagged: told to people as it stands here."""

    FILTER = "selected by the account's filter"
    OWN = "the own organisation"
    LINKED = "a contact of an organisation that goes there"


@dataclass(frozen=True, slots=True)
class Export:
    """What an account lets out. `own` holds the ids of the own organisation, which always goes.

    `linked_contacts`: contacts of the leads, companies and suppliers that go there go along.
    """

    rules: tuple[ExportRule, ...] = EXPORT_RULES
    own: frozenset[str] = frozenset()
    linked_contacts: bool = False


@dataclass(frozen=True, slots=True)
class UserView:
    """What the account's user may see.

    `owners`: whose records (the names in their `owner` field; "" for those of nobody), `None` for everybody's.
    """

    owners: frozenset[str] | None = None
    types: frozenset[RecordType] = frozenset(RecordType)


def sees(user: UserView, record: Record) -> bool:
    """Whether a user may know of a record at all. One that is not seen is, to that user, not there."""
    mine = user.owners is None or record.fields.get("owner", "") in user.owners
    return mine and record.type in user.types


def owned(record: Record, name: str, user: UserView) -> Record:
    """A record that this user makes: the user's own where nobody owns it and the user sees only what has an owner."""
    if user.owners is None or "" in user.owners or "owner" in record.fields:
        return record
    return replace(record, fields={**record.fields, "owner": name})


@dataclass(frozen=True, slots=True)
class AccountRules:
    """What the account takes.

    `accepts`: the types its selected collections can hold. `flagged_only`: the user's sync flag decides (the default);
    otherwise everything the user may see goes.
    """

    accepts: frozenset[RecordType] = frozenset(RecordType)
    flagged_only: bool = True
    export: Export = Export()


def select(
    record: Record, user: UserView, rules: AccountRules, *, flagged: bool, chosen: Why | None = None
) -> Selection:
    """Whether the account gets the record. The first rule that excludes it is named.

    `flagged` is the sync flag of the account's user; `chosen` says why it is to go without one.

    Scope and rights come first, so that a reason never tells a user about a record that the user may not see.
    """
    if user.owners is not None and record.fields.get("owner", "") not in user.owners:
        return Excluded("not visible to this user")
    if record.type not in user.types:
        return Excluded(f"this user may not see records of type {record.type}")
    if record.deleted:
        return Excluded("deleted in the CRM")
    if record.type not in rules.accepts:
        return Excluded(f"this account takes no records of type {record.type}")
    if record.id in rules.export.own:
        return Selected(Why.OWN)
    for rule in rules.export.rules:
        if rule.type is record.type and _equal(record.fields.get(rule.field), rule.value):
            return Excluded(rule.reason)
    if flagged and rules.flagged_only:
        return Selected("flagged for sync")
    if chosen is not None:
        return Selected(chosen)
    return Excluded("not flagged for sync") if rules.flagged_only else Selected("everything in scope")


BUSINESSES = (RecordType.COMPANY, RecordType.LEAD, RecordType.SUPPLIER)
"""What a contact can belong to, by the name in its `organization`."""


def linked(businesses: Iterable[Fields], contacts: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The contacts, given as (id, organization), that belong to one of these businesses, however its name is typed."""
    keys = {
        organization_key(name)
        for fields in businesses
        for field in ("name", "organization")
        if isinstance(name := fields.get(field), str)
    } - {""}
    known: dict[str, bool] = {}
    found = set()
    for id, organization in contacts:
        if organization not in known:
            known[organization] = organization_key(organization) in keys
        if known[organization]:
            found.add(id)
    return frozenset(found)


def _equal(held: Value | None, value: Value) -> bool:
    if isinstance(held, str) and isinstance(value, str):
        return held.strip().casefold() == value.casefold()
    return held == value
