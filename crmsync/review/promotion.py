"""Promotion (M4.3): a lead becomes a contact or a company, a company becomes a customer. It stays the same record.

| it is                    | it becomes                                  |
|--------------------------|---------------------------------------------|
| a lead that is a person  | a contact                                   |
| a lead that is a company | a company, prospect unless a stage is given |
| a company                | a customer, unless another stage is given   |
"""

from __future__ import annotations

from dataclasses import dataclass

from crmsync.core.fieldmap import is_business
from crmsync.errors import Usage
from crmsync.model import Record, RecordType
from crmsync.store.store import Tables
from crmsync.values import Value

PROSPECT, CUSTOMER = "prospect", "customer"


@dataclass(frozen=True, slots=True)
class Promotion:
    """What a record was and what it is. A stage is `""` where there is none."""

    record: str
    type: RecordType
    stage: str
    was_type: RecordType
    was_stage: str


def promote(tx: Tables, id: str, stage: str = "") -> Promotion:
    """Promotes a record. Raises `Usage` when it is there already, or is nothing that can be promoted."""
    record = tx.records.get(id)
    if record is None:
        raise Usage("there is no such record", thing=id, next_step="See `crmsync records list`")
    type, stage = _next(record, stage.strip())
    was = str(record.fields.get("stage", ""))
    changes: dict[str, Value | None] = {}
    if stage:
        changes["stage"] = stage
    if type is RecordType.COMPANY and "name" not in record.fields and (name := record.fields.get("organization")):
        changes["name"] = name  # a company is called by its own name, a lead also by its organization
    tx.records.retype(id, type, reason="promoted")
    tx.records.change(id, changes, reason="promoted")
    return Promotion(id, type, stage or was, record.type, was)


def _next(record: Record, stage: str) -> tuple[RecordType, str]:
    held = str(record.fields.get("stage", "")).casefold()
    match record.type:
        case RecordType.LEAD if is_business(record.type, record.fields):
            return RecordType.COMPANY, stage or PROSPECT
        case RecordType.LEAD:
            if stage:
                raise Usage("a person has no stage", thing=record.id, next_step="Promote the company")
            return RecordType.CONTACT, ""
        case RecordType.COMPANY:
            if (stage or CUSTOMER).casefold() == held:
                raise Usage(f"it is a {held} already", thing=record.id)
            return RecordType.COMPANY, stage or CUSTOMER
        case _:
            raise Usage(f"a {record.type} is not promoted", thing=record.id, next_step="Leads and companies are")
