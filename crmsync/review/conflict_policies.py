"""A decision about a conflict that is to hold from now on, for as many accounts, types and fields as is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from crmsync.core.reconcile import EVERY_FIELD
from crmsync.errors import Usage
from crmsync.model import FILES, Conflict, OnConflict, OnDelete, RecordType
from crmsync.review.conflicts import DELETED, Choice, alike
from crmsync.store.conflict_page import ConflictSelection
from crmsync.store.policies import StoredPolicy
from crmsync.store.store import Tables
from crmsync.values import Value

_AS_POLICY: Mapping[Choice, str] = {
    Choice.CRM: OnConflict.CRM.value,
    Choice.REMOTE: OnConflict.REMOTE.value,
    Choice.BOTH: OnConflict.BOTH.value,
}


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a policy goes beyond the account, the type and the field of the conflict that it comes from: to all the
    accounts there are now, to all types, to all fields that have no policy of their own."""

    accounts: bool = False
    types: bool = False
    fields: bool = False


HERE = Reach()
"""Not beyond it."""


def covered(tx: Tables, id: int, reach: Reach = HERE) -> ConflictSelection:
    """The open conflicts that such a policy answers. Raises `Usage` when there is no such conflict."""
    found = alike(tx, id)
    deletion = found.field == DELETED
    return replace(
        found,
        account=0 if reach.accounts else found.account,
        type=None if reach.types else found.type,
        field="" if reach.fields and not deletion else found.field,
        values=not deletion,
    )


def from_now_on(
    tx: Tables, id: int, choice: Choice | None, value: Value | None = None, reach: Reach = HERE
) -> Sequence[StoredPolicy]:
    """Makes a choice the policy for all conflicts that are `covered`.

    `choice` `None`: the newer value is to win, where both times can be trusted. Those that are open are looked at again
    by the next cycle. Raises `Usage` for a choice that cannot be one, such as a single value.
    """
    logged = tx.conflicts.get(id)
    conflict = logged.conflict
    record = tx.records.get(conflict.record, deleted=True)
    assert record is not None
    if conflict.field == DELETED:
        word = _deletion_policy(conflict, choice, value)
    else:
        word = OnConflict.NEWEST.value if choice is None else _AS_POLICY.get(choice, "")
    if not word:
        raise Usage("this cannot be the answer to every conflict", next_step="Take --crm, --remote, --both or --newest")
    account = tx.collections.get(logged.collection).account
    accounts = [one.id for one in tx.accounts.all() if one.kind != FILES] if reach.accounts else [account]
    types = list(RecordType) if reach.types else [record.type]
    field = EVERY_FIELD if reach.fields and conflict.field != DELETED else conflict.field
    for owner in accounts:
        for kind in types:
            tx.policies.set(owner, kind, field, word)
    tx.links.touch([one.conflict.link for one in tx.conflicts.many(tx.conflicts.ids(covered(tx, id, reach)))])
    made = {(owner, kind, field) for owner in accounts for kind in types}
    return [one for one in tx.policies.list() if (one.account, one.type, one.field) in made]


def _deletion_policy(conflict: Conflict, choice: Choice | None, value: Value | None) -> str:
    """Only what a deletion at the remote means can be said once and for all."""
    if conflict.remote is not True or conflict.why or choice is None:
        return ""
    if choice is Choice.REMOTE:
        return OnDelete.DELETE.value
    return str(value) if choice is Choice.VALUE and value in ("unflag", "archive", "delete") else ""
