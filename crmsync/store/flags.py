"""The sync flags: which records each user wants on the phone (M1.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmsync.store.journal import Journal
from crmsync.store.session import Session, batches, marks
from crmsync.store.withheld import Withheld

FLAG_FIELD = "sync:"
"""How the journal names the flag of a user: with the user's id behind it."""


class Flags:
    """The table `flags`; a row is a flag that is on."""

    def __init__(self, session: Session, journal: Journal, withheld: Withheld) -> None:
        self._session = session
        self._journal = journal
        self._withheld = withheld

    def set(self, user: int, ids: Iterable[str], on: bool) -> list[str]:
        """Sets or clears the flag and returns the ids for which that was a change.

        Each change is journalled as `sync:<user>` and marks the record's links for the next cycle. Who sets a flag
        wants the record: accounts of the user that were to do without it get it again.
        """
        wanted = list(dict.fromkeys(ids))
        if on:
            self._withheld.drop_for(user, wanted)
        had = self.on(user, wanted)
        changed = [id for id in wanted if (id in had) is not on]
        if not changed:
            return []
        statement = "INSERT INTO flags VALUES (?, ?)" if on else "DELETE FROM flags WHERE user = ? AND record = ?"
        self._session.write_many(statement, [(user, id) for id in changed])
        before, after = ("false", "true") if on else ("true", "false")
        seq = self._journal.append_many([(id, f"{FLAG_FIELD}{user}", before, after, None) for id in changed])
        self._session.write_many(
            "UPDATE links SET dirty = 1, touched = ? WHERE record = ?", [(seq, id) for id in changed]
        )
        return changed

    def on(self, user: int, ids: Sequence[str]) -> frozenset[str]:
        """Those of these records that the user has flagged."""
        found: set[str] = set()
        for batch in batches(ids):
            sql = f"SELECT record FROM flags WHERE user = ? AND record IN ({marks(len(batch))})"
            found.update(row[0] for row in self._session.all(sql, (user, *batch)))
        return frozenset(found)

    def by_anybody(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of these records that at least one user has flagged."""
        found: set[str] = set()
        for batch in batches(ids):
            sql = f"""SELECT f.record FROM users u JOIN flags f ON f.user = u.id
                WHERE f.record IN ({marks(len(batch))})"""
            found.update(row[0] for row in self._session.all(sql, batch))
        return frozenset(found)

    def users(self, record: str) -> list[int]:
        """The users who have flagged a record."""
        rows = self._session.all("SELECT u.id FROM users u JOIN flags f ON f.user = u.id WHERE f.record = ?", (record,))
        return [row[0] for row in rows]
