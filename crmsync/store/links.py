"""Links: which record is which item, and what both last agreed on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmsync.model import Link, LinkState, RecordType
from crmsync.store.decisions import Decisions
from crmsync.store.jsontext import dump, dump_fields, load_changes, load_fields, word
from crmsync.store.session import Session, batches, marks
from crmsync.values import Changes

_COLUMNS = "record, collection, href, uid, etag, base, echo, state, intent, previous_etag"
_KEY = "collection || ':' || record"
# Taking a new link back needs no more than this; taking back that one is gone needs all of it.
_PLACE = "json_object('record', record, 'collection', collection, 'href', href)"
_IMAGE = """json_object('record', record, 'collection', collection, 'href', href, 'uid', uid, 'etag', etag,
    'base', base, 'echo', echo)"""
_LINK = ", ".join(f"l.{column}" for column in ["id", *_COLUMNS.split(", ")])


@dataclass(frozen=True, slots=True)
class Pending:
    """A link that a cycle has to look at. Give `touched` back to `looked` when that is done."""

    link: Link
    touched: int


class Links:
    """The table `links`: one item is at most one record, and a record is in a collection at most once."""

    def __init__(self, session: Session, decisions: Decisions) -> None:
        self._session = session
        self._decisions = decisions

    def insert(self, link: Link) -> Link:
        """Stores a new link, whatever its `id`, and returns it with its own. It starts as looked at."""
        id = self._session.write(
            f"INSERT INTO links ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _values(link)
        ).lastrowid
        assert id is not None
        if link.state is LinkState.LINKED:
            self._decisions.note_rows("link", f"SELECT {_KEY}, NULL, {_PLACE} FROM links WHERE id = ?3", (id,))
        return Link(id, *(getattr(link, name) for name in _COLUMNS.split(", ")))

    def insert_agreed(self, rows: Sequence[tuple[str, int, str, str, str | None, str]]) -> None:
        """`insert` for many that are in agreement: record, collection, href, uid, etag, and the base as JSON text."""
        before = self._session.one("SELECT coalesce(max(id), 0) FROM links")[0]
        self._session.write_many(
            "INSERT INTO links (record, collection, href, uid, etag, base, echo, state) "
            f"VALUES (?, ?, ?, ?, ?, ?, '{{}}', '{LinkState.LINKED.value}')",
            rows,
        )
        self._decisions.note_rows("link", f"SELECT {_KEY}, NULL, {_PLACE} FROM links WHERE id > ?3", (before,))

    def update(self, link: Link) -> None:
        """Stores everything about the link with this id. Whether it is dirty does not change: see `looked`."""
        self._session.write(
            f"UPDATE links SET ({_COLUMNS}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?", (*_values(link), link.id)
        )

    def unlink(self, ids: Sequence[int]) -> None:
        """`delete` as somebody's decision: it can be taken back."""
        among = "id IN (SELECT value FROM json_each(?3))"
        self._decisions.note_rows("link", f"SELECT {_KEY}, {_IMAGE}, NULL FROM links WHERE {among}", (dump(list(ids)),))
        at = self._session.writing().at
        self._session.write_many(
            "UPDATE conflicts SET open = 0, resolution = 'unlinked', resolved_at = ? WHERE link = ? AND open",
            [(at, id) for id in ids],
        )
        self._session.write_many("DELETE FROM links WHERE id = ?", [(id,) for id in ids])

    def ids(self, records: Sequence[str]) -> dict[tuple[str, int, str], int]:
        """The links of these records: record, collection and href -> id."""
        found: dict[tuple[str, int, str], int] = {}
        for batch in batches(records):
            sql = f"SELECT record, collection, href, id FROM links WHERE record IN ({marks(len(batch))})"
            found.update(
                ((record, collection, href), id) for record, collection, href, id in self._session.all(sql, batch)
            )
        return found

    def move(self, id: int, record: str) -> None:
        """The item is another record's from now on; what was agreed about it stays agreed, open conflicts end."""
        link = self.get(id)
        assert link is not None
        self._decisions.note("moved", f"{link.collection}:{link.href}", link.record, record)
        self._session.write(
            "UPDATE conflicts SET open = 0, resolution = 'moved', resolved_at = ? WHERE link = ? AND open",
            (self._session.writing().at, id),
        )
        self._session.write("UPDATE links SET record = ? WHERE id = ?", (record, id))
        self.touch([id])

    def relink(self, image: Mapping[str, Any], shows: Changes) -> bool:
        """Makes a link that was undone again. False where item or record belong to another one by now.

        `shows`: what the item shows of some fields by now, without that being anybody's edit: both agree on it.
        """
        base = {**load_fields(image["base"]), **shows}
        echo = {name: value for name, value in load_changes(image["echo"]).items() if name not in shows}
        link = Link(
            0, image["record"], image["collection"], image["href"], image["uid"], image["etag"],
            {name: value for name, value in base.items() if value is not None}, echo,
        )  # fmt: skip
        taken = self.between(link.record, link.collection) or (link.href and self.by_href(link.collection, link.href))
        if not taken:
            self.touch([self.insert(link).id])
        return not taken

    def delete(self, id: int) -> None:
        """Forgets a link: record and item no longer know each other. Its open conflicts are closed, values kept."""
        self._session.write(
            "UPDATE conflicts SET open = 0, resolution = 'unlinked', resolved_at = ? WHERE link = ? AND open",
            (self._session.writing().at, id),
        )
        self._session.write("DELETE FROM links WHERE id = ?", (id,))

    def keep_bytes(self, id: int, raw: bytes) -> None:
        """The last bytes of an item that vanished, in case it is to come back. They go with the link."""
        self._session.write("INSERT OR REPLACE INTO last_bytes VALUES (?, ?)", (id, raw))

    def last_bytes(self, id: int) -> bytes | None:
        """What `keep_bytes` kept, or `None`."""
        row = self._session.one("SELECT raw FROM last_bytes WHERE link = ?", (id,))
        return None if row is None else row[0]

    def touch(self, ids: Iterable[int]) -> None:
        """A cycle shall look at these again, though nothing was edited (a conflict was decided, a policy changed)."""
        self._session.write_many(
            "UPDATE links SET dirty = 1, touched = (SELECT coalesce(max(seq), 0) FROM journal) WHERE id = ?",
            [(id,) for id in ids],
        )

    def looked(self, id: int, touched: int) -> None:
        """A cycle has dealt with the link as it was when `pending` told `touched`. A later edit stays pending."""
        self._session.write("UPDATE links SET dirty = 0 WHERE id = ? AND dirty AND touched <= ?", (id, touched))

    def untouched_since(self, id: int, touched: int) -> bool:
        """Whether nothing happened to the link since `pending` told `touched` (0: it did not tell of it)."""
        row = self._session.one("SELECT 1 FROM links WHERE id = ? AND (NOT dirty OR touched <= ?)", (id, touched))
        return row is not None

    def get(self, id: int) -> Link | None:
        """One link, or `None`."""
        row = self._session.one(f"SELECT {_LINK} FROM links l WHERE l.id = ?", (id,))
        return None if row is None else _link(row)

    def for_record(self, record: str) -> list[Link]:
        """Every link of a record, in all accounts."""
        return [_link(row) for row in self._session.all(f"SELECT {_LINK} FROM links l WHERE l.record = ?", (record,))]

    def between(self, record: str, collection: int) -> Link | None:
        """The link of a record in one collection, or `None`."""
        row = self._session.one(
            f"SELECT {_LINK} FROM links l WHERE l.record = ? AND l.collection = ?", (record, collection)
        )
        return None if row is None else _link(row)

    def by_href(self, collection: int, href: str) -> Link | None:
        """The link of an item, or `None`."""
        return self.by_hrefs(collection, [href]).get(href)

    def by_hrefs(self, collection: int, hrefs: Sequence[str]) -> dict[str, Link]:
        """The links of those of these items that have one."""
        found: dict[str, Link] = {}
        for batch in batches(hrefs):
            # The second condition is the index's own; without it SQLite cannot know that the index has all rows.
            where = f"l.collection = ? AND l.href IN ({marks(len(batch))}) AND l.href <> ''"
            for row in self._session.all(f"SELECT {_LINK} FROM links l WHERE {where}", (collection, *batch)):
                found[row[3]] = _link(row)
        return found

    def of_collection(self, collection: int) -> list[Link]:
        """Every link of a collection. Long for a large one: `pending` is what a cycle needs."""
        rows = self._session.all(f"SELECT {_LINK} FROM links l WHERE l.collection = ? ORDER BY l.id", (collection,))
        return [_link(row) for row in rows]

    def count(self, collection: int) -> int:
        """How many links a collection has."""
        return int(self._session.one("SELECT count(*) FROM links WHERE collection = ?", (collection,))[0])

    def pending(self, collection: int) -> list[Pending]:
        """The links to look at: record edited, item changed or gone, or a write under way. Costs O(what is pending)."""
        rows = self._session.all(
            f"""SELECT {_LINK}, l.touched FROM links l WHERE l.id IN (
                SELECT id FROM links WHERE collection = ?1 AND dirty
                UNION SELECT id FROM links WHERE collection = ?1 AND state NOT IN ('linked', 'gone')
                UNION SELECT x.id FROM mirror m JOIN links x ON x.collection = m.collection AND x.href = m.href
                    AND x.href <> '' WHERE m.collection = ?1 AND m.dirty
            ) ORDER BY l.id""",
            (collection,),
        )
        return [Pending(_link(row[:-1]), row[-1]) for row in rows]

    def unlinked(self, account: int, user: int, types: Sequence[RecordType]) -> list[str]:
        """Records of these types that the user flagged and that no collection of the account has, in order of id."""
        rows = self._session.all(
            f"""SELECT f.record FROM flags f JOIN records r ON r.id = f.record
            WHERE f.user = ? AND NOT r.deleted AND r.type IN ({marks(len(types))}) AND NOT EXISTS (
                SELECT 1 FROM collections c JOIN links l ON l.record = f.record AND l.collection = c.id
                WHERE c.account = ?)
            ORDER BY f.record""",
            (user, *(type.value for type in types), account),
        )
        return [row[0] for row in rows]


def _values(link: Link) -> tuple[object, ...]:
    intent = None if link.intent is None else dump_fields(link.intent)
    echo = dump_fields(link.echo) if link.echo else "{}"
    return (
        link.record, link.collection, link.href, link.uid, link.etag, dump_fields(link.base), echo,
        link.state.value, intent, link.previous_etag,
    )  # fmt: skip


def _link(row: Sequence[Any]) -> Link:
    id, record, collection, href, uid, etag, base, echo, state, intent, previous_etag = row
    return Link(
        id, record, collection, href, uid, etag, load_fields(base), load_changes(echo), word(LinkState, state),
        None if intent is None else load_changes(intent), previous_etag,
    )  # fmt: skip
