"""Which record a record was merged into: items that carry the mark of the one that went are the other's."""

from __future__ import annotations

from crmsync.store.decisions import Decisions
from crmsync.store.session import Session


class Merged:
    """The table `merged`. A row counts only as long as its record is deleted."""

    def __init__(self, session: Session, decisions: Decisions) -> None:
        self._session = session
        self._decisions = decisions

    def put(self, record: str, into: str) -> None:
        """The record is another one from now on."""
        run = self._session.writing().run
        self._session.write("INSERT OR REPLACE INTO merged VALUES (?, ?, ?)", (record, into, run))
        self._decisions.note("merged", record, None, into)

    def drop(self, record: str) -> bool:
        """It is not. False when that was known."""
        row = self._session.one("SELECT merged_into FROM merged WHERE record = ?", (record,))
        if row is None:
            return False
        self._session.write("DELETE FROM merged WHERE record = ?", (record,))
        self._decisions.note("merged", record, row[0], None)
        return True

    def run_of(self, record: str) -> int | None:
        """The run in which it was merged."""
        row = self._session.one("SELECT run FROM merged WHERE record = ?", (record,))
        return None if row is None else row[0]

    def parts_of(self, record: str) -> list[str]:
        """The records that were merged into this one itself."""
        return [row[0] for row in self._session.all("SELECT record FROM merged WHERE merged_into = ?", (record,))]

    def successor(self, record: str) -> str | None:
        """The record that it is by now, after any number of merges; `None` when it was never merged."""
        row = self._session.one(
            """WITH RECURSIVE later (record) AS (
                SELECT merged_into FROM merged WHERE record = ?
                UNION SELECT m.merged_into FROM merged m JOIN later l ON m.record = l.record)
            SELECT l.record FROM later l JOIN records r ON r.id = l.record WHERE NOT r.deleted LIMIT 1""",
            (record,),
        )
        return None if row is None else row[0]
