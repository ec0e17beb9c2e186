"""Items that a run made at a remote, or removed there."""

from __future__ import annotations

from collections.abc import Iterable

from crmsync import translate
from crmsync.core.keys import same
from crmsync.errors import Unreadable
from crmsync.review.undo.outcome import Undone
from crmsync.review.undo.values import restore
from crmsync.store.pushes import Push
from crmsync.store.store import Tables


def put_right(tx: Tables, undone: Undone, pushes: Iterable[Push]) -> None:
    """What the run created at the remote leaves it; what it removed there comes back, by the next cycle."""
    gone = set(undone.removed)
    for push in pushes:
        if push.record in gone:
            continue
        account = tx.accounts.of_collection(push.collection)
        if account is None:
            continue
        if push.before is None and (names := _edited(tx, push)):
            undone.stays(push.record, "", f"{push.href} was edited there since ({', '.join(names)}): it stays there")
        elif push.before is None:
            undone.items += tx.withheld.add(account.id, push.record)
        elif tx.records.get(push.record, deleted=True) is not None:
            restore(tx, undone, push.record)
            flagged = tx.flags.set(account.user, [push.record], on=True)
            undone.items += bool(tx.withheld.drop(account.id, push.record) or flagged)


def _edited(tx: Tables, push: Push) -> list[str]:
    """What somebody else wrote into an item that the run made; nothing where it is as we left it, or gone."""
    record, mirrored = tx.records.get(push.record, deleted=True), tx.mirror.get(push.collection, push.href)
    if record is None or mirrored is None or mirrored.gone:
        return []
    if not tx.pushes.edited_since(push.collection, push.href, mirrored.item.raw):
        return []
    try:
        shown = translate.read(tx.collections.get(push.collection).format, record.type, mirrored.item.raw).fields
    except Unreadable:
        return ["nobody can read it"]
    then = push.after or {}
    changed = [name for name in sorted({*shown, *then}) if not same(name, shown.get(name), then.get(name))]
    return changed or ["what crmsync does not read"]
