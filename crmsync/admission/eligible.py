"""Which records an account is to have, and if not, by which rule: asked by the cycle and by `explain` alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crmsync.core.selection import AccountRules, Excluded, Export, Selection, UserView, Why, select
from crmsync.model import Record, RecordType
from crmsync.store.accounts import Account
from crmsync.store.store import Tables

_WITHHELD = Excluded("an undo took its item back; setting its sync flag again brings it there")


@dataclass(frozen=True, slots=True)
class Eligible:
    """What the account's user may see and wants, asked once for many records."""

    user: UserView
    rules: AccountRules
    flagged: frozenset[str]
    chosen: Mapping[str, Why]
    withheld: frozenset[str]

    @classmethod
    def among(
        cls, tx: Tables, account: Account, accepts: Iterable[RecordType], export: Export, records: Iterable[str]
    ) -> Eligible:
        """For these records, in collections that accept these types; `export` is what the account lets out."""
        owner, ids = tx.users.by_id(account.user), list(records)
        return cls(
            owner.sight(),
            AccountRules(frozenset(accepts), export=export),
            tx.flags.on(owner.id, ids),
            tx.choices.on(account.id, ids),
            tx.withheld.among(account.id, ids),
        )

    def verdict(self, record: Record) -> Selection:
        """Whether the account is to have the record, and why or why not."""
        flagged, chosen = record.id in self.flagged, self.chosen.get(record.id)
        found = select(record, self.user, self.rules, flagged=flagged, chosen=chosen)
        return _WITHHELD if record.id in self.withheld and not isinstance(found, Excluded) else found
