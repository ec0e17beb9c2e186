"""What people want to be done from now on with conflicts of one kind, so that they are not asked again."""

from __future__ import annotations

from dataclasses import dataclass

from crmsync.core.reconcile import Policies
from crmsync.errors import Usage
from crmsync.model import RecordType
from crmsync.store.decisions import Decisions
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

    def __init__(self, session: Session, decisions: Decisions) -> None:
        self._session = session
        self._decisions = decisions

    def set(self, account: int, type: RecordType, field: str, choice: str) -> None:
        """Says what is done from now on; the newest word counts."""
        before = self.choice(account, type, field)
        if before != choice:
            self._decisions.note("policy", f"{account}:{type}:{field}", before, choice)
        stamp = self._session.writing()
        self._session.write(
            "INSERT INTO policies (account, type, field, choice, at, actor) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (account, type, field) DO UPDATE SET (choice, at, actor) = "
            "(excluded.choice, excluded.at, excluded.actor)",
            (account, type.value, field, choice, stamp.at, stamp.actor),
        )

    def choice(self, account: int, type: RecordType, field: str) -> str | None:
        """What was said of exactly these, or `None`."""
        where = "account = ? AND type = ? AND field = ?"
        row = self._session.one(f"SELECT choice FROM policies WHERE {where}", (account, type.value, field))
        return None if row is None else str(row[0])

    def over(self, account: int, policies: Policies) -> Policies:
        """The policies of an account, with what people said above them."""
        for one in self.list(account):
            policies = policies.with_choice(one.type, one.field, one.choice)
        return policies

    def list(self, account: int = 0) -> list[StoredPolicy]:
        """All of them, or those of one account."""
        rows = self._session.all(
            "SELECT id, account, type, field, choice, at, actor FROM policies WHERE (? = 0 OR account = ?) "
            f"AND {self._session.seen.account('account')} ORDER BY id",
            (account, account),
        )
        return [
            StoredPolicy(id, owner, word(RecordType, type), field, choice, at, actor)
            for id, owner, type, field, choice, at, actor in rows
        ]

    def remove(self, id: int) -> None:
        """People are asked again. Raises `Usage` when there is no such policy."""
        found = next((policy for policy in self.list() if policy.id == id), None)
        if found is None:
            raise Usage("there is no such policy", thing=str(id), next_step="See `crmsync conflicts policies`")
        self._decisions.note("policy", f"{found.account}:{found.type}:{found.field}", found.choice, None)
        self._session.write("DELETE FROM policies WHERE id = ?", (id,))

    def take_back(self, key: str, before: str | None, after: str | None) -> bool:
        """Goes back to what was said `before`. False where something else than `after` was said since, or the account
        is gone."""
        account, type, field = key.split(":", 2)
        place = int(account), word(RecordType, type), field
        if self.choice(*place) != after or not self._session.one("SELECT 1 FROM accounts WHERE id = ?", place[:1]):
            return False
        if before is not None:
            self.set(*place, before)
        else:
            self.remove(next(one.id for one in self.list(place[0]) if (one.type, one.field) == place[1:]))
        return True
