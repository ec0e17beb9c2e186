"""What an item says by now that was not agreed on, while a person is asked whether it goes with its deleted record."""

from __future__ import annotations

from crmsync import translate
from crmsync.core.keys import same
from crmsync.errors import Unreadable
from crmsync.store.conflict_log import LoggedConflict
from crmsync.store.store import Tables
from crmsync.values import Changes


def typed_there(tx: Tables, logged: LoggedConflict) -> Changes:
    """The fields as the item shows them now; none for any other conflict, or where the item cannot be read."""
    conflict = logged.conflict
    link = tx.links.get(conflict.link) if conflict.field == "deleted" and conflict.crm is True else None
    mirrored = tx.mirror.get(link.collection, link.href) if link else None
    record = tx.records.get(conflict.record, deleted=True)
    if link is None or mirrored is None or record is None:
        return {}
    try:
        shown = translate.read(tx.collections.get(link.collection).format, record.type, mirrored.item.raw).fields
    except Unreadable:
        return {}
    agreed = link.shown()
    names = sorted({*shown, *agreed})
    return {name: shown.get(name) for name in names if not same(name, shown.get(name), agreed.get(name))}
