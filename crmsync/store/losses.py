"""The loss ledger: which fields a remote drops or rewrites when we write them. Shown to people, never propagated."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crmsync.store.jsontext import word
from crmsync.store.session import Session


class LossKind(StrEnum):
    """What became of a value we wrote."""

    DROPPED = "dropped"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, slots=True)
class Loss:
    """How often a collection's server did that to a field, and when last."""

    collection: int
    field: str
    kind: LossKind
    n: int
    last: str


class Losses:
    """The table `losses`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count(self, collection: int, field: str, kind: LossKind) -> None:
        """One more, at the stamp's time."""
        self._session.write(
            "INSERT INTO losses VALUES (?, ?, ?, 1, ?) ON CONFLICT DO UPDATE SET n = n + 1, last = excluded.last",
            (collection, field, kind.value, self._session.writing().at),
        )

    def list(self, collection: int = 0) -> list[Loss]:
        """What is known, of one collection or of all."""
        rows = self._session.all(
            "SELECT collection, field, what, n, last FROM losses "
            "WHERE ? = 0 OR collection = ? ORDER BY collection, field",
            (collection, collection),
        )
        return [Loss(id, field, word(LossKind, kind), n, last) for id, field, kind, n, last in rows]
