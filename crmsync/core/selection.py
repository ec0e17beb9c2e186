"""Which records an account gets, and why not: the answer behind a sync and behind `explain`.

The rules are data. The defaults are those of the export that this program replaces (MISSION M0.2): a lead leaves the
CRM only with consent that is not denied, while it is interested and not inactive; suppliers go to users who may see
suppliers; the own organisation always goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from crmsync.model import Record, RecordType
from crmsync.values import Value


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


@dataclass(frozen=True, slots=True)
class UserView:
    """What the account's user may see.

    `owners`: whose records (the names in their `owner` field; "" for those of nobody), `None` for everybody's.
    """

    owners: frozenset[str] | None = None
    types: frozenset[RecordType] = frozenset(RecordType)


@dataclass(frozen=True, slots=True)
class AccountRules:
    """What the account takes.

    `accepts`: the types its selected collections can hold. `flagged_only`: the user's sync flag decides (the default);
    otherwise everything the user may see goes. `own` holds the ids of the own organisation.
    """

    accepts: frozenset[RecordType] = frozenset(RecordType)
    flagged_only: bool = True
    own: frozenset[str] = frozenset()
    export_rules: tuple[ExportRule, ...] = EXPORT_RULES


def select(record: Record, user: UserView, rules: AccountRules, *, flagged: bool, chosen: bool = False) -> Selection:
    """Whether the account gets the record. The first rule that excludes it is named.

    `flagged` is the sync flag of the account's user, `chosen` whether the account's filter selects it; either will do.

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
    if record.id in rules.own:
        return Selected("the own organisation")
    for rule in rules.export_rules:
        if rule.type is record.type and _equal(record.fields.get(rule.field), rule.value):
            return Excluded(rule.reason)
    if chosen:
        return Selected("selected by the account's filter")
    if rules.flagged_only:
        return Selected("flagged for sync") if flagged else Excluded("not flagged for sync")
    return Selected("everything in scope")


def _equal(held: Value | None, value: Value) -> bool:
    if isinstance(held, str) and isinstance(value, str):
        return held.strip().casefold() == value.casefold()
    return held == value
