"""A cycle that can be ended at any step, as by kill -9 or by a power cut, and a dump to compare what comes of it.

A step is a moment at which something begins or ceases to be true: just before and just after each commit of the store,
and before and after whatever the remote is asked. Steps are counted, so the same staged scene has the same steps.
"""

from __future__ import annotations

import copy
import itertools
import json
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, TypeVar

from crmsync import cycle
from crmsync.connectors.memory import MemoryConnector
from crmsync.connectors.memory_remote import Got, MemoryRemote, Page, Row
from crmsync.connectors.tempers import POLITE, Tempers
from crmsync.store.session import Stamp
from crmsync.store.store import Store, Tables
from crmsync.values import Value
from tests.cycle.bench_of import BOOK, Hub, Spoke

T = TypeVar("T")
Stage: TypeAlias = Callable[[Hub, Spoke], None]
CYCLES = 12
"""No scene needs more cycles than that until nothing moves."""


class Killed(BaseException):
    """The process ends here: nothing catches it."""


@dataclass(slots=True)
class Fate:
    """Counts the steps of one process and ends it at the `at`-th (0: never)."""

    at: int = 0
    steps: list[str] = field(default_factory=list)
    died: bool = False

    def step(self, what: str) -> None:
        self.steps.append(f"{_who()}: {what}")
        if len(self.steps) == self.at:
            raise Killed(self.steps[-1])

    def around(self, what: str, act: Callable[[], T]) -> T:
        """Something asked of the remote: two steps."""
        self.step(f"before {what}")
        answer = act()
        self.step(f"after {what}")
        return answer


def _who() -> str:
    """The function of the cycle that is at work."""
    frame = sys._getframe(2)
    while frame.f_back is not None and "/crmsync/cycle/" not in frame.f_code.co_filename:
        frame = frame.f_back
    return f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}"


class MortalStore(Store):
    """A store whose process may end around each commit. `durable`: what a power cut leaves of the file."""

    fate = Fate()
    durable = b""
    keeps_durable = False

    @contextmanager
    def transaction(self, stamp: Stamp, *, durable: bool = True) -> Iterator[Tables]:
        with super().transaction(stamp, durable=durable) as tx:
            yield tx
            self.fate.step("before a commit")
        if durable and self.keeps_durable:
            self.durable = self._connection.serialize()
        self.fate.step("after a commit")


class MortalRemote(MemoryRemote):
    """A remote that sees the product die before it does what it is asked, or before the answer arrives."""

    fate = Fate()

    def changes(self, collection: str, token: str | None) -> Page:
        return self.fate.around("listing changes", lambda: MemoryRemote.changes(self, collection, token))

    def entries(self, collection: str) -> list[Row]:
        return self.fate.around("listing all", lambda: MemoryRemote.entries(self, collection))

    def multiget(self, collection: str, hrefs: Sequence[str]) -> list[Got]:
        return self.fate.around("reading items", lambda: MemoryRemote.multiget(self, collection, hrefs))

    def search(self, collection: str, uid: str) -> list[Got]:
        return self.fate.around("searching", lambda: MemoryRemote.search(self, collection, uid))

    def put(
        self, collection: str, href: str | None, raw: bytes, *, if_match: str | None = None, if_none_match: bool = False
    ) -> tuple[str, str | None]:
        def act() -> tuple[str, str | None]:
            return MemoryRemote.put(self, collection, href, raw, if_match=if_match, if_none_match=if_none_match)

        return self.fate.around("creating" if if_none_match else "replacing", act)

    def delete(self, collection: str, href: str, if_match: str | None) -> None:
        self.fate.around("deleting", lambda: MemoryRemote.delete(self, collection, href, if_match))


class Scene:
    """A hub and a remote just before the cycles in question. Each `Trial` starts from a copy of both."""

    def __init__(self, folder: Path, stage: Stage, tempers: Tempers = POLITE) -> None:
        hub = Hub(folder)
        self.remote = MortalRemote(tempers)
        phone = Spoke(hub, "phone", remote=self.remote)
        stage(hub, phone)
        hub.store.close()
        self.path, self.rules, self.now = hub.store.path, phone.rules, hub.now
        self.bytes = self.path.read_bytes()
        self._numbers = itertools.count()

    def trial(self) -> Trial:
        """A copy to let things happen to."""
        path = self.path.with_name(f"trial{next(self._numbers)}.sqlite")
        path.write_bytes(self.bytes)
        return Trial(self, path, copy.deepcopy(self.remote))


