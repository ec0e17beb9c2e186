"""What a record that was merged held, and the one that it became part of does not hold any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmsync.core.unite import unite
from crmsync.store.store import Tables


@dataclass(frozen=True, slots=True)
class Lacking:
    """`keep` is the record that stays, `fields` what it lacks, `run` the one that `crmsync undo` takes to part them."""

    keep: str
    fields: Sequence[str]
    run: int | None


def lacking(tx: Tables, record_id: str) -> Lacking | None:
    """What only the merged record holds; `None` when it was not merged, or nothing of it is missing."""
    keep_id, merged = tx.merged.successor(record_id), tx.records.get(record_id, deleted=True)
    keep = tx.records.get(keep_id) if keep_id else None
    if keep is None or merged is None or not merged.deleted:
        return None
    united = unite(keep.fields, merged.fields)
    missing = sorted({*united.filled, *united.added})
    return Lacking(keep.id, missing, tx.merged.run_of(record_id)) if missing else None
