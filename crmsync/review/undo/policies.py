"""What a run said is to be done with conflicts from now on."""

from __future__ import annotations

from crmsync.core.reconcile import EVERY_FIELD
from crmsync.model import RecordType
from crmsync.review.undo.outcome import Undone
from crmsync.store.conflict_page import ConflictSelection
from crmsync.store.store import Tables


def take_back(tx: Tables, undone: Undone, key: str, before: str | None, after: str | None) -> None:
    """The policy that stood before stands again, unless somebody changed it since, which is told."""
    number, type, field = key.split(":", 2)
    account = next((one for one in tx.accounts.all() if one.id == int(number)), None)
    if account is None:
        return
    what = f"conflicts about {'any field' if field == EVERY_FIELD else field} of a {type} at {account.name}"
    if not tx.policies.take_back(key, before, after):
        undone.stays("", "", f"what is done with {what} was said anew: it stays so")
        return
    undone.decisions += 1
    undone.policies.append(f"{what}: {before or 'you are asked'} from now on")
    named = "" if field == EVERY_FIELD else field
    found = ConflictSelection(field=named, account=account.id, type=RecordType(type))
    tx.links.touch([one.conflict.link for one in tx.conflicts.many(tx.conflicts.ids(found))])
