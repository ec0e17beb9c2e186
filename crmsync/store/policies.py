"""What people want to be done from now on with conflicts of one kind, so that they are not asked again."""

from __future__ import annotations

from dataclasses import dataclass

from crmsync.errors import Usage
from crmsync.model import RecordType
from crmsync.store.jsontext import word
from crmsync.store.session import Session


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """For conflicts of this account about `field` of records of this type. `choice`: a word of `OnConflict`; for the
    pseudo-field `deleted` one of `OnDelete`."""

    id: int
    account: int
    type: RecordType
    field: str
    choice: str
    at: str
    actor: str


class StoredPolicies:
    """The table `policies`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def set(self, account: int, type: RecordType, field: str, choice: str) -> None:
        """Says what is done from now on; the newest word counts."""
        stamp = self._session.writing()
        self._session.write(
            "INSERT INTO policies (account, type, field, choice, at, actor) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (account, type, field) DO UPDATE SET (choice, at, actor) = "
            "(excluded.choice, excluded.at, excluded.actor)",
            (account, type.value, field, choice, stamp.at, stamp.actor),
        )

    def list(self, account: int = 0) -> list[StoredPolicy]:
        """All of them, or those of one account."""
        rows = self._session.all(
            "SELECT id, account, type, field, choice, at, actor FROM policies WHERE ? = 0 OR account = ? ORDER BY id",
            (account, account),
        )
        return [
            StoredPolicy(id, owner, word(RecordType, type), field, choice, at, actor)
            for id, owner, type, field, choice, at, actor in rows
        ]

    def remove(self, id: int) -> None:
        """People are asked again. Raises `Usage` when there is no such policy."""
        if not any(policy.id == id for policy in self.list()):
            raise Usage("there is no such policy", thing=str(id), next_step="See `crmsync conflicts policies`")
        self._session.write("DELETE FROM policies WHERE id = ?", (id,))
