"""The decision: what each pair of record and item needs. Pure; two sides only, the hub and one account.

| the record is \\ the item is | unchanged | changed        | gone                          | not there yet |
|------------------------------|-----------|----------------|-------------------------------|---------------|
| unchanged, selected          | -         | merge          | on_delete (default: ask)      | create        |
| changed, selected            | merge     | merge          | ask: edit beats delete        | create        |
| no longer selected           | delete    | merge, delete  | unlink                        | -             |
| deleted                      | delete    | ask            | unlink                        | -             |

An export-only account has its items put back instead of asking; an import-only account is never written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from crmsync.core.delivery import FIELD as ADDRESSES
from crmsync.core.delivery import without
from crmsync.core.keys import same
from crmsync.core.merge import merge
from crmsync.core.newest import Newest
from crmsync.core.plan import Action, Create, Delete, Plan, Revived, Unlink, Update, Vanished
from crmsync.model import Conflict, Link, LinkState, Mode, OnConflict, OnDelete, Policy, RecordType
from crmsync.values import Fields


@dataclass(frozen=True, slots=True)
class Local:
    """The hub's side: only the fields that can exist at this remote. `selected`: this account is to have it."""

    record: str
    type: RecordType
    fields: Fields
    selected: bool = True
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Remote:
    """The account's side, in the record's fields."""

    href: str
    etag: str | None
    fields: Fields


@dataclass(frozen=True, slots=True)
class Pair:
    """One record and its item. No link: the record has no item here. No remote: the item is gone.

    `newer` says of fields which side was edited last, or why nobody can tell. `restore`: a person said that
    a vanished item is to come back. `asked`: whether its item goes with the deleted record is a question already, about
    another state of the item.
    """

    local: Local
    link: Link | None = None
    remote: Remote | None = None
    newer: Mapping[str, Newest] = field(default_factory=dict)
    restore: bool = False
    asked: bool = False


def reconcile(pairs: Iterable[Pair], policies: Policies) -> Plan:
    """The plan for these pairs; the order of the pairs does not matter to what each of them gets."""
    actions: list[Action] = []
    for pair in sorted(pairs, key=_order):
        action = _decide(pair, policies.of(pair.local.type))
        if action is not None:
            actions.append(action)
    return Plan(tuple(actions))


EVERY_FIELD = "*"
"""Stands for all fields about which a person chose nothing in particular."""


@dataclass(frozen=True, slots=True)
class Policies:
    """The policy of one account for each record type."""

    default: Policy
    by_type: tuple[tuple[RecordType, Policy], ...] = ()

    def of(self, record_type: RecordType) -> Policy:
        """The policy for records of this type."""
        return dict(self.by_type).get(record_type, self.default)

    def with_choice(self, record_type: RecordType, name: str, choice: str) -> Policies:
        """These, and what a person chose for a field of this type since: a word of `OnConflict`, or of `OnDelete` for
        the pseudo-field `deleted`. `EVERY_FIELD` goes for all that were not named."""
        policy = self.of(record_type)
        if name == "deleted":
            policy = replace(policy, on_delete=OnDelete(choice))
        elif name == EVERY_FIELD:
            policy = replace(policy, on_conflict=OnConflict(choice))
        else:
            policy = replace(policy, on_conflict_field={**policy.on_conflict_field, name: OnConflict(choice)})
        others = tuple(one for one in self.by_type if one[0] is not record_type)
        return Policies(self.default, (*others, (record_type, policy)))


def _order(pair: Pair) -> tuple[str, int]:
    return (pair.local.record, pair.link.id if pair.link else 0)


