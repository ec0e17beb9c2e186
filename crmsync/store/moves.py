"""Items that vanished in one place, and items that no record has: what was moved is one of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crmsync.model import Link, LinkState
from crmsync.store.jsontext import dump
from crmsync.store.links import Links
from crmsync.store.pushes import Pushes
from crmsync.store.session import Session


@dataclass(frozen=True, slots=True)
class Stranger:
    """An item that is no record's. `hash`: of its bytes."""

    collection: int
    href: str
    etag: str | None
    uid: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Missing:
    """An item that vanished. `link`: its link, if it has one still; else its record was deleted because of that."""

    record: str
    collection: int
    href: str
    uid: str
    hash: bytes | None
    link: int | None


class Moves:
    """Reads across `links`, `mirror`, `conflicts`; the table `vanished`."""

    def __init__(self, session: Session, links: Links, pushes: Pushes) -> None:
        self._session = session
        self._links = links
        self._pushes = pushes

    def missing(self, account: int, since: str) -> Sequence[Missing]:
        """What vanished and nobody decided about yet, and whose record was deleted for it since then."""
        rows = self._session.all(
            """SELECT l.record, l.collection, l.href, l.uid, m.hash, l.id FROM collections c
                JOIN mirror m ON m.collection = c.id AND m.dirty AND m.gone
                JOIN links l ON l.collection = m.collection AND l.href = m.href AND l.href <> ''
                WHERE c.account = ?1 AND l.state = 'linked'
            UNION SELECT l.record, l.collection, l.href, l.uid, NULL, l.id FROM conflicts x
                JOIN links l ON l.id = x.link JOIN collections c ON c.id = l.collection
                WHERE c.account = ?1 AND x.open AND x.field = 'deleted' AND l.state = 'gone'
            UNION SELECT v.record, v.collection, v.href, v.uid, v.hash, NULL FROM vanished v
                JOIN collections c ON c.id = v.collection JOIN records r ON r.id = v.record
                WHERE c.account = ?1 AND v.at >= ?2 AND r.deleted
            ORDER BY 2, 3""",
            (account, since),
        )
        return [Missing(*row) for row in rows]

    def strangers(self, account: int, uids: Sequence[str], hashes: Sequence[bytes]) -> Sequence[Stranger]:
        """The items of the account that no record has and that have one of these UIDs, or without any, these bytes."""
        rows = self._session.all(
            """SELECT m.collection, m.href, m.etag, m.uid, m.hash
            FROM collections c JOIN mirror m ON m.collection = c.id
            WHERE c.account = ? AND c.selected AND NOT m.gone
                AND (m.uid IN (SELECT value FROM json_each(?)) AND m.uid <> ''
                    OR m.uid = '' AND hex(m.hash) IN (SELECT value FROM json_each(?)))
                AND NOT EXISTS
                    (SELECT 1 FROM links l WHERE l.collection = m.collection AND l.href = m.href AND l.href <> '')
            ORDER BY m.collection, m.href""",
            (account, dump(list(uids)), dump([one.hex().upper() for one in hashes])),
        )
        return [Stranger(*row) for row in rows]

    def follow(self, link: Link, there: Stranger) -> None:
        """The link's item is that one. What we wrote into it moves along, questions whether it is gone end."""
        at = self._session.writing().at
        old, new = (link.collection, link.href), (there.collection, there.href)
        self._links.update(
            replace(
                link, collection=there.collection, href=there.href, etag=there.etag, uid=there.uid,
                state=LinkState.LINKED,
            )
        )  # fmt: skip
        self._session.write(
            "UPDATE conflicts SET open = 0, resolution = 'moved', resolved_at = ? "
            "WHERE link = ? AND open AND field = 'deleted' AND crm IS NOT 'true'",
            (at, link.id),
        )
        self._session.write("UPDATE conflicts SET collection = ? WHERE link = ?", (there.collection, link.id))
        self._session.write("DELETE FROM last_bytes WHERE link = ?", (link.id,))
        self._pushes.moved(old, new)

    def remember(self, link: Link, hash: bytes) -> None:
        """The item's record is deleted because the item vanished."""
        values = (link.collection, link.href, link.uid, hash, link.record, self._session.writing().at)
        self._session.write("INSERT OR REPLACE INTO vanished VALUES (?, ?, ?, ?, ?, ?)", values)

    def forget(self, missing: Missing) -> None:
        """It turned up again."""
        self._session.write(
            "DELETE FROM vanished WHERE (collection, href) = (?, ?)", (missing.collection, missing.href)
        )
