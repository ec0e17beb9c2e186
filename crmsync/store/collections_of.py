"""The collections of an account, and how far each was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmsync.errors import Usage
from crmsync.model import CollectionKind, Cursor, RecordType
from crmsync.store.jsontext import dump, load, word
from crmsync.store.session import Session


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection as its remote described it last, and ours about it.

    `selected`: takes part in the sync. `cursor`: where the last complete pull ended. `acked_seq`: up to which journal
    entry a cycle has looked. `items`: how many items the mirror holds, of those that whoever asks sees.
    """

    id: int
    account: int
    href: str
    kind: CollectionKind
    name: str
    format: str
    accepts: tuple[RecordType, ...]
    read_only: bool = False
    selected: bool = True
    cursor: Cursor | None = None
    acked_seq: int = 0
    hints: Mapping[str, str] = field(default_factory=dict)
    items: int = 0


_COUNTED = "coalesce((SELECT t.n FROM totals t WHERE t.what = 'mirror' AND t.name = CAST(c.id AS TEXT)), 0)"

_NEXT = """(SELECT 1 + max(coalesce((SELECT max(id) FROM collections), 0),
    coalesce((SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'newest collection'), 0)))"""
"""A number that no collection ever had: the write log still speaks of those that are gone."""


class Collections:
    """The table `collections`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        items = _COUNTED
        if session.seen.limited:
            shown = session.seen.item("m.collection", "m.href")
            items = f"(SELECT count(*) FROM mirror m WHERE m.collection = c.id AND NOT m.gone AND {shown})"
        self._select = f"""SELECT c.id, c.account, c.href, c.kind, c.name, c.format, c.accepts, c.read_only, c.selected,
            c.cursor, c.acked_seq, c.hints, {items} FROM collections c"""

    def upsert(
        self,
        account: int,
        href: str,
        kind: CollectionKind,
        name: str,
        format: str,
        accepts: Sequence[RecordType],
        *,
        read_only: bool = False,
    ) -> Collection:
        """Stores what the remote says about a collection; `href` names it. What is ours (cursor, selected) stays."""
        told = (kind.value, name, format, dump([type.value for type in accepts]), int(read_only))
        self._session.write(
            f"INSERT INTO collections (id, account, href, kind, name, format, accepts, read_only) "
            f"VALUES ({_NEXT}, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (account, href) DO UPDATE SET (kind, name, format, accepts, read_only) = "
            "(excluded.kind, excluded.name, excluded.format, excluded.accepts, excluded.read_only) "
            "WHERE (kind, name, format, accepts, read_only) <> "
            "(excluded.kind, excluded.name, excluded.format, excluded.accepts, excluded.read_only)",
            (account, href, *told),
        )
        return _collection(self._session.one(f"{self._select} WHERE c.account = ? AND c.href = ?", (account, href)))

    def of(self, account: int, *, selected: bool | None = None) -> list[Collection]:
        """The account's collections, oldest first; only the selected ones (or the others) when asked."""
        rows = self._session.all(f"{self._select} WHERE c.account = ? ORDER BY c.id", (account,))
        found = [_collection(row) for row in rows]
        return found if selected is None else [one for one in found if one.selected is selected]

    def all(self) -> list[Collection]:
        """Every collection of every account."""
        seen = self._session.seen.account("c.account")
        return [_collection(row) for row in self._session.all(f"{self._select} WHERE {seen} ORDER BY c.account, c.id")]

    def get(self, id: int) -> Collection:
        """One collection. Raises `Usage` when it is not there (any more)."""
        row = self._session.one(f"{self._select} WHERE c.id = ?", (id,))
        if row is None:
            raise Usage("there is no such collection", thing=str(id), next_step="See `crmsync account list`")
        return _collection(row)

    def select(self, id: int, selected: bool) -> None:
        """Takes the collection into the sync, or leaves it out."""
        self._session.write("UPDATE collections SET selected = ? WHERE id = ?", (int(selected), id))

    def set_cursor(self, id: int, cursor: Cursor | None) -> None:
        """Where the next pull starts; writes nothing when that is known."""
        self._session.write("UPDATE collections SET cursor = ? WHERE id = ? AND cursor IS NOT ?", (cursor, id, cursor))

    def set_acked(self, id: int, seq: int) -> None:
        """Up to which journal entry a cycle has looked; never goes back."""
        self._session.write("UPDATE collections SET acked_seq = ? WHERE id = ? AND acked_seq < ?", (seq, id, seq))

    def set_hints(self, id: int, hints: Mapping[str, str]) -> None:
        """What was learned about this collection; writes nothing when that is known."""
        text = dump(dict(hints))
        self._session.write("UPDATE collections SET hints = ? WHERE id = ? AND hints <> ?", (text, id, text))

    def remove(self, id: int) -> None:
        """Forgets the collection with its mirror, links, queue and parked items. The records stay."""
        self._session.write("DELETE FROM collections WHERE id = ?", (id,))


def _collection(row: tuple[Any, ...]) -> Collection:
    id, account, href, kind, name, format, accepts, read_only, selected, cursor, acked_seq, hints, items = row
    types = tuple(word(RecordType, type) for type in load(accepts))
    return Collection(
        id, account, href, word(CollectionKind, kind), name, format, types, bool(read_only), bool(selected), cursor,
        acked_seq, load(hints), items,
    )  # fmt: skip
