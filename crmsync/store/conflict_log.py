"""Conflicts: each told once, each with all three values, and after the decision with the one that lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from crmsync.errors import Usage
from crmsync.model import Conflict
from crmsync.store.conflict_page import (
    EVERY,
    ConflictOrder,
    ConflictPlace,
    ConflictSelection,
    count_selected,
    page_ids,
    selected_ids,
)
from crmsync.store.jsontext import dump, dump_value, load_value
from crmsync.store.session import Session


@dataclass(frozen=True, slots=True)
class LoggedConflict:
    """A conflict in the log. While `open`, `resolution` is empty; afterwards `losing` holds the value not taken."""

    id: int
    conflict: Conflict
    collection: int
    since: str
    open: bool
    resolution: str = ""
    losing: object = None
    resolved_at: str = ""
    resolved_by: str = ""
    times: int = 1
    run: int = 0


_ROW = """id, record, link, field, base, crm, remote, collection, since, open, resolution, losing, resolved_at,
    resolved_by, why, times, run, item"""


class ConflictLog:
    """The table `conflicts`. At most one is open for a field of a link."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open(self, conflict: Conflict, collection: int) -> tuple[LoggedConflict, bool]:
        """Logs a conflict, and says whether it is new.

        One with the very same values is never logged twice, decided or not: the entry there is returned as it is. An
        open one about the same field with other values is closed as `superseded`, its values kept.
        """
        key, values = _key(conflict)
        known = self._session.one(f"SELECT {_ROW} FROM conflicts WHERE key = ?", (key,))
        if known is not None:
            self._session.write(
                "UPDATE conflicts SET why = ? WHERE key = ? AND why <> ?", (conflict.why, key, conflict.why)
            )
            return self.get(known[0]), False
        stamp = self._session.writing()
        self._session.write(
            "UPDATE conflicts SET open = 0, resolution = 'superseded', resolved_at = ? "
            "WHERE link = ? AND record = ? AND field = ? AND open",
            (stamp.at, conflict.link, conflict.record, conflict.field),
        )
        id = self._session.write(
            "INSERT INTO conflicts (key, record, link, collection, field, base, crm, remote, since, run, open, why, "
            "item) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)",
            (
                key,
                conflict.record,
                conflict.link,
                collection,
                conflict.field,
                *values,
                stamp.at,
                stamp.run,
                conflict.why,
                conflict.item,
            ),
        ).lastrowid
        assert id is not None
        return self.get(id), True

    def note(self, conflict: Conflict, collection: int, resolution: str, losing: object) -> LoggedConflict:
        """Logs a conflict that a policy or a master decided at once, for the sake of the value that lost."""
        logged, _ = self.open(conflict, collection)
        if logged.open:
            self.close(logged.id, resolution, losing)
        return self.get(logged.id)

    def again(self, id: int) -> None:
        """The very same values met once more, and were decided in the same way."""
        self._session.write("UPDATE conflicts SET times = times + 1 WHERE id = ?", (id,))

    def close(self, id: int, resolution: str, losing: object = None) -> None:
        """Records how it was decided and which value lost. Raises `Usage` when it is not open."""
        if not self.get(id).open:
            raise Usage("this conflict is decided already", thing=str(id), next_step="See `crmsync conflicts list`")
        stamp = self._session.writing()
        self._session.write(
            "UPDATE conflicts SET open = 0, resolution = ?, losing = ?, resolved_at = ?, resolved_by = ? WHERE id = ?",
            (resolution, dump_value(losing), stamp.at, stamp.actor, id),
        )

    def reopen(self, id: int) -> None:
        """Takes a decision back. Raises `Usage` when another conflict about the field is open by now."""
        conflict = self.get(id).conflict
        if self.find(conflict.link, conflict.field) is not None:
            raise Usage("a newer conflict about the same field is open", thing=str(id))
        self._session.write(
            "UPDATE conflicts SET open = 1, resolution = '', losing = NULL, resolved_at = '', resolved_by = '' "
            "WHERE id = ?",
            (id,),
        )

    def get(self, id: int) -> LoggedConflict:
        """One entry. Raises `Usage` when there is none."""
        seen = self._session.seen.record("conflicts.record")
        row = self._session.one(f"SELECT {_ROW} FROM conflicts WHERE id = ? AND {seen}", (id,))
        if row is None:
            raise Usage("there is no such conflict", thing=str(id), next_step="See `crmsync conflicts list`")
        return _logged(row)

    def find(self, link: int, field: str) -> LoggedConflict | None:
        """The open conflict about a field of a link, or `None`."""
        row = self._session.one(f"SELECT {_ROW} FROM conflicts WHERE link = ? AND field = ? AND open", (link, field))
        return None if row is None else _logged(row)

    def known(self, conflict: Conflict) -> LoggedConflict | None:
        """The entry with the very same values, open or decided, or `None`."""
        row = self._session.one(f"SELECT {_ROW} FROM conflicts WHERE key = ?", (_key(conflict)[0],))
        return None if row is None else _logged(row)

    def list(
        self,
        *,
        open: bool | None = True,
        record: str = "",
        link: int = 0,
        field: str = "",
        after: int = 0,
        limit: int = -1,
    ) -> Sequence[LoggedConflict]:
        """Entries in order of id: open, decided or (`None`) both; of one record, link or field where given."""
        conditions, values = ["id > ?", self._session.seen.record("conflicts.record")], list[object]([after])
        if open is not None:
            conditions.append("open" if open else "NOT open")
        for column, value in (("record", record), ("link", link), ("field", field)):
            if value:
                conditions.append(f"{column} = ?")
                values.append(value)
        sql = f"SELECT {_ROW} FROM conflicts WHERE {' AND '.join(conditions)} ORDER BY id LIMIT ?"
        return [_logged(row) for row in self._session.all(sql, [*values, limit])]

    def count(self) -> int:
        """How many are open."""
        seen = self._session.seen.record("conflicts.record")
        return int(self._session.one(f"SELECT count(*) FROM conflicts WHERE open AND {seen}")[0])

    def page(
        self,
        selection: ConflictSelection,
        order: ConflictOrder,
        after: ConflictPlace | None = None,
        *,
        skip: int = 0,
        limit: int,
    ) -> tuple[Sequence[LoggedConflict], ConflictPlace | None]:
        """Open ones as a person reads them, `skip` passed over, and where the next page begins (`None`: nowhere)."""
        ids, following = page_ids(self._session, selection, order, after, skip=skip, limit=limit)
        return self.many(ids), following

    def ids(self, selection: ConflictSelection = EVERY) -> Sequence[int]:
        """The ids of open ones, for bulk decisions."""
        return selected_ids(self._session, selection)

    def count_of(self, selection: ConflictSelection) -> int:
        """How many open ones are selected."""
        return count_selected(self._session, selection)

    def many(self, ids: Sequence[int]) -> Sequence[LoggedConflict]:
        """Entries in the order of these ids; one that does not exist is left out."""
        seen = self._session.seen.record("conflicts.record")
        sql = f"SELECT {_ROW} FROM conflicts WHERE id IN (SELECT value FROM json_each(?)) AND {seen}"
        found = {row[0]: _logged(row) for row in self._session.all(sql, (dump(list(ids)),))}
        return [found[id] for id in ids if id in found]


def _key(conflict: Conflict) -> tuple[str, tuple[str | None, ...]]:
    values = tuple(dump_value(value) for value in (conflict.base, conflict.crm, conflict.remote))
    item = [conflict.item] if conflict.item else []
    text = dump([conflict.record, conflict.link, conflict.field, *values, *item])
    return sha256(text.encode()).hexdigest(), values


def _logged(row: tuple[Any, ...]) -> LoggedConflict:
    (
        id,
        record,
        link,
        field,
        base,
        crm,
        remote,
        collection,
        since,
        open,
        resolution,
        losing,
        at,
        by,
        why,
        times,
        run,
        item,
    ) = row
    was, mine, theirs = (load_value(field, text) for text in (base, crm, remote))
    conflict = Conflict(record, link, field, was, mine, theirs, why, item)
    lost = load_value(field, losing)
    return LoggedConflict(id, conflict, collection, since, bool(open), resolution, lost, at, by, times, run or 0)
