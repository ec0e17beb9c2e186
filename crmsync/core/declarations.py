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
from crmsync.values import Changes, Shape, Value, shape

CRM = "crm"
ANY = "any"


@dataclass(frozen=True, slots=True)
class Master:
    """One declaration: for records of this type, `system` alone may change the field. `any`: everybody may."""

    type: RecordType
    field: str
    system: str


@dataclass(frozen=True, slots=True)
class MappingRule:
    """What an account calls a field: its items keep `record_field` under the name `item_field`."""

    record_field: str
    item_field: str


def masters_for(account: str, record_type: RecordType, declared: Iterable[Master]) -> dict[str, Side]:
    """The `Policy.masters` of one account and record type. Fields that anybody may change are left out."""
    return {
        master.field: Side.REMOTE if master.system == account else Side.CRM
        for master in declared
        if master.type is record_type and master.system != ANY
    }


def outgoing(rules: Iterable[MappingRule], fields: Changes) -> dict[str, Value | None]:
    """Fields or changes of a record under the names that the account uses.

    A field whose own name the account uses for another one stays at home.
    """
    names = {rule.record_field: rule.item_field for rule in rules}
    taken = set(names.values())
    return {names.get(field, field): value for field, value in fields.items() if field in names or field not in taken}


def incoming(rules: Iterable[MappingRule], fields: Changes) -> dict[str, Value | None]:
    """`outgoing`, back again."""
    return outgoing([MappingRule(rule.item_field, rule.record_field) for rule in rules], fields)


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


def mapping_faults(rules: Iterable[MappingRule]) -> tuple[str, ...]:
    """Why a set of renames could not be undone: two fields under one name, or of different shapes."""
    found: set[str] = set()
    holds: defaultdict[str, set[str]] = defaultdict(set)
    kept: defaultdict[str, set[str]] = defaultdict(set)
    for rule in rules:
        holds[rule.item_field].add(rule.record_field)
        kept[rule.record_field].add(rule.item_field)
        here, there = _shape(rule.record_field), _shape(rule.item_field)
        if here is None or there is None:
            found.add(f'there is no field "{rule.record_field if here is None else rule.item_field}"')
        elif here is not there:
            found.add(f"{rule.record_field} is {here.value}, {rule.item_field} is {there.value}")
    found |= {f"{name} would hold {' and '.join(sorted(of))}" for name, of in holds.items() if len(of) > 1}
    found |= {f"{name} would be kept in {' and '.join(sorted(at))}" for name, at in kept.items() if len(at) > 1}
    return tuple(sorted(found))


def _shape(field: str) -> Shape | None:
    try:
        return shape(field)
    except Usage:
        return None
