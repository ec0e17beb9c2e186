"""The import queue: items found in an account that no record stands for yet, and what a person says about each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from crmsync.core.selection import UserView
from crmsync.errors import Usage
from crmsync.model import Candidate, Confidence, RecordType
from crmsync.store.decisions import Decisions
from crmsync.store.expression import Columns, compile_expression, limited
from crmsync.store.jsontext import dump, dump_texts, load, word
from crmsync.store.queue_page import STAGES, Place, QueueOrder, found_by, words_of
from crmsync.store.queue_rules import ACTOR
from crmsync.store.session import Session, batches, marks


class QueueState(StrEnum):
    """What became of a queued item."""

    OPEN = "open"  # waits for a person
    IGNORED = "ignored"  # not wanted, until it changes
    PRIVATE = "private"  # never to be asked about again
    IMPORTED = "imported"  # a record was made of it
    LINKED = "linked"  # it was told to be a record that was there
    GONE = "gone"  # it vanished at the remote before anybody decided


class Found(NamedTuple):  # made for every item of a first sync, in a third of a frozen dataclass's time
    """An item as the queue shows it. `digest` tells later whether it changed; `uid` is what it calls itself."""

    href: str
    name: str
    organization: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    kind: str = ""
    start: str = ""
    digest: str = ""
    type: RecordType | None = None
    suggestion: Candidate | None = None
    uid: str = ""


@dataclass(frozen=True, slots=True)
class Queued:
    """One row of the queue. `id` stays the same for as long as the item does."""

    id: int
    account: int
    collection: int
    item: Found
    state: QueueState
    decided_at: str = ""
    decided_by: str = ""


@dataclass(frozen=True, slots=True)
class QueueSelection:
    """Which rows; everything given must hold. `typed`: with (or without) a record type. `where`: `QUEUE_COLUMNS`.

    `among`: only these ids. `unruled`: only those with which the rules have not had their turn. `text`: what somebody
    typed to find them by.
    """

    states: tuple[QueueState, ...] = (QueueState.OPEN,)
    account: int | None = None
    typed: bool | None = None
    min_score: int | None = None
    where: str = ""
    collection: int | None = None
    among: tuple[int, ...] | None = None
    unruled: bool = False
    text: str = ""


_Bound: TypeAlias = list[object]

UNDECIDED = QueueSelection()
"""What waits for a person."""

_ITEM = (
    "href, name, organization, emails, phones, kind, start, digest, type, suggestion, confidence, score, reasons, uid"
)
_SHOWN = ", ".join(f"q.{name}" for name in _ITEM.split(", "))
_ROW = f"q.id, q.account, q.collection, {_SHOWN}, q.state, q.decided_at, q.decided_by"

_AMONG = "id IN (SELECT value FROM json_each(?3))"
_TEXTS = ("name", "organization", "kind", "start", "type", "suggestion", "href")
QUEUE_COLUMNS = Columns(
    "queue q",
    frozenset(["queue", "accounts", "collections", "json_each"]),
    {
        **{name: f"nullif(q.{name}, '')" for name in _TEXTS},
        **{name: f"q.{name}" for name in ("id", "score", "state")},
        "account": "(SELECT a.name FROM accounts a WHERE a.id = q.account)",
        "collection": "(SELECT c.name FROM collections c WHERE c.id = q.collection)",
        "email": "json_extract(q.emails, '$[0]')",
        "phone": "json_extract(q.phones, '$[0]')",
        "emails": "(SELECT group_concat(e.value, ' ') FROM json_each(q.emails) e)",
        "phones": "(SELECT group_concat(e.value, ' ') FROM json_each(q.phones) e)",
        "confidence": "(CASE q.confidence WHEN 0 THEN 'none' WHEN 1 THEN 'low' WHEN 2 THEN 'medium' ELSE 'strong' END)",
    },
)
"""What `queue ... --where` knows. Text is NULL when empty; `emails` and `phones` are all of them, spaces between."""

_BLIND = replace(QUEUE_COLUMNS, sql={**QUEUE_COLUMNS.sql, "suggestion": "NULL", "confidence": "'none'", "score": "0"})
"""The same for who may not see every record: whether one is suggested would be known by asking."""

# An open row takes over what the item shows now and keeps what a person chose. Ignored means: until it changes.
# Private means private. An item that had been dealt with and is unlinked again starts anew. Rules have their turn with
# what is new, back again, or ignored by a rule and changed since; never with what a person has had on the desk.
_INSERT = f"INSERT INTO queue (account, collection, {_ITEM}, words, state, ruled)"
_OPEN = f"({marks(17)}, 'open', NOT EXISTS (SELECT 1 FROM queue_rules WHERE active))"
_REFRESH = f"""ON CONFLICT (collection, href) DO UPDATE SET
    (name, organization, emails, phones, kind, start, suggestion, confidence, score, reasons, uid, words) =
    (excluded.name, excluded.organization, excluded.emails, excluded.phones, excluded.kind, excluded.start,
     excluded.suggestion, excluded.confidence, excluded.score, excluded.reasons, excluded.uid, excluded.words),
    type = coalesce(queue.type, excluded.type),
    state = CASE WHEN queue.state = 'private' OR (queue.state = 'ignored' AND queue.digest = excluded.digest)
        THEN queue.state ELSE 'open' END,
    ruled = CASE WHEN queue.state = 'gone' OR
            (queue.state = 'ignored' AND queue.digest <> excluded.digest AND queue.decided_by LIKE '{ACTOR}%')
        THEN excluded.ruled ELSE queue.ruled END,
    digest = excluded.digest"""


class ImportQueue:
    """The table `queue`: one row for each item, at most."""

    def __init__(self, session: Session, decisions: Decisions) -> None:
        self._session = session
        self._decisions = decisions
        self._seen = session.seen.item("q.collection", "q.href")

    def put_many(self, account: int, collection: int, items: Iterable[Found]) -> None:
        """Queues items, or refreshes what is shown of them.

        A type that was chosen stays; an ignored item comes back only when its digest changed, a private one never.
        """
        rows = [(account, collection, *_values(item)) for item in items]
        self._session.insert_many(_INSERT, _OPEN, rows, _REFRESH)

    def put(self, account: int, collection: int, item: Found) -> Queued:
        """`put_many` for one; returns its row."""
        self.put_many(account, collection, [item])
        found = self.by_href(collection, item.href)
        assert found is not None
        return found

    def assign(self, ids: Iterable[int], type: RecordType | None) -> int:
        """Gives open rows a record type (`None`: takes it away). Returns how many rows were open."""
        value = None if type is None else type.value
        listed = dump(list(ids))
        self._note("type", f"{_AMONG} AND state = 'open' AND type IS NOT ?4", (listed, value))
        sql = "UPDATE queue SET type = ?2 WHERE id IN (SELECT value FROM json_each(?1)) AND state = 'open'"
        return self._session.write(sql, (listed, value)).rowcount

    def decide(self, ids: Iterable[int], state: QueueState, digests: Mapping[int, str] | None = None) -> int:
        """What became of the items, by whom and when. Returns how many rows there are of these.

        `digests` says what each item meant then: an ignored one is only asked about again when that changes.
        """
        stamp = self._session.writing()
        if digests:
            rows = [(digest, id) for id, digest in digests.items()]
            self._session.write_many("UPDATE queue SET digest = ? WHERE id = ?", rows)
        listed = dump(list(ids))
        self._note("state", f"{_AMONG} AND state <> ?4", (listed, state.value))
        return self._session.write(
            "UPDATE queue SET state = ?, decided_at = ?, decided_by = ? WHERE id IN (SELECT value FROM json_each(?))",
            (state.value, stamp.at, stamp.actor, listed),
        ).rowcount

    def restore(self, images: Mapping[int, tuple[Mapping[str, Any], Mapping[str, Any]]]) -> tuple[list[int], list[int]]:
        """Takes decisions back: by id, what each row held before and after.

        Returns those that were taken back, and those that were decided anew since and stay as they are. A row that went
        away is neither.
        """
        sql = "SELECT id, state, type FROM queue WHERE id IN (SELECT value FROM json_each(?))"
        now = {id: (state, type) for id, state, type in self._session.all(sql, (dump(list(images)),))}
        back = {
            id: (before, after)
            for id, (before, after) in images.items()
            if now.get(id) == (after["state"], after["type"])
        }
        self._decisions.note_many("queue", [(str(id), after, before) for id, (before, after) in back.items()])
        self._session.write_many(
            "UPDATE queue SET state = ?, type = ?, decided_at = ?, decided_by = ? WHERE id = ?",
            [(one["state"], one["type"], one["at"], one["by"], id) for id, (one, _) in back.items()],
        )
        return list(back), [id for id in images if id in now and id not in back]

    def cannot_open(self, ids: Iterable[int]) -> set[int]:
        """Those whose item is a record's, or gone: nobody can be asked what it is."""
        sql = """SELECT q.id FROM queue q LEFT JOIN mirror m ON m.collection = q.collection AND m.href = q.href
            WHERE q.id IN (SELECT value FROM json_each(?)) AND (m.id IS NULL OR m.gone
                OR EXISTS (SELECT 1 FROM links l
                    WHERE l.collection = q.collection AND l.href = q.href AND l.href <> ''))"""
        return {id for (id,) in self._session.all(sql, (dump(list(ids)),))}

    def mark_ruled(self, ids: Iterable[int]) -> None:
        """The rules have had their turn with these."""
        self._session.write_many("UPDATE queue SET ruled = 1 WHERE id = ? AND NOT ruled", [(id,) for id in ids])

    def decide_hrefs(self, collection: int, hrefs: Iterable[str], state: QueueState, *, ours: bool = True) -> None:
        """`decide` for a cycle, which knows hrefs: only rows that are open. Not `ours`: it happened, undo leaves it."""
        stamp, hrefs = self._session.writing(), list(hrefs)
        if not hrefs:
            return
        where = "collection = ?5 AND href IN (SELECT value FROM json_each(?3)) AND +state = 'open'"
        if ours:
            self._note("state", where, (dump(hrefs), state.value, collection))
        self._session.write_many(
            "UPDATE queue SET state = ?, decided_at = ?, decided_by = ? "
            "WHERE collection = ? AND href = ? AND state = 'open'",
            [(state.value, stamp.at, stamp.actor, collection, href) for href in hrefs],
        )

    def _note(self, changed: str, where: str, values: Sequence[object]) -> None:
        """Keeps what the rows hold and will hold. `?3` are the rows, `?4` is what `changed` becomes."""
        image = "json_object('state', state, 'type', type, 'at', decided_at, 'by', decided_by)"
        rows = f"SELECT id, {image} AS image FROM queue WHERE {where}"
        self._decisions.note_rows(
            "queue", f"SELECT id, image, json_set(image, '$.{changed}', ?4) FROM ({rows})", values
        )

    def states(self, collection: int, hrefs: Sequence[str]) -> dict[str, QueueState]:
        """What became of those of these items that were ever queued."""
        found: dict[str, QueueState] = {}
        for batch in batches(hrefs):
            where = f"collection = ? AND href IN ({marks(len(batch))})"
            rows = self._session.all(f"SELECT href, state FROM queue WHERE {where}", (collection, *batch))
            found.update((href, word(QueueState, state)) for href, state in rows)
        return found

    def left_out(self, collection: int, uids: Sequence[str]) -> dict[str, Queued]:
        """By what they call themselves, the items of a collection that were ignored or made private."""
        found: dict[str, Queued] = {}
        for batch in batches(uids):
            where = f"q.collection = ? AND q.uid IN ({marks(len(batch))}) AND q.uid <> ''"
            sql = f"SELECT {_ROW} FROM queue q WHERE {where} AND q.state IN ('ignored', 'private') ORDER BY q.id"
            found |= {row.item.uid: row for row in map(_queued, self._session.all(sql, (collection, *batch)))}
        return found

    def drop(self, ids: Iterable[int]) -> None:
        """Forgets rows."""
        self._session.write_many("DELETE FROM queue WHERE id = ?", [(id,) for id in ids])

    def get(self, id: int) -> Queued:
        """One row. Raises `Usage` when there is none."""
        row = self.find(id)
        if row is None:
            raise Usage("there is no such item in the queue", thing=str(id), next_step="See `crmsync queue list`")
        return row

    def find(self, id: int) -> Queued | None:
        """One row, or `None`."""
        row = self._session.one(f"SELECT {_ROW} FROM queue q WHERE q.id = ? AND {self._seen}", (id,))
        return None if row is None else _queued(row)

    def by_href(self, collection: int, href: str) -> Queued | None:
        """The row of an item, or `None`."""
        row = self._session.one(f"SELECT {_ROW} FROM queue q WHERE q.collection = ? AND q.href = ?", (collection, href))
        return None if row is None else _queued(row)

    def list(
        self,
        selection: QueueSelection = UNDECIDED,
        *,
        after: int = 0,
        limit: int | None = None,
    ) -> Sequence[Queued]:
        """Rows in order of id, `after` being the last id of the page before. Raises `Usage` for a bad filter."""
        conditions, values = self._conditions(selection)
        sql = f"SELECT {_ROW} FROM queue q WHERE {conditions} AND q.id > ? ORDER BY q.id LIMIT ?"
        return [_queued(row) for row in self._rows(selection, sql, (*values, after, -1 if limit is None else limit))]

    def page(
        self, selection: QueueSelection, order: QueueOrder, after: Place | None = None, *, skip: int = 0, limit: int
    ) -> tuple[Sequence[Queued], Place | None]:
        """Rows as a person reads them, `skip` of them passed over, and where the next page begins (`None`: nowhere)."""
        conditions, values = self._conditions(selection)
        first, *key = (0, -101, 0) if after is None else after
        stages = STAGES[order]
        rows: list[Any] = []
        for number in range(first, len(stages)):
            stage = stages[number]
            table = f"queue q {stage.index if selection.states == UNDECIDED.states else ''}"
            chosen, bound = f"{conditions} AND {stage.where} AND {stage.after}", (*values, *key)
            if skip:
                many = self._rows(selection, f"SELECT count(*) FROM {table} WHERE {chosen}", bound)[0][0]
                if many <= skip:
                    skip, key = skip - many, [-101, 0]
                    continue
            sql = f"""SELECT {_ROW}, {number}, {stage.key} FROM {table} WHERE {chosen}
                ORDER BY {stage.order} LIMIT ? OFFSET ?"""
            rows += self._rows(selection, sql, (*bound, limit - len(rows), skip))
            if len(rows) == limit:
                break
            skip, key = 0, [-101, 0]
        last = (rows[-1][-2], rows[-1][-1], rows[-1][0]) if len(rows) == limit else None
        return [_queued(row[:-2]) for row in rows], last

    def ids(self, selection: QueueSelection = UNDECIDED) -> Sequence[int]:
        """The ids alone, for bulk decisions. Raises `Usage` for a bad filter."""
        conditions, values = self._conditions(selection)
        rows = self._rows(selection, f"SELECT q.id FROM queue q WHERE {conditions} ORDER BY q.id", values)
        return [row[0] for row in rows]

    def count(self, selection: QueueSelection = UNDECIDED) -> int:
        """How many rows. Raises `Usage` for a bad filter."""
        if selection == UNDECIDED and not self._session.seen.limited:
            return self.totals().get(QueueState.OPEN, 0)
        conditions, values = self._conditions(selection)
        return int(self._rows(selection, f"SELECT count(*) FROM queue q WHERE {conditions}", values)[0][0])

    def totals(self) -> Mapping[QueueState, int]:
        """How many rows in each state; costs the same at any size."""
        rows = self._session.all("SELECT name, n FROM totals WHERE what = 'queue' AND n > 0")
        return {word(QueueState, name): n for name, n in rows}

    def suggested(self, account: int) -> frozenset[str]:
        """The records that undecided items of the account may be, and that must not be created there yet."""
        rows = self._session.all(
            "SELECT DISTINCT suggestion FROM queue WHERE account = ? AND state = 'open' AND suggestion IS NOT NULL",
            (account,),
        )
        return frozenset(row[0] for row in rows)

    def suggesting(self, account: int, record: str) -> Sequence[Queued]:
        """The undecided items of the account that may be this record."""
        where = f"q.account = ? AND q.suggestion = ? AND q.state = 'open' AND {self._seen}"
        rows = self._session.all(f"SELECT {_ROW} FROM queue q WHERE {where} ORDER BY q.id", (account, record))
        return [_queued(row) for row in rows]

    def _conditions(self, selection: QueueSelection) -> tuple[str, _Bound]:
        states = [f"q.state = '{state.value}'" for state in selection.states]  # so a partial index can be seen to fit
        conditions = [f"({' OR '.join(states)})" if len(states) > 1 else states[0], self._seen]
        values: _Bound = []
        if selection.account is not None:
            conditions.append("q.account = ?")
            values.append(selection.account)
        if selection.collection is not None:
            conditions.append("q.collection = ?")
            values.append(selection.collection)
        if selection.among is not None:
            conditions.append("q.id IN (SELECT value FROM json_each(?))")
            values.append(dump(list(selection.among)))
        if selection.unruled:
            conditions.append("NOT q.ruled")
        if selection.typed is not None:
            conditions.append("q.type IS NOT NULL" if selection.typed else "q.type IS NULL")
        if selection.min_score is not None:
            conditions.append("q.suggestion IS NOT NULL AND q.score >= ?")
            values.append(selection.min_score)
        if selection.text:
            sql, patterns = found_by(selection.text)
            conditions.append(sql)
            values += patterns
        if selection.where:
            columns = QUEUE_COLUMNS if self._session.sight in (None, UserView()) else _BLIND
            conditions.append(compile_expression(self._session.connection, columns, selection.where))
        return " AND ".join(conditions), values

    def _rows(self, selection: QueueSelection, sql: str, values: Sequence[object]) -> Sequence[Any]:
        if not selection.where:
            return self._session.all(sql, values)
        with limited(self._session.connection, selection.where, 0.4 + sum(self.totals().values()) / 250_000):
            return self._session.all(sql, values)


def _values(item: Found) -> tuple[object, ...]:
    match item.suggestion:
        case None:
            suggestion: tuple[object, ...] = (None, 0, 0, "[]")
        case Candidate(record, confidence, score, reasons):
            suggestion = (record, int(confidence), score, dump_texts(reasons))
    return (
        item.href, item.name, item.organization, dump_texts(item.emails), dump_texts(item.phones), item.kind,
        item.start, item.digest, None if item.type is None else item.type.value, *suggestion, item.uid,
        words_of((item.name, item.organization, *item.emails, *item.phones)),
    )  # fmt: skip


def _queued(row: Sequence[Any]) -> Queued:
    id, account, collection, href, name, organization, emails, phones, kind, start, digest, type, *rest = row
    record, confidence, score, reasons, uid, state, decided_at, decided_by = rest
    suggestion = None
    if record is not None:
        suggestion = Candidate(record, word(Confidence, confidence), score, tuple(load(reasons)))
    item = Found(
        href, name, organization, tuple(load(emails)), tuple(load(phones)), kind, start, digest,
        None if type is None else word(RecordType, type), suggestion, uid,
    )  # fmt: skip
    return Queued(id, account, collection, item, word(QueueState, state), decided_at, decided_by)
