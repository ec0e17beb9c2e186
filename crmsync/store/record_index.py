"""How records are found: the keys that say "may be the same", and the words that people search for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmsync.core.keys import Key, record_keys
from crmsync.model import Record
from crmsync.store import search
from crmsync.store.session import Session

_PUT_WORDS = "INSERT INTO record_words (rowid, name, organization, emails, phones, note) VALUES (?, ?, ?, ?, ?, ?)"
_TAKE_WORDS = (
    "INSERT INTO record_words (record_words, rowid, name, organization, emails, phones, note) "
    "VALUES ('delete', ?, ?, ?, ?, ?, ?)"
)


def put(session: Session, records: Sequence[tuple[int, Record]]) -> None:
    """Makes records (with their seq) findable."""
    session.write_many(_PUT_WORDS, [(seq, *search.words(record.fields)) for seq, record in records])
    session.write_many(
        "INSERT OR IGNORE INTO record_keys (kind, key, record) VALUES (?, ?, ?)",
        [
            (kind, key, record.id)
            for _, record in records
            for kind, key in record_keys(record.type, record.fields, session.region)
        ],
    )


def take(session: Session, seq: int, record: Record) -> None:
    """Makes a record, as it was put, no longer findable."""
    session.write(_TAKE_WORDS, (seq, *search.words(record.fields)))
    session.write("DELETE FROM record_keys WHERE record = ?", (record.id,))


def replace(session: Session, seq: int, old: Record, new: Record) -> None:
    """Makes a changed record findable by what it is now; writes only what differs."""
    before, after = search.words(old.fields), search.words(new.fields)
    if before != after:
        session.write(_TAKE_WORDS, (seq, *before))
        session.write(_PUT_WORDS, (seq, *after))
    had = set(record_keys(old.type, old.fields, session.region))
    has = set(record_keys(new.type, new.fields, session.region))
    if had != has:
        session.write("DELETE FROM record_keys WHERE record = ?", (new.id,))
        session.write_many("INSERT INTO record_keys VALUES (?, ?, ?)", [(*key, new.id) for key in sorted(has)])


def by_keys(session: Session, keys: Iterable[Key]) -> dict[Key, list[str]]:
    """The undeleted records that have each key; a key that nobody has is left out."""
    found: dict[Key, list[str]] = {}
    for key in set(keys):
        rows = session.all("SELECT record FROM record_keys WHERE kind = ? AND key = ? ORDER BY record", key)
        if rows:
            found[key] = [row[0] for row in rows]
    return found
