"""Runs: everything that was done in one go, so that it can be shown, reported and undone in one go."""

from __future__ import annotations

from collections.abc import Mapping, MutableSequence, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crmsync.errors import Usage
from crmsync.store.jsontext import dump, load
from crmsync.store.session import Session
from crmsync.store.typed_text import having


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `kind`: sync, import, undo, decision ...; `account`: its name or `""`; `state`: running at first."""

    id: int
    kind: str
    account: str
    actor: str
    started: str
    finished: str | None
    state: str
    stats: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    undoes: int | None = None
    undone_by: int | None = None


@dataclass(frozen=True, slots=True)
class RunSelection:
    """Which runs: `""` is any. `text`: words that each stand in what the run is called, or in a name it changed."""

    text: str = ""
    actor: str = ""
    account: str = ""
    kind: str = ""
    state: str = ""


_TOLD = "runs.account = '' AND json_extract(runs.stats, '$.pulled') IS NULL"
"""Whose message somebody with a limited view is told: `_as_seen`."""
_ACTS = {
    "journal": "CASE WHEN t.field <> '' THEN 'updated' WHEN t.before IS NULL THEN 'created' ELSE 'deleted' END",
    "pushes": "t.act",
}
_QUEUED = "EXISTS (SELECT 1 FROM queue q WHERE q.id = CAST(t.key AS INTEGER) AND {seen})"
_ROW = "id, kind, account, actor, started, finished, state, stats, message, undoes, undone_by"


class Runs:
    """The table `runs`. Ids grow and are never used again."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def start(self, kind: str, account: str = "") -> int:
        """Begins a run at the stamp's time, by its actor; returns the id to stamp with from now on.

        An account has one cycle at a time, so an earlier one of it that did not end was cut off: it is over now. Not
        for a decision about a plan: it is written down before the account is ours to sync, and another may be at it.
        """
        stamp = self._session.writing()
        if account and kind != "plan":
            self._session.write(
                "UPDATE runs SET finished = ?, state = 'failed', message = 'it was cut off' "
                "WHERE account = ? AND state = 'running'",
                (stamp.at, account),
            )
        id = self._session.write(
            "INSERT INTO runs (kind, account, actor, started, state, stats, message) "
            "VALUES (?, ?, ?, ?, 'running', '{}', '')",
            (kind, account, stamp.actor, stamp.at),
        ).lastrowid
        assert id is not None
        return id

    def drop_empty(self, id: int) -> bool:
        """Forgets a run in which nothing was changed after all. False when something was."""
        sql = "DELETE FROM runs WHERE id = ? AND NOT EXISTS (SELECT 1 FROM stamps WHERE run = runs.id)"
        return bool(self._session.write(sql, (id,)).rowcount)

    def set_undone(self, id: int, by: int | None) -> None:
        """Notes that a run was taken back by another one; `None`: it stands again."""
        self._session.write("UPDATE runs SET undone_by = ? WHERE id = ?", (by, id))

    def set_undoes(self, id: int, undoes: int) -> None:
        """Notes what a run takes back."""
        self._session.write("UPDATE runs SET undoes = ? WHERE id = ?", (undoes, id))

    def newest_undoable(self, *, undo: bool = False) -> Run | None:
        """The last run that changed something and stands; with `undo`, the last undo that stands."""
        row = self._session.one(
            f"SELECT {_ROW} FROM runs WHERE undone_by IS NULL AND state <> 'running' AND (undoes IS NOT NULL) = ? AND "
            "NOT EXISTS (SELECT 1 FROM runs redone WHERE redone.id = runs.undoes AND redone.undoes IS NOT NULL) AND ("
            "EXISTS (SELECT 1 FROM stamps s JOIN journal j ON j.stamp = s.id WHERE s.run = runs.id) OR "
            "EXISTS (SELECT 1 FROM stamps s JOIN pushes p ON p.stamp = s.id WHERE s.run = runs.id AND "
            "p.act IN ('created', 'updated', 'deleted')) OR "
            "EXISTS (SELECT 1 FROM stamps s JOIN decisions d ON d.stamp = s.id WHERE s.run = runs.id)) "
            "ORDER BY id DESC LIMIT 1",
            (int(undo),),
        )
        return None if row is None else _run(row)

    def finish(self, id: int, state: str, stats: Mapping[str, Any], message: str = "") -> None:
        """Ends a run at the stamp's time."""
        self._session.write(
            "UPDATE runs SET finished = ?, state = ?, stats = ?, message = ? WHERE id = ?",
            (self._session.writing().at, state, dump(dict(stats)), message, id),
        )

    def get(self, id: int) -> Run:
        """One run. Raises `Usage` when there is none."""
        row = self._session.one(f"SELECT {_ROW} FROM runs WHERE id = ? AND {self._seen()}", (id,))
        if row is None:
            raise Usage("there is no such run", thing=str(id), next_step="See `crmsync runs list`")
        return self._as_seen(_run(row))

    def looked_before(self, account: str, run: int) -> str:
        """When the last run of an account before this one began that read all it had to; `""`: none did."""
        row = self._session.one(
            "SELECT started FROM runs WHERE account = ? AND id < ? AND state IN ('done', 'held') "
            "ORDER BY id DESC LIMIT 1",
            (account, run),
        )
        return "" if row is None else str(row[0])

    def list(self, *, account: str = "", before: int | None = None, limit: int = 50) -> list[Run]:
        """Runs, newest first; `before` is the id of the last one of the page before."""
        return [*self.page(RunSelection(account=account), before, limit=limit)]

    def page(self, selection: RunSelection, before: int | None, *, skip: int = 0, limit: int = 50) -> Sequence[Run]:
        """The same of those that are meant; `skip` of them are passed over."""
        where, values = self._where(selection)
        rows = self._session.all(
            f"SELECT {_ROW} FROM runs WHERE id < ? AND {where} ORDER BY id DESC LIMIT ? OFFSET ?",
            (1 << 62 if before is None else before, *values, limit, skip),
        )
        return [self._as_seen(_run(row)) for row in rows]

    def count(self, selection: RunSelection) -> int:
        """How many those are."""
        where, values = self._where(selection)
        return int(self._session.one(f"SELECT count(*) FROM runs WHERE {where}", values)[0])

    def _where(self, selection: RunSelection) -> tuple[str, MutableSequence[object]]:
        values: MutableSequence[object] = []
        where = [self._seen()]
        for column in ("actor", "account", "kind", "state"):
            if wanted := getattr(selection, column):
                where.append(f"runs.{column} = ?")
                values.append(wanted)
        message = f"CASE WHEN {_TOLD} THEN runs.message ELSE '' END" if self._session.seen.limited else "runs.message"
        for word in selection.text.split():
            called, pattern = having(
                word, f"(runs.kind || ' ' || runs.account || ' ' || runs.actor || ' ' || {message})"
            )
            named, _ = having(word, "r.name || ' ' || r.organization")
            touched = " UNION ALL ".join(
                f"SELECT s.run FROM records r JOIN {table} t ON t.record = r.id JOIN stamps s ON s.id = t.stamp "
                f"WHERE {named} AND {self._session.seen.row('r')}"
                for table in ("journal", "pushes")
            )
            where.append(f"({called} OR runs.id IN ({touched}))")
            values += [*pattern] * 3
        return " AND ".join(where), values

    def _seen(self) -> str:
        """Whether a run is one of an account that whoever asks sees, or did something to what they see."""
        seen = self._session.seen
        if not seen.limited:
            return "1"
        touched = " OR ".join(
            f"EXISTS (SELECT 1 FROM stamps s JOIN {table} t ON t.stamp = s.id WHERE s.run = runs.id AND {condition})"
            for table, condition in (
                ("journal", seen.record("t.record")),
                ("pushes", seen.record("t.record")),
                ("decisions", f"t.what = 'queue' AND {_QUEUED.format(seen=seen.item('q.collection', 'q.href'))}"),
            )
        )
        return f"({seen.account_named('runs.account')} OR {touched})"

    def _as_seen(self, run: Run) -> Run:
        """Somebody with a limited view is told how much a run did to records that are seen, and nothing else of it."""
        if not self._session.seen.limited:
            return run
        if "pulled" not in run.stats:
            return replace(run, stats={}, message=run.message if not run.account else "")
        stats = {"pulled": self._done("journal", run.id), "pushed": self._done("pushes", run.id)}
        return replace(run, stats=stats, message="")

    def _done(self, table: str, run: int) -> dict[str, int]:
        """How many records a run made, changed and removed: in the hub, or the items of at remotes."""
        rows = self._session.all(
            f"SELECT {_ACTS[table]} AS act, count(DISTINCT t.record) FROM stamps s JOIN {table} t ON t.stamp = s.id "
            f"WHERE s.run = ? AND {self._session.seen.record('t.record')} AND t.field NOT LIKE 'sync:%' "
            "AND act IN ('created', 'updated', 'deleted') GROUP BY 1",
            (run,),
        )
        return {"created": 0, "updated": 0, "deleted": 0} | dict(rows)


def _run(row: tuple[int, str, str, str, str, str | None, str, str, str, int | None, int | None]) -> Run:
    id, kind, account, actor, started, finished, state, stats, message, undoes, undone_by = row
    return Run(id, kind, account, actor, started, finished, state, load(stats), message, undoes, undone_by)
