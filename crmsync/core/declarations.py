"""What is declared about fields, not coded: who is master of each, and what an account calls them.

Masters are declared once, by the names of systems ("erp", "crm", "any"); the core knows only two sides. So each
account is told which side each field's master is on: its own, when the account is the master, else the hub's, which
holds what the master said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from crmsync.errors import Usage
from crmsync.model import RecordType, Side
from crmsync.values import Shape, shape

CRM = "crm"
ANY = "any"


@dataclass(frozen=True, slots=True)
class Master:
    """One declaration: for records of this type, `system` alone may change the field. `any`: everybody may."""

    type: RecordType
    field: str
    system: str


def masters_for(account: str, record_type: RecordType, declared: Iterable[Master]) -> dict[str, Side]:
    """The `Policy.masters` of one account and record type. Fields that anybody may change are left out."""
    return {
        master.field: Side.REMOTE if master.system == account else Side.CRM
        for master in declared
        if master.type is record_type and master.system != ANY
    }


def master_of(record_type: RecordType, field: str, declared: Iterable[Master]) -> str:
    """The system that alone may change a field; `any` where nothing is declared."""
    found = [master.system for master in declared if master.type is record_type and master.field == field]
    return found[0] if found else ANY


def contradictions(declared: Iterable[Master], accounts: Collection[str]) -> tuple[str, ...]:
    """What is wrong with a set of master declarations, one sentence each; empty when nothing is."""
    found: list[str] = []
    systems: defaultdict[tuple[RecordType, str], set[str]] = defaultdict(set)
    for master in declared:
        systems[master.type, master.field].add(master.system)
        if master.system not in (CRM, ANY, *accounts):
            found.append(f'{master.type}.{master.field}: no account is called "{master.system}"')
    for (record_type, field), names in systems.items():
        if len(names) > 1:
            found.append(f"{record_type}.{field}: has {len(names)} masters: {', '.join(sorted(names))}")
        if _shape(field) is None:
            found.append(f'{record_type}.{field}: there is no field "{field}"')
    return tuple(sorted(set(found)))


def _shape(field: str) -> Shape | None:
    try:
        return shape(field)
    except Usage:
        return None
