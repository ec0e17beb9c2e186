"""What people and rules decided beside the fields of records: kept so that it can be taken back.

Only what belongs to a run is kept, since only a run can be undone. `before` and `after` are what the row held, as JSON;
`None`: there was no such row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from crmsync.store.jsontext import dump, load
from crmsync.store.session import Session


@dataclass(frozen=True, slots=True)
class Decision:
    """One row that a decision changed. `what` and `key`: see the table's writers (queue, conflict, policy ...)."""

    what: str
    key: str
    before: Any
    after: Any


class Decisions:
    """The table `decisions`. Append-only by trigger."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def kept(self) -> bool:
        """Whether this transaction belongs to a run."""
        return self._session.writing().run is not None

    def note(self, what: str, key: str, before: Any, after: Any) -> None:
        """Keeps one."""
        if self.kept:
            row = (self._session.stamp_row(), what, key, _text(before), _text(after))
            self._session.write("INSERT INTO decisions (stamp, what, key, before, after) VALUES (?, ?, ?, ?, ?)", row)

    def note_many(self, what: str, rows: Iterable[tuple[str, Any, Any]]) -> None:
        """`note` for many: key, before, after."""
        rows = list(rows)
        if rows and self.kept:
            stamp = self._session.stamp_row()
            self._session.write_many(
                "INSERT INTO decisions (stamp, what, key, before, after) VALUES (?, ?, ?, ?, ?)",
                [(stamp, what, key, _text(before), _text(after)) for key, before, after in rows],
            )

    def note_rows(self, what: str, select: str, values: Sequence[object]) -> None:
        """Keeps many at once: `select` gives key, before and after of each, as text; its parameters begin with `?3`."""
        if self.kept and self._session.one(f"SELECT EXISTS (SELECT * FROM ({select}))", (None, None, *values))[0]:
            sql = f"INSERT INTO decisions (stamp, what, key, before, after) SELECT ?1, ?2, * FROM ({select})"
            self._session.write(sql, (self._session.stamp_row(), what, *values))

    def of_run(self, run: int) -> Iterable[Decision]:
        """All of a run, the newest first: the order in which they are taken back."""
        rows = self._session.all(
            "SELECT d.what, d.key, d.before, d.after FROM decisions d JOIN stamps s ON s.id = d.stamp "
            "WHERE s.run = ? ORDER BY d.seq DESC",
            (run,),
        )
        return [Decision(what, key, _load(before), _load(after)) for what, key, before, after in rows]


def _text(value: Any) -> str | None:
    return None if value is None else dump(value)


def _load(text: str | None) -> Any:
    return None if text is None else load(text)