@dataclass(slots=True)
class Trial:
    """One copy of a scene, and the processes that work on it one after the other."""

    scene: Scene
    path: Path
    remote: MortalRemote

    def live(self, at: int = 0, *, power_cut: bool = False) -> Fate:
        """One process: cycles until nothing moves, or until it dies at step `at`.

        A kill leaves all that was committed. A power cut takes what was committed without waiting for the disk.
        """
        return self._process(at, self._cycles, power_cut=power_cut)

    def _process(self, at: int, work: Callable[[Store], None], *, power_cut: bool = False) -> Fate:
        before = self.path.read_bytes()
        store = MortalStore.open(self.path)
        fate = store.fate = self.remote.fate = Fate(at)
        store.durable, store.keeps_durable = before, power_cut
        try:
            work(store)
        except Killed:
            fate.died = True
        finally:
            store.close()
        if fate.died and power_cut:
            self.path.write_bytes(store.durable)
        return fate

    def _cycles(self, store: Store) -> None:
        patience = 1 + self.remote.tempers.late_by  # a late remote may have news although nothing moved
        quiet = 0
        for _ in range(CYCLES):
            quiet = 0 if _moved(self._cycle(store)) else quiet + 1
            if quiet == patience:
                return
        raise AssertionError("it never comes to rest")

    def eject(self, at: int = 0) -> Fate:
        """One process that takes back what we wrote at the remote."""
        return self._process(at, self._eject)

    def _eject(self, store: Store) -> None:
        with MemoryConnector.to(self.remote) as connector:
            cycle.eject(store, "phone", connector, self.scene.now)

    def meanwhile(self, record: str, changes: Mapping[str, Value | None], line: str) -> None:
        """While no process runs, somebody edits a record here, and somebody else its item there."""
        stamp = Stamp(self.scene.now(), "cli", "me", None, "typed")
        with Store.open(self.path) as store, store.transaction(stamp) as tx:
            tx.records.change(record, changes)
            (link,) = tx.links.for_record(record)
        raw = self.remote.raw(BOOK, link.href)
        assert raw is not None
        self.remote.edit(BOOK, link.href, raw.replace(b"END:VCARD", f"{line}\r\nEND:VCARD".encode()))

    def _cycle(self, store: Store, *, full: bool = False) -> cycle.RunResult:
        with MemoryConnector.to(self.remote) as connector:
            return cycle.run(store, "phone", connector, self.scene.rules, clock=self.scene.now, full=full)

    def end(self) -> dict[str, list[str]]:
        """Lets all come to rest, proves that looking at everything again changes nothing, and tells what there is.

        What the remote has refused it is asked once more, and refuses.
        """
        self.live()
        before = self.dump()
        with Store.open(self.path) as store:
            again = self._cycle(store, full=True)
            assert _moved(again) == 2 * again.failing, again.to_json()
            assert store.problems() == []
        after = self.dump()
        assert after == before, differences(before, after)
        self.path.unlink()
        return after

    def dump(self) -> dict[str, list[str]]:
        """All that matters to anybody, without the numbers that only count: ids, times, versions."""
        with closing(sqlite3.connect(self.path)) as connection:
            dump = {what: list(map(_line, connection.execute(sql))) for what, sql in _DUMP.items()}
            uids = dict(connection.execute("SELECT href, uid FROM mirror"))
        books = [about.href for about in MemoryRemote.collections(self.remote)]
        dump["remote"] = [str(item) for book in books for item in self.remote.contents(book).items()]
        return {what: sorted(self._without_numbers(line, uids) for line in lines) for what, lines in dump.items()}

    def _without_numbers(self, line: str, uids: Mapping[str, str]) -> str:
        """A remote that chooses hrefs numbers its items: which number means nothing, so the UID stands for it."""
        if not self.remote.tempers.chooses_hrefs:
            return line
        return re.sub(r"/book/id\d+", lambda href: uids.get(href[0], href[0]), line)


def _line(row: Sequence[object]) -> str:
    """A row in words; the order within the lists of a record means nothing."""
    return str([_fields(cell) if str(cell).startswith("{") else cell for cell in row])


def _fields(cell: object) -> dict[str, object]:
    fields = json.loads(str(cell))
    return {name: sorted(map(str, held)) if isinstance(held, list) else held for name, held in fields.items()}


def _moved(result: cycle.RunResult) -> int:
    assert result.error is None, result.to_json()
    news = result.queued + result.conflicts + result.parked + result.failed
    return result.pushed.total + result.pulled.total + news


_DUMP = {
    "records": "SELECT id, type, fields, deleted FROM records",
    "flags": "SELECT user, record FROM flags",
    "links": """SELECT l.record, l.href, l.uid, l.base, l.echo, l.state, l.intent, l.dirty,
            l.etag IS m.etag OR l.etag GLOB 'W/*'
        FROM links l LEFT JOIN mirror m ON m.collection = l.collection AND m.href = l.href""",
    "mirror": "SELECT href, uid, dirty, gone, raw FROM mirror JOIN mirror_raw USING (id)",
    "queue": "SELECT href, name, kind, state, type, suggestion, confidence FROM queue",
    "conflicts": "SELECT record, field, base, crm, remote, open, resolution, losing FROM conflicts",
    "parked": "SELECT href, reason, raw, min(attempts, 5), retry, refused, dropped FROM parked",
    "plans": "SELECT state, reason, json_array_length(body, '$.actions') FROM plans",
    "answers": "SELECT href, event, answer FROM answers",
    "put back": "SELECT href, record, done FROM put_backs",
    "vanished": "SELECT href, uid, hash, record FROM vanished",
    "losses": "SELECT field, what FROM losses",
    "journal": "SELECT record, field, before, after, origin, actor FROM journal JOIN stamps s ON s.id = stamp",
    "account": "SELECT state, message FROM accounts",
    "totals": "SELECT what, name, n FROM totals WHERE n",
}


def differences(expected: dict[str, list[str]], found: dict[str, list[str]]) -> str:
    """What one dump has and the other has not."""
    lines = []
    for what in expected:
        missing, more = list(expected[what]), list(found[what])
        for row in expected[what]:
            if row in more:
                more.remove(row)
                missing.remove(row)
        lines += [f"{what} - {row}" for row in missing] + [f"{what} + {row}" for row in more]
    return "\n".join(lines)
