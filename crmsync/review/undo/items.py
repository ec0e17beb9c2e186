"""Items that a run made at a remote, or removed there."""

from __future__ import annotations

from collections.abc import Iterable

from crmsync.review.undo.outcome import Undone
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
        if push.before is None:
            undone.items += tx.withheld.add(account.id, push.record)
        elif tx.records.get(push.record, deleted=True) is not None:
            if tx.records.restore(push.record, reason=undone.reason):
                undone.restored.append(push.record)
            flagged = tx.flags.set(account.user, [push.record], on=True)
            undone.items += bool(tx.withheld.drop(account.id, push.record) or flagged)