def _decide(pair: Pair, policy: Policy) -> Action | None:
    local, link = pair.local, pair.link
    if link is None:
        wanted = local.selected and not local.deleted and policy.mode is not Mode.IMPORT
        return Create(local.record, local.type, sent(local.fields, policy)) if wanted else None
    if pair.remote is None:
        return _vanished(pair, link, policy)
    if local.deleted:
        return _deleted_here(pair, link, pair.remote, policy)
    if local.selected or policy.mode is Mode.IMPORT:
        return _update(pair, link, pair.remote, policy)
    # What was typed at the remote comes home first; the next cycle then removes an item that holds nothing new.
    homeward = _update(pair, link, pair.remote, replace(policy, mode=Mode.IMPORT))
    if policy.mode is Mode.TWO_WAY and homeward is not None and (homeward.hub or homeward.conflicts):
        return replace(homeward, again=not homeward.conflicts)
    return _delete(link, pair.remote, "no longer selected for this account")


def _update(pair: Pair, link: Link, remote: Remote, policy: Policy) -> Update | None:
    local = pair.local
    sides = {name: newest.side for name, newest in pair.newer.items() if newest.side is not None}
    merged = merge(link.base, link.echo, local.fields, remote.fields, policy, sides)
    conflicts = tuple(
        Conflict(
            local.record, link.id, clash.field, clash.base, clash.crm, clash.remote,
            pair.newer[clash.field].why if clash.field in pair.newer else "",
        )
        for clash in merged.clashes
    )  # fmt: skip
    moved = link.etag != remote.etag or link.href != remote.href or link.state is not LinkState.LINKED
    settled = merged.base == link.base and merged.echo == link.echo
    if settled and not (moved or merged.hub or merged.remote or conflicts or merged.lost):
        return None
    return Update(
        link.id, local.record, remote.href, remote.etag, merged.hub, merged.remote, merged.base, merged.echo,
        conflicts, merged.lost,
    )  # fmt: skip


def _vanished(pair: Pair, link: Link, policy: Policy) -> Action | None:
    local = pair.local
    if local.deleted:
        return Unlink(link.id, local.record, link.href, "deleted on both sides")
    if policy.mode is Mode.EXPORT or (pair.restore and policy.mode is Mode.TWO_WAY):
        if not local.selected:
            return Unlink(link.id, local.record, link.href, "gone at the remote and no longer selected")
        return Create(local.record, local.type, sent(local.fields, policy), link.id)
    if not local.selected and policy.mode is not Mode.IMPORT:
        return Unlink(link.id, local.record, link.href, "gone at the remote and no longer selected")
    if link.state is LinkState.GONE:
        return None  # asked already
    if _edited(link, local, policy):
        return Vanished(
            link.id, local.record, link.href, link.etag, OnDelete.ASK, "deleted at the remote, edited in the CRM"
        )
    return Vanished(link.id, local.record, link.href, link.etag, policy.on_delete, "deleted at the remote")


def sent(fields: Fields, policy: Policy) -> Fields:
    """What of a record goes into a new item."""
    return fields if policy.delivery else without(fields)


def _edited(link: Link, local: Local, policy: Policy) -> bool:
    fields = local.fields if policy.delivery else without(local.fields, [link.base.get(ADDRESSES)])
    return any(not same(name, link.base.get(name), fields.get(name)) for name in {*link.base, *fields})


def _deleted_here(pair: Pair, link: Link, remote: Remote, policy: Policy) -> Action | None:
    if policy.mode is Mode.IMPORT:
        return None
    merged = merge(link.base, link.echo, link.base, remote.fields, Policy())
    if policy.mode is Mode.TWO_WAY and (merged.hub or pair.asked):
        conflict = Conflict(pair.local.record, link.id, "deleted", False, True, False)
        return Revived(link.id, pair.local.record, remote.href, conflict)
    return _delete(link, remote, "deleted in the CRM")


def _delete(link: Link, remote: Remote, reason: str) -> Delete:
    typed = merge(link.base, link.echo, link.base, remote.fields, Policy(mode=Mode.EXPORT)).lost
    lost = tuple(replace(value, reason=f"its item was removed: {reason}") for value in typed)
    return Delete(link.id, link.record, remote.href, remote.etag, reason, lost)
