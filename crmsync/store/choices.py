"""What each account gets apart from flagged records: its filter, and whom a cycle chose last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crmsync.core.selection import BUSINESSES, Why
from crmsync.model import RecordType
from crmsync.store.filters import Filter
from crmsync.store.session import Session, batches, marks


@dataclass(frozen=True, slots=True)
class Choice:
    """One account's. `terms`, `seq` (of the journal) and `at` are those of the last look; `""` and 0: none yet."""

    filter: Filter | None = None
    terms: str = ""
    seq: int = 0
    at: str = ""


_OF_ACCOUNT = "collection IN (SELECT id FROM collections WHERE account = ?)"


class Choices:
    """The tables `choices` and `chosen`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, account: int) -> Choice:
        """What decides for the account."""
        sql = """SELECT f.id, f.name, f.expression, c.terms, c.seq, c.at
            FROM choices c LEFT JOIN filters f ON f.id = c.filter WHERE c.account = ?"""
        row = self._session.one(sql, (account,))
        if row is None:
            return Choice()
        return Choice(None if row[0] is None else Filter(*row[:3]), *row[3:])

    def use(self, account: int, filter: int | None) -> None:
        """From now on the account gets what this filter (`None`: no filter) selects, and what is flagged."""
        self._session.write(
            "INSERT INTO choices (account, filter) VALUES (?, ?) "
            "ON CONFLICT (account) DO UPDATE SET filter = excluded.filter",
            (account, filter),
        )

    def looked(self, account: int, terms: str, seq: int, at: str) -> None:
        """A cycle has chosen by these terms, up to this journal entry, at this time."""
        self._session.write(
            "INSERT INTO choices (account, terms, seq, at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (account) DO UPDATE SET (terms, seq, at) = (excluded.terms, excluded.seq, excluded.at)",
            (account, terms, seq, at),
        )

    def all(self, account: int, why: Why | None = None) -> frozenset[str]:
        """Every record chosen for the account; only those chosen for one reason when asked."""
        sql = "SELECT record FROM chosen WHERE account = ? AND (?2 IS NULL OR why = ?2)"
        return frozenset(row[0] for row in self._session.all(sql, (account, why and why.name)))

    def on(self, account: int, ids: Sequence[str]) -> Mapping[str, Why]:
        """Those of these records that are chosen for the account, each with a reason."""
        found: dict[str, Why] = {}
        for batch in batches(ids):
            sql = f"SELECT record, why FROM chosen WHERE account = ? AND record IN ({marks(len(batch))})"
            for record, why in self._session.all(sql, (account, *batch)):
                found.setdefault(record, Why[why])
        return found

    def unlinked(self, account: int, types: Sequence[RecordType]) -> list[str]:
        """Chosen records of these types that no collection of the account has."""
        rows = self._session.all(
            f"""SELECT DISTINCT x.record FROM chosen x JOIN records r ON r.id = x.record
            WHERE x.account = ?1 AND NOT r.deleted AND r.type IN ({marks(len(types))}) AND NOT EXISTS (
                SELECT 1 FROM collections c JOIN links l ON l.record = x.record AND l.collection = c.id
                WHERE c.account = ?1)""",
            (account, *(type.value for type in types)),
        )
        return [row[0] for row in rows]

    def businesses(self, account: int, user: int) -> list[str]:
        """The businesses that the user has flagged or that are chosen for the account."""
        rows = self._session.all(
            f"""SELECT r.id FROM records r WHERE NOT r.deleted AND r.type IN ({marks(len(BUSINESSES))}) AND (
                r.id IN (SELECT record FROM flags WHERE user = ?)
                OR r.id IN (SELECT record FROM chosen WHERE account = ?))""",
            (*map(str, BUSINESSES), user, account),
        )
        return [row[0] for row in rows]

    def employed(self) -> list[tuple[str, str]]:
        """Every contact that says where it works: id and organization."""
        sql = "SELECT id, organization FROM records WHERE NOT deleted AND type = ? AND organization <> ''"
        return self._session.all(sql, (RecordType.CONTACT.value,))

    def change(self, account: int, why: Why, enter: Iterable[str], leave: Iterable[str]) -> None:
        """Chooses some records and no longer chooses others; marks their links there for the next look."""
        entering, leaving = sorted(enter), sorted(leave)
        rows = [(account, id, why.name) for id in entering]
        self._session.write_many("INSERT INTO chosen VALUES (?, ?, ?)", rows)
        self._session.write_many(
            "DELETE FROM chosen WHERE account = ? AND record = ? AND why = ?",
            [(account, id, why.name) for id in leaving],
        )
        self._session.write_many(
            "UPDATE links SET dirty = 1, touched = (SELECT coalesce(max(seq), 0) FROM journal) "
            f"WHERE record = ? AND {_OF_ACCOUNT}",
            [(id, account) for id in (*entering, *leaving)],
        )

    def reconsider(self, account: int) -> None:
        """The next look is at every link of the account: what it may have has changed."""
        self._session.write(
            f"UPDATE links SET dirty = 1, touched = (SELECT coalesce(max(seq), 0) FROM journal) WHERE {_OF_ACCOUNT}",
            (account,),
        )
