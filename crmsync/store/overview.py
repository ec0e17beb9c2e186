"""What `status` shows. Who sees all gets it from counters, at the same cost at any size; for others it is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmsync.store.session import Session
    from crmsync.store.store import Tables

_COUNTED = ("records", "queue", "conflicts", "held", "parked", "failing")


def counts(tx: Tables, session: Session) -> dict[str, int]:
    """See `Tables.counts`."""
    if session.seen.limited:
        from crmsync.store.record_list import EVERYTHING

        seen = (tx.records.count(EVERYTHING), tx.queue.count(), tx.conflicts.count(), tx.plans.count())
        return dict(zip(_COUNTED, (*seen, tx.parked.count(), tx.parked.failing()), strict=True))
    sql = """SELECT (SELECT coalesce(sum(n), 0) FROM totals WHERE what = 'records'),
        (SELECT coalesce(sum(n), 0) FROM totals WHERE what = 'queue' AND name = 'open'),
        (SELECT count(*) FROM conflicts WHERE open), (SELECT count(*) FROM plans WHERE state = 'held'),
        (SELECT count(*) FROM parked), (SELECT count(*) FROM parked WHERE refused AND NOT dropped)"""
    return dict(zip(_COUNTED, session.one(sql), strict=True))


def accounts(session: Session) -> list[Any]:
    """See `Tables.overview`: of the accounts and items that are seen."""
    seen = session.seen
    items = """SELECT coalesce(sum(t.n), 0) FROM collections c JOIN totals t
        ON t.what = 'mirror' AND t.name = CAST(c.id AS TEXT) WHERE c.account = a.id"""
    if seen.limited:
        items = f"""SELECT count(*) FROM collections c JOIN mirror m ON m.collection = c.id
            WHERE c.account = a.id AND NOT m.gone AND {seen.item("m.collection", "m.href")}"""
    return session.all(
        f"""SELECT a.name, a.kind, a.state, a.message, ({items}),
        (SELECT finished FROM runs WHERE account = a.name AND finished IS NOT NULL ORDER BY id DESC LIMIT 1),
        a.paused, a.until FROM accounts a WHERE {seen.account("a.id")} ORDER BY a.id"""
    )


def sees_all(session: Session, user: str) -> bool:
    """See `Tables.sees_all`: `store.users` knows more, and takes longer to load than all that `status` does."""
    sql = "SELECT scope = 'all' AND sees_suppliers FROM users WHERE ?1 IN ('', name) ORDER BY id LIMIT 1"
    row = session.one(sql, (user,))
    return row is not None and bool(row[0])
