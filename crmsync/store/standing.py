"""Where each remote item stands: in exactly one place, so that the sums agree with what the remote lists."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from crmsync.store.session import Session


class Standing(StrEnum):
    """The one place an item is in."""

    IN_SYNC = "in sync"
    QUEUED = "queued"  # in the import queue, undecided
    EXCLUDED = "excluded"  # ignored or private
    CONFLICTED = "conflicted"  # linked, and a field waits for a person
    PARKED = "parked"
    PENDING = "pending"  # the next cycle will deal with it


# The first line that fits decides: an item that cannot be read is parked whatever else is known about it.
_STANDING = """SELECT m.href, CASE
        WHEN p.id IS NOT NULL THEN 'parked'
        WHEN l.id IS NOT NULL AND EXISTS (SELECT 1 FROM conflicts x WHERE x.link = l.id AND x.open) THEN 'conflicted'
        WHEN m.gone OR m.dirty THEN 'pending'
        WHEN l.id IS NOT NULL AND NOT l.dirty AND l.state = 'linked' THEN 'in sync'
        WHEN l.id IS NOT NULL THEN 'pending'
        WHEN q.state = 'open' THEN 'queued'
        WHEN q.state IN ('ignored', 'private') THEN 'excluded'
        ELSE 'pending' END AS standing
    FROM mirror m
    LEFT JOIN links l ON l.collection = m.collection AND l.href = m.href AND l.href <> ''
    LEFT JOIN queue q ON q.collection = m.collection AND q.href = m.href
    LEFT JOIN parked p ON p.collection = m.collection AND p.href = m.href
    WHERE m.collection = ?1
    UNION ALL SELECT p.href, 'parked' FROM parked p WHERE p.collection = ?1
        AND NOT EXISTS (SELECT 1 FROM mirror m WHERE m.collection = p.collection AND m.href = p.href)"""


def standings(session: Session, collection: int) -> Mapping[Standing, int]:
    """How many items stand where.

    The sum is the mirror's items, gone ones that nobody dealt with yet included, and parked ones without bytes.
    """
    rows = session.all(f"SELECT standing, count(*) FROM ({_STANDING}) GROUP BY standing", (collection,))
    counted = {Standing(standing): n for standing, n in rows}
    return {standing: counted.get(standing, 0) for standing in Standing}


def standing(session: Session, collection: int, href: str) -> Standing | None:
    """Where one item stands; `None` when nothing is known of it."""
    row = session.one(f"SELECT standing FROM ({_STANDING}) WHERE href = ?2", (collection, href))
    return None if row is None else Standing(row[0])
