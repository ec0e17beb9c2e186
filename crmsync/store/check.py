"""What `doctor` asks the store: is everything whole, and do the copies agree with what they are copies of?"""

from __future__ import annotations

from crmsync.store.session import Session

_TOTALS = """WITH counted (what, name, n) AS (
        SELECT 'records', type, count(*) FROM records WHERE NOT deleted GROUP BY type
        UNION ALL SELECT 'queue', state, count(*) FROM queue GROUP BY state
        UNION ALL SELECT 'mirror', CAST(collection AS TEXT), count(*) FROM mirror WHERE NOT gone GROUP BY collection)
    SELECT what, name FROM (SELECT * FROM counted EXCEPT SELECT * FROM totals)
    UNION SELECT what, name FROM (SELECT * FROM totals WHERE n <> 0 EXCEPT SELECT * FROM counted)"""


def problems(session: Session) -> list[str]:
    """Sentences about what is wrong; none when all is well. Reads the whole store: seconds for a large one."""
    found = [f"the file is damaged: {row[0]}" for row in session.all("PRAGMA integrity_check(20)") if row[0] != "ok"]
    if found:
        return found
    for table, rowid, parent, _ in session.all("PRAGMA foreign_key_check"):
        found.append(f"row {rowid} of {table} names a row of {parent} that is not there")
    for what, name in session.all(_TOTALS):
        found.append(f"the count of {what} ({name}) is wrong")
    lost = session.one("SELECT count(*) FROM mirror m WHERE NOT EXISTS (SELECT 1 FROM mirror_raw w WHERE w.id = m.id)")
    if lost[0]:
        found.append(f"{lost[0]} items of the mirror have no bytes")
    unjournalled = session.one(
        "SELECT count(*) FROM records r "
        "WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.record = r.id AND j.field = '')"
    )
    if unjournalled[0]:
        found.append(f"{unjournalled[0]} records have no creation in the journal")
    return found
