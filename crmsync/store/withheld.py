"""Records that an account is not to get although its selection says so: an undo took their items back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmsync.store.decisions import Decisions
from crmsync.store.session import Session, batches, marks


class Withheld:
    """The table `withheld`. Setting the record's sync flag again ends it (`Flags.set`)."""

    def __init__(self, session: Session, decisions: Decisions) -> None:
        self._session = session
        self._decisions = decisions

    def add(self, account: int, record: str) -> bool:
        """From now on the account does without the record. False when it did already."""
        row = self._session.write("INSERT OR IGNORE INTO withheld VALUES (?, ?)", (account, record))
        if row.rowcount:
            self._decisions.note("withheld", f"{account}:{record}", None, True)
            self._touch([record])
        return bool(row.rowcount)

    def drop(self, account: int, record: str) -> bool:
        """The account is to have it again. False when it was not withheld."""
        row = self._session.write("DELETE FROM withheld WHERE account = ? AND record = ?", (account, record))
        if row.rowcount:
            self._decisions.note("withheld", f"{account}:{record}", True, None)
            self._touch([record])
        return bool(row.rowcount)

    def outlive(self, account: int, record: str) -> bool:
        """Its item was edited at the remote after the undo: it stays, and that is no decision to be taken back."""
        row = self._session.write("DELETE FROM withheld WHERE account = ? AND record = ?", (account, record))
        return bool(row.rowcount)

    def drop_for(self, user: int, records: Sequence[str]) -> None:
        """All accounts of the user are to have these records again."""
        for batch in batches(records):
            sql = (
                "SELECT w.account, w.record FROM withheld w JOIN accounts a ON a.id = w.account "
                f"WHERE a.user = ? AND w.record IN ({marks(len(batch))})"
            )
            for account, record in self._session.all(sql, (user, *batch)):
                self.drop(account, record)

    def among(self, account: int, records: Sequence[str]) -> frozenset[str]:
        """Those of these records that are withheld from an account."""
        found: set[str] = set()
        for batch in batches(records):
            sql = f"SELECT record FROM withheld WHERE account = ? AND record IN ({marks(len(batch))})"
            found.update(row[0] for row in self._session.all(sql, (account, *batch)))
        return frozenset(found)

    def _touch(self, records: Iterable[str]) -> None:
        self._session.write_many(
            "UPDATE links SET dirty = 1, touched = (SELECT coalesce(max(seq), 0) FROM journal) WHERE record = ?",
            [(record,) for record in records],
        )
