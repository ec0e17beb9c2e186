"""Parked items: the ones that could not be read or were refused, with their bytes and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmsync.errors import Usage
from crmsync.store.session import Session


@dataclass(frozen=True, slots=True)
class ParkedItem:
    """One item that cannot go on. `raw`: `None` when its bytes could not be had. `retry`: somebody asked again.

    `refused`: it is a write that the remote did not take; `href` is the record's id when that has no item there yet.
    `seq`: the newest journal entry when it was tried. `dropped`: it is linked, and somebody said to leave it so.
    """

    id: int
    collection: int
    href: str
    etag: str | None
    reason: str
    raw: bytes | None = field(repr=False)
    attempts: int = 1
    at: str = ""
    retry: bool = False
    refused: bool = False
    seq: int = 0
    dropped: bool = False


_ROW = "id, collection, href, etag, reason, raw, attempts, at, retry, refused, seq, dropped"


class Parked:
    """The table `parked`: at most one row for an item."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._seen = session.seen.item("parked.collection", "parked.href")

    def put(
        self, collection: int, href: str, etag: str | None, reason: str, raw: bytes | None, *, refused: bool = False
    ) -> int:
        """Parks an item, or counts one more attempt at it (from 1 again when its etag moved). Returns its id."""
        self._session.write(
            "INSERT INTO parked (collection, href, etag, reason, raw, attempts, at, refused, seq) "
            "VALUES (?, ?, ?, ?, ?, 1, ?, ?, (SELECT coalesce(max(seq), 0) FROM journal)) "
            "ON CONFLICT (collection, href) DO UPDATE SET "
            "attempts = CASE WHEN etag IS excluded.etag THEN attempts + 1 ELSE 1 END, "
            "(etag, reason, raw, at, retry, refused, seq, dropped) = (excluded.etag, excluded.reason, "
            "coalesce(excluded.raw, raw), excluded.at, 0, excluded.refused, excluded.seq, 0)",
            (collection, href, etag, reason, raw, self._session.writing().at, int(refused)),
        )
        parked = self.find(collection, href)
        assert parked is not None
        return parked.id

    def drop(self, ids: Sequence[int]) -> None:
        """Nobody wants these. What a record has to do with stays, marked, since the two are still out of step."""
        self._session.write_many(
            "DELETE FROM parked WHERE id = ? AND NOT refused AND NOT EXISTS "
            "(SELECT 1 FROM links l WHERE l.collection = parked.collection AND l.href = parked.href AND l.href <> '')",
            [(id,) for id in ids],
        )
        self._session.write_many("UPDATE parked SET dropped = 1, retry = 0 WHERE id = ?", [(id,) for id in ids])

    def drop_hrefs(self, collection: int, hrefs: Iterable[str]) -> None:
        """`drop` for a cycle, which knows hrefs."""
        if self._session.one("SELECT 1 FROM parked WHERE collection = ? LIMIT 1", (collection,)) is None:
            return  # as nearly always, and then a first sync need not ask for each of its items
        self._session.write_many(
            "DELETE FROM parked WHERE collection = ? AND href = ?", [(collection, href) for href in hrefs]
        )

    def retry(self, ids: Iterable[int]) -> int:
        """The next cycle shall try again. Returns how many of these are parked."""
        return self._session.write_many("UPDATE parked SET retry = 1, dropped = 0 WHERE id = ?", [(id,) for id in ids])

    def get(self, id: int) -> ParkedItem:
        """One item. Raises `Usage` when it is not parked."""
        row = self._session.one(f"SELECT {_ROW} FROM parked WHERE id = ? AND {self._seen}", (id,))
        if row is None:
            raise Usage("there is no such parked item", thing=str(id), next_step="See `crmsync parked list`")
        return _parked(row)

    def find(self, collection: int, href: str) -> ParkedItem | None:
        """The parked item with this href, or `None`."""
        row = self._session.one(f"SELECT {_ROW} FROM parked WHERE collection = ? AND href = ?", (collection, href))
        return None if row is None else _parked(row)

    def unseen(self, collection: int) -> Sequence[str]:
        """Items that the remote lists and that could never be had: parked, and not in the mirror."""
        rows = self._session.all(
            "SELECT p.href FROM parked p WHERE p.collection = ? "
            "AND NOT EXISTS (SELECT 1 FROM mirror m WHERE m.collection = p.collection AND m.href = p.href) "
            "AND NOT EXISTS (SELECT 1 FROM records r WHERE r.id = p.href)",  # a record that the remote refused
            (collection,),
        )
        return [row[0] for row in rows]

    def list(self, *, collection: int = 0, retry: bool = False, after: int = 0, limit: int = -1) -> list[ParkedItem]:
        """Parked items in order of id: of one collection, only those to retry, where asked."""
        rows = self._session.all(
            f"SELECT {_ROW} FROM parked WHERE id > ? AND (? = 0 OR collection = ?) AND retry >= ? AND {self._seen} "
            "ORDER BY id LIMIT ?",
            (after, collection, collection, int(retry), limit),
        )
        return [_parked(row) for row in rows]

    def reasons(self) -> Sequence[tuple[int, str]]:
        """Id and reason of each, in order of id."""
        return self._session.all(f"SELECT id, reason FROM parked WHERE {self._seen} ORDER BY id")

    def outlines(self, collection: int) -> dict[str, ParkedItem]:
        """Those of one collection by href, without their bytes."""
        rows = self._session.all(
            f"SELECT {_ROW.replace('raw', 'NULL')} FROM parked WHERE collection = ?", (collection,)
        )
        return {row[2]: _parked(row) for row in rows}

    def failing(self, account: int = 0) -> int:
        """How many writes the remotes, or that of one account, do not take, without those that somebody dropped."""
        sql = f"""SELECT count(*) FROM parked WHERE refused AND NOT dropped AND {self._seen}
            AND (?1 = 0 OR collection IN (SELECT id FROM collections WHERE account = ?1))"""
        return int(self._session.one(sql, (account,))[0])

    def count(self) -> int:
        """How many there are."""
        return int(self._session.one(f"SELECT count(*) FROM parked WHERE {self._seen}")[0])


def _parked(row: Sequence[Any]) -> ParkedItem:
    id, collection, href, etag, reason, raw, attempts, at, retry, refused, seq, dropped = row
    return ParkedItem(
        id, collection, href, etag, reason, raw, attempts, at, bool(retry), bool(refused), seq, bool(dropped)
    )
