"""How records are found: the keys that say "may be the same", and the words that people search for.

Words reach the index in batches, at the latest when the transaction ends or somebody searches in it: FTS5 writes out
what it has gathered whenever a statement with a trigger runs in between, and that costs more than all the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from crmsync.core.keys import Key, record_keys
from crmsync.model import Record, RecordType
from crmsync.store.jsontext import dump
from crmsync.store.search import Words, words
from crmsync.store.session import Session, batches
from crmsync.values import Fields

_MOST = 2000
"""Records whose words may wait, and keys that one statement looks for."""

_PUT = "INSERT INTO record_words (rowid, name, organization, emails, phones, note) VALUES (?, ?, ?, ?, ?, ?)"
_TAKE = (
    "INSERT INTO record_words (record_words, rowid, name, organization, emails, phones, note) "
    "VALUES ('delete', ?, ?, ?, ?, ?, ?)"
)


class RecordIndex:
    """The tables `record_keys` and `record_words`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._waiting: dict[int, tuple[Words | None, Words | None]] = {}
        session.settles(self._write_words)

    def keys_of(self, type: RecordType, fields: Fields) -> tuple[Key, ...]:
        """The keys that a record with these fields is found by, each once."""
        return tuple(dict.fromkeys(record_keys(type, fields, self._session.region)))

    def put(self, records: Sequence[tuple[int, Record, Sequence[Key]]]) -> None:
        """Makes records (with their seq and their `keys_of`) findable."""
        for seq, record, _ in records:
            self._change_words(seq, None, words(record.fields))
        rows = [(kind, key, record.id) for _, record, keys in records for kind, key in keys]
        self._session.write_many("INSERT INTO record_keys (kind, key, record) VALUES (?, ?, ?)", rows)

    def take(self, seq: int, record: Record) -> None:
        """Makes a record, as it was put, no longer findable."""
        self._change_words(seq, words(record.fields), None)
        self._session.write("DELETE FROM record_keys WHERE record = ?", (record.id,))

    def replace(self, seq: int, old: Record, new: Record) -> None:
        """Makes a changed record findable by what it is now; writes only what differs."""
        self._change_words(seq, words(old.fields), words(new.fields))
        had, has = set(self.keys_of(old.type, old.fields)), set(self.keys_of(new.type, new.fields))
        if had != has:
            self._session.write("DELETE FROM record_keys WHERE record = ?", (new.id,))
            self._session.write_many(
                "INSERT INTO record_keys VALUES (?, ?, ?)", [(*key, new.id) for key in sorted(has)]
            )

    def by_keys(self, keys: Iterable[Key]) -> Mapping[Key, Sequence[str]]:
        """The undeleted records that have each key; a key that nobody has is left out."""
        found: dict[Key, list[str]] = {}
        wanted: dict[str, list[str]] = {}
        for kind, key in set(keys):
            wanted.setdefault(kind, []).append(key)
        for kind, all_keys in wanted.items():
            for some in batches(all_keys, _MOST):
                rows = self._session.all(
                    "SELECT k.key, k.record FROM json_each(?) w "
                    "CROSS JOIN record_keys k ON k.kind = ? AND k.key = w.value ORDER BY k.record",
                    (dump(some), kind),
                )
                for key, record in rows:
                    found.setdefault((kind, key), []).append(record)
        return found

    def _change_words(self, seq: int, before: Words | None, after: Words | None) -> None:
        # What the index holds now is the first `before` of several.
        held, _ = self._waiting.get(seq, (before, None))
        self._waiting[seq] = (held, after)
        if len(self._waiting) >= _MOST:
            self._write_words()

    def _write_words(self) -> None:
        changed = sorted((seq, *change) for seq, change in self._waiting.items() if change[0] != change[1])
        self._waiting.clear()
        self._session.write_many(_TAKE, [(seq, *before) for seq, before, _ in changed if before is not None])
        self._session.write_many(_PUT, [(seq, *after) for seq, _, after in changed if after is not None])
