"""A person's edit of a record, wherever it was typed."""

from __future__ import annotations

from collections.abc import Sequence

from crmsync.core.fieldmap import apply, with_name
from crmsync.errors import Usage
from crmsync.store.store import Tables
from crmsync.typed.times import in_order
from crmsync.values import Changes


def edit(tx: Tables, id: str, changes: Changes, reason: str = "typed") -> Sequence[str]:
    """Sets fields (`None` empties one), and the name that follows from them; returns those that really changed.

    Raises `Usage` for a record that is not there, and for something that would end before it starts.
    """
    record = tx.records.get(id)
    if record is None:
        raise Usage("there is no such record", thing=id, next_step="See `crmsync records list`")
    in_order(apply(record.fields, changes))
    return sorted(tx.records.change(record.id, with_name(record.type, record.fields, changes), reason=reason))
