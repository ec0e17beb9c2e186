"""Meetings are synced without mail to anybody: each action says how many mails a scheduling server could send for it.

What we make ourselves mails nobody (`formats.ical_draft.silenced`). A meeting that somebody else made, and that its
server looks after, is another matter: any change of it may be mailed to its participants. The guard holds that back.
"""

from __future__ import annotations

from dataclasses import replace

from crmsync import translate
from crmsync.core.fieldmap import view
from crmsync.core.plan import Action, Create, Delete, Plan, PutBack, Update
from crmsync.cycle.job import Job, remote_of, uid_of
from crmsync.errors import Unreadable
from crmsync.store.collections_of import Collection
from crmsync.store.store import Tables


def weigh(job: Job, collection: Collection, plan: Plan) -> Plan:
    """The plan, each action with the mails that it could cause. Asks the remote only where there could be any."""
    if collection.format != "ical" or not plan.actions:
        return plan
    with job.store.view() as tx:
        counts = [_mails(tx, collection, action) for action in plan.actions]
    if not any(counts) or not job.connector.schedules(remote_of(collection)):
        return plan
    weighed = [_with(action, count) for action, count in zip(plan.actions, counts, strict=True)]
    job.result.mails += sum(counts)
    return replace(plan, actions=tuple(weighed))


def _with(action: Action, count: int) -> Action:
    return replace(action, mails=count) if isinstance(action, Create | Update | Delete | PutBack) else action


def _mails(tx: Tables, collection: Collection, action: Action) -> int:
    from crmsync.formats.ical_mails import mails

    try:
        match action:
            case Create():
                fields = view(action.type, action.fields, collection.format)
                return mails(None, translate.build(collection.format, uid_of(action.record), action.type, fields, {}))
            case Update() | PutBack() if action.remote:
                record, before = tx.records.get(action.record, deleted=True), _bytes(tx, collection, action.href)
                if record is None or before is None:
                    return 0
                return mails(before, translate.patch(collection.format, record.type, before, action.remote, {}))
            case Delete():
                return mails(_bytes(tx, collection, action.href), None)
            case _:
                return 0
    except Unreadable:
        return 0  # it is parked before it is written


def _bytes(tx: Tables, collection: Collection, href: str) -> bytes | None:
    mirrored = tx.mirror.get(collection.id, href)
    return None if mirrored is None else mirrored.item.raw
