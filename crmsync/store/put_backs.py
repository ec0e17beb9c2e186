"""Items that are no record's any more since their link was undone, and that are to be as they were before it."""

from __future__ import annotations

from dataclasses import dataclass

from crmsync.store.jsontext import dump_fields, load_changes
from crmsync.store.session import Session
from crmsync.values import Changes


@dataclass(frozen=True, slots=True)
class PutBack:
    """One item. `record`: whose it was. `done`: what went back as far as is known; `None`: it waits for a sync."""

    href: str
    record: str
    done: Changes | None


class PutBacks:
    """The table `put_backs`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, collection: int, href: str, record: str) -> None:
        """The next sync takes out of the item what we wrote into it."""
        self._session.write(
            "INSERT OR REPLACE INTO put_backs (collection, href, record) VALUES (?, ?, ?)", (collection, href, record)
        )

    def send(self, collection: int, href: str, back: Changes) -> None:
        """These fields are about to go back; `{}`: the remote said no, they did not."""
        self._session.write(
            "UPDATE put_backs SET sent = ? WHERE collection = ? AND href = ?", (dump_fields(back), collection, href)
        )

    def waiting(self, collection: int) -> list[PutBack]:
        """Those that a sync has yet to deal with, in order of href."""
        sql = "SELECT href, record, done FROM put_backs WHERE collection = ? AND done IS NULL ORDER BY href"
        return [_put_back(row) for row in self._session.all(sql, (collection,))]

    def waits(self, collection: int, href: str) -> bool:
        """Whether the item still holds what was written for the link that is gone."""
        sql = "SELECT 1 FROM put_backs WHERE collection = ? AND href = ? AND done IS NULL"
        return self._session.one(sql, (collection, href)) is not None

    def settle(self, collection: int, href: str, back: Changes) -> None:
        """It is dealt with; `back` are the fields that went back, besides those sent of which no answer came."""
        found = self.find(collection, href)
        done = {**((found and found.done) or {}), **back}
        self._session.write(
            "UPDATE put_backs SET done = ?, sent = NULL WHERE collection = ? AND href = ?",
            (dump_fields(done), collection, href),
        )

    def find(self, collection: int, href: str) -> PutBack | None:
        """What is known of one item, done or not."""
        sql = "SELECT href, record, coalesce(done, sent) FROM put_backs WHERE collection = ? AND href = ?"
        row = self._session.one(sql, (collection, href))
        return None if row is None else _put_back(row)

    def drop(self, collection: int, href: str) -> None:
        """The item is a record's again, or gone."""
        self._session.write("DELETE FROM put_backs WHERE collection = ? AND href = ?", (collection, href))


def _put_back(row: tuple[str, str, str | None]) -> PutBack:
    href, record, done = row
    return PutBack(href, record, None if done is None else load_changes(done))
