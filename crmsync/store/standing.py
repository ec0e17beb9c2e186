"""Where each remote item stands: in exactly one place, so that the sums agree with what the remote lists.

The one answer to that question. It is given for all items of a collection by one statement, in which the first line
that fits decides, so that an item can neither be in two places nor in none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crmsync.model import FILES
from crmsync.store.jsontext import word
from crmsync.store.plans import TOO_MUCH
from crmsync.store.session import Session


class Standing(StrEnum):
    """The one place an item is in."""

    IN_SYNC = "in sync"
    QUEUED = "queued"  # in the import queue, undecided
    EXCLUDED = "excluded"  # by a rule, or by a person
    CONFLICTED = "conflicted"  # linked, and a field waits for a person
    PARKED = "parked"
    PENDING = "pending"  # the next cycle will deal with it, or a held plan waits for a person


class Reason(StrEnum):
    """Why an item is where it is."""

    AGREED = "agreed"
    UNDECIDED = "undecided"
    COLLECTION = "collection not selected"
    GROUP = "group"  # a list of people is no person
    EXPORT_ONLY = "export only"  # and the item is not ours
    IMPORT_ONLY = "import only"  # its record was deleted, and the item may not be
    IGNORED = "ignored"
    PRIVATE = "private"
    DISCARDED = "plan discarded"  # a person did not let its removal pass
    DROPPED = "dropped"  # it could not be read, and a person dropped it from what is parked
    CONFLICT = "conflict"
    PARKED = "parked"
    REFUSED = "refused"  # the remote does not take a write
    HELD = "held"
    GONE = "gone"  # no longer listed: the only reason that is not part of the sums
    UNDER_WAY = "write under way"
    CHANGED_THERE = "changed at the remote"
    CHANGED_HERE = "changed in the CRM"
    NEW = "new"
    UNLINKED = "unlinked"  # it was a record's and is no more

    @property
    def standing(self) -> Standing:
        """The place that goes with the reason."""
        return _PLACES[self]


_PLACES: Mapping[Reason, Standing] = {
    Reason.AGREED: Standing.IN_SYNC,
    Reason.UNDECIDED: Standing.QUEUED,
    **dict.fromkeys(
        (
            Reason.COLLECTION, Reason.GROUP, Reason.EXPORT_ONLY, Reason.IMPORT_ONLY, Reason.IGNORED, Reason.PRIVATE,
            Reason.DISCARDED, Reason.DROPPED,
        ),
        Standing.EXCLUDED,
    ),
    Reason.CONFLICT: Standing.CONFLICTED,
    **dict.fromkeys((Reason.PARKED, Reason.REFUSED), Standing.PARKED),
    **dict.fromkeys(
        (
            Reason.HELD, Reason.GONE, Reason.UNDER_WAY, Reason.CHANGED_THERE, Reason.CHANGED_HERE, Reason.NEW,
            Reason.UNLINKED,
        ),
        Standing.PENDING,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """One item with its reason, and what the reason speaks of.

    `record`: whose item it is, or may be. `plan`: the plan that holds it, or that was discarded. `fields`: those in
    conflict. `said`: why it is parked or held, or who decided (then `at` is when). `attempts`: how often a parked one
    was tried.
    """

    href: str
    reason: Reason
    record: str | None = None
    plan: int | None = None
    fields: tuple[str, ...] = ()
    said: str = ""
    at: str = ""
    attempts: int = 0

    @property
    def standing(self) -> Standing:
        """Where it stands."""
        return self.reason.standing


# A line is sealed on what its item held (cycle.seal): a plan that was discarded holds for the item as it was then.
_REASON = f"""CASE
        WHEN m.gone THEN 'gone'
        WHEN NOT c.selected THEN 'collection not selected'
        WHEN p.refused THEN 'refused'
        WHEN p.id IS NOT NULL THEN 'parked'
        WHEN EXISTS (SELECT 1 FROM conflicts x WHERE x.link = l.id AND x.open) THEN 'conflict'
        WHEN h.plan IS NOT NULL THEN 'held'
        WHEN l.dirty AND d.target = 'link ' || l.id AND d.item = lower(hex(m.hash)) THEN 'plan discarded'
        WHEN m.dirty THEN CASE WHEN l.id IS NULL THEN 'new' ELSE 'changed at the remote' END
        WHEN l.state = 'gone' THEN 'changed at the remote'
        WHEN l.state <> 'linked' THEN 'write under way'
        WHEN l.dirty AND a.kind <> '{FILES}' THEN 'changed in the CRM'
        WHEN l.id IS NOT NULL AND a.mode = 'import' AND r.deleted THEN 'import only'
        WHEN l.id IS NOT NULL THEN 'agreed'
        WHEN q.state = 'open' THEN 'undecided'
        WHEN q.state = 'private' THEN 'private'
        WHEN q.state = 'ignored' AND q.decided_by = a.name AND q.kind = 'group' THEN 'group'
        WHEN q.state = 'ignored' AND q.decided_by = a.name THEN 'export only'
        WHEN q.state = 'ignored' THEN 'ignored'
        WHEN q.id IS NULL THEN 'dropped'
        ELSE 'unlinked' END"""

# Without the CAST the href has no affinity, SQLite finds no line by it, and reads all of them for every item.
_LINES = """WITH lines AS MATERIALIZED (
    SELECT p.id AS plan, p.state AS state, p.reason AS reason, CAST(json_extract(a.value, '$.href') AS TEXT) AS href,
        json_extract(a.value, '$.target') AS target, json_extract(a.value, '$.sealed.item') AS item,
        json_extract(a.value, '$.action') AS action
    FROM plans p, json_each(p.body, '$.actions') a WHERE p.collection = :collection AND p.state IN ('held', 'discarded')
), held AS MATERIALIZED (
    SELECT href, max(plan) AS plan, reason FROM lines WHERE state = 'held' AND href IS NOT NULL GROUP BY href
), discarded AS MATERIALIZED (
    SELECT href, max(plan) AS plan, target, item FROM lines WHERE state = 'discarded' AND action = 'delete'
    GROUP BY href
)"""

_KNOWN = """FROM collections c JOIN accounts a ON a.id = c.account JOIN mirror m ON m.collection = c.id
    LEFT JOIN links l ON l.collection = m.collection AND l.href = m.href AND l.href <> ''
    LEFT JOIN records r ON r.id = l.record
    LEFT JOIN queue q ON q.collection = m.collection AND q.href = m.href
    LEFT JOIN parked p ON p.collection = m.collection AND p.href = m.href
    LEFT JOIN held h ON h.href = m.href
    LEFT JOIN discarded d ON d.href = m.href
    WHERE c.id = :collection AND {seen}"""

# What the remote lists and nobody could fetch. A record that the remote refused is parked too, under its own id.
_UNSEEN = """FROM collections c JOIN parked p ON p.collection = c.id WHERE c.id = :collection
    AND NOT EXISTS (SELECT 1 FROM mirror m WHERE m.collection = p.collection AND m.href = p.href)
    AND NOT EXISTS (SELECT 1 FROM records r WHERE r.id = p.href) AND {seen}"""
_UNSEEN_REASON = "CASE WHEN c.selected THEN 'parked' ELSE 'collection not selected' END"

_DETAILS = """coalesce(l.record, CASE WHEN {record} THEN q.suggestion END), coalesce(h.plan, d.plan),
    coalesce(p.reason || CASE WHEN p.dropped THEN ' (it was left so)' ELSE '' END, {held}, q.decided_by, ''),
    coalesce(p.at, q.decided_at, ''), coalesce(p.attempts, 0),
    (SELECT group_concat(x.field) FROM conflicts x WHERE x.link = l.id AND x.open)"""
_UNSEEN_DETAILS = "NULL, NULL, p.reason, p.at, p.attempts, NULL"


def reasons(session: Session, collection: int) -> Mapping[Reason, int]:
    """How many items there are for each reason.

    Without those that are `GONE`, the sum is what the remote lists. Costs O(items), and no text of any item is read.
    """
    known, unseen, _ = _parts(session)
    sql = f"""{_LINES} SELECT reason, count(*) FROM (
        SELECT {_REASON} AS reason {known} UNION ALL SELECT {_UNSEEN_REASON} {unseen}) GROUP BY reason"""
    counted = {word(Reason, reason): n for reason, n in _rows(session, sql, collection)}
    return {reason: counted.get(reason, 0) for reason in Reason}


def standings(session: Session, collection: int) -> Mapping[Standing, int]:
    """How many items stand where; the sum is what the remote lists."""
    sums = dict.fromkeys(Standing, 0)
    for reason, n in reasons(session, collection).items():
        if reason is not Reason.GONE:
            sums[reason.standing] += n
    return sums


def places(session: Session, collection: int) -> Iterator[Place]:
    """Every item that the remote lists, in order of href; also those that are gone and nobody has looked at since."""
    known, unseen, details = _parts(session)
    sql = f"""{_LINES} SELECT m.href AS href, {_REASON}, {details} {known}
        UNION ALL SELECT p.href, {_UNSEEN_REASON}, {_UNSEEN_DETAILS} {unseen} ORDER BY 1"""
    return map(_place, _rows(session, sql, collection))


def place(session: Session, collection: int, href: str) -> Place | None:
    """Where one item stands; `None` when nothing is known of it."""
    known, unseen, details = _parts(session)
    sql = f"""{_LINES} SELECT m.href AS href, {_REASON}, {details} {known} AND m.href = :href
        UNION ALL SELECT p.href, {_UNSEEN_REASON}, {_UNSEEN_DETAILS} {unseen} AND p.href = :href"""
    row = session.connection.execute(sql, {"collection": collection, "href": href}).fetchone()
    return None if row is None else _place(row)


def _parts(session: Session) -> tuple[str, str, str]:
    """Known items, those that nobody could fetch, and the details of the former: of what whoever asks may see.

    Such a person is not told how much a plan holds.
    """
    seen = session.seen
    held = f"CASE WHEN h.plan IS NOT NULL THEN '{TOO_MUCH}' END" if seen.limited else "h.reason"
    return (
        _KNOWN.format(seen=seen.item("m.collection", "m.href")),
        _UNSEEN.format(seen=seen.item("p.collection", "p.href")),
        _DETAILS.format(record=seen.record("q.suggestion"), held=held),
    )


def _rows(session: Session, sql: str, collection: int) -> Iterator[Any]:
    return session.connection.execute(sql, {"collection": collection})


def _place(row: tuple[Any, ...]) -> Place:
    href, reason, record, plan, said, at, attempts, fields = row
    disputed = tuple(sorted(fields.split(","))) if fields else ()
    return Place(href, word(Reason, reason), record, plan, disputed, said, at, attempts)
