"""For the policy `newest`: which side changed each field last, or why nobody can tell."""

from __future__ import annotations

from collections.abc import Mapping

from crmsync.core.keys import same
from crmsync.core.newest import Newest, newest
from crmsync.core.reconcile import Local, Remote
from crmsync.cycle.job import Job
from crmsync.formats.modified import modified
from crmsync.model import Link, OnConflict, Policy
from crmsync.store.collections_of import Collection
from crmsync.store.store import Tables
from crmsync.values import is_list


def newer(
    job: Job, tx: Tables, collection: Collection, local: Local, link: Link, remote: Remote | None
) -> Mapping[str, Newest]:
    """An answer for each field that both sides changed and for which the newer value is to win."""
    policy = job.rules.policies.of(local.type)
    names = _clashing(policy, local, link, remote) if remote is not None else []
    mirrored = tx.mirror.get(collection.id, link.href) if names else None
    if mirrored is None:
        return {}
    theirs = modified(collection.format, mirrored.item.raw)
    return {name: newest(_ours(tx, link, name), theirs, _seen(job, tx, link, name), job.clock()) for name in names}


def _clashing(policy: Policy, local: Local, link: Link, remote: Remote) -> list[str]:
    chosen = {policy.on_conflict, *policy.on_conflict_field.values()}
    if OnConflict.NEWEST not in chosen:
        return []
    shown = link.shown()
    return [
        name
        for name in sorted({*local.fields, *remote.fields, *link.base})
        if policy.on_conflict_field.get(name, policy.on_conflict) is OnConflict.NEWEST
        and not is_list(name)
        and not same(name, local.fields.get(name), link.base.get(name))
        and not same(name, remote.fields.get(name), shown.get(name))
    ]


def _ours(tx: Tables, link: Link, name: str) -> str | None:
    """When a person changed the field here; `None` when an account brought the value, at a time of its own."""
    found = tx.journal.changes_of(link.record, name, 1) or tx.journal.changes_of(link.record, "", 1)
    accounts = {account.name for account in tx.accounts.all()}
    return None if not found or found[0].origin in accounts else found[0].at


def _seen(job: Job, tx: Tables, link: Link, name: str) -> str:
    """When the remote was last looked at before it had the change."""
    known = tx.conflicts.find(link.id, name)
    return tx.runs.looked_before(job.account.name, known.run if known else job.result.id)
