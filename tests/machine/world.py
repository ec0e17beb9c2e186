"""The whole engine in a temporary folder: a real store, and remotes in memory with their tempers and faults.

Everything is counted, nothing is drawn by lot and no clock is read: the same steps give the same store.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from crmsync.connectors import tempers
from crmsync.connectors.base import RemoteCollection, Written
from crmsync.connectors.memory import MemoryConnector
from crmsync.connectors.memory_remote import MemoryRemote, Snapshot
from crmsync.connectors.tempers import Deltas, Etags, Tempers
from crmsync.core.declarations import Master, masters_for
from crmsync.core.reconcile import Policies
from crmsync.cycle import Rules, RunResult, run
from crmsync.formats import registry
from crmsync.model import Mode, OnConflict, Policy, Record, RecordType
from crmsync.store.accounts import Account
from crmsync.store.session import Stamp
from crmsync.store.store import Store
from crmsync.store.users import User
from crmsync.values import Fields, Value
from tests.machine.typed import tokens

BOOK = "/book/"
CONTACT = RecordType.CONTACT
VCARD = registry.get("vcard")

_FORGETFUL = tempers.in_turn(tempers.lower_case_emails, tempers.forgets("TITLE"))
TEMPERS: Mapping[str, Tempers] = {
    "polite": Tempers(),
    "flaky etags": Tempers(etags=Etags.FLAKY),
    "no etags": Tempers(etags=Etags.NULL),
    "etag in the item": Tempers(etags=Etags.WITH_ITEM, chooses_hrefs=True),
    "etags used again": Tempers(etags=Etags.REUSED, deltas=Deltas.NONE),
    "only listings": Tempers(deltas=Deltas.NONE, page_size=2),
    "short-lived tokens": Tempers(token_lasts=2, repeats_rows=True, page_size=2),
    "refused tokens": Tempers(refuses_tokens=True, respells_hrefs=True, omits_missing=True),
    "etag not told": Tempers(put_hides_etag=True),
    "radicale": tempers.RADICALE,
    "xandikos": tempers.XANDIKOS,
    "graph": tempers.GRAPH,
    "late": Tempers(chooses_hrefs=True, etags=Etags.WITH_ITEM, late_by=2),
    "forgetful": Tempers(rewrites=_FORGETFUL, put_hides_etag=True),
    "rewriting": Tempers(rewrites=tempers.lower_case_emails, etag_despite_rewrite=True),
}
"""The remotes that take part, by what is special about them."""


class Killed(BaseException):
    """The process ends here, as by kill -9: nothing catches it."""


@dataclass(frozen=True, slots=True)
class Setup:
    """One account and the remote behind it."""

    tempers: str = "polite"
    mode: Mode = Mode.TWO_WAY
    on_conflict: OnConflict = OnConflict.ASK
    options: Mapping[str, str] = field(default_factory=dict)


class Hurried(MemoryConnector):
    """Somebody else may be quicker: `before_write` is called once, just before our next update gets there."""

    before_write: Callable[[], None] | None = None

    def update(self, collection: RemoteCollection, href: str, raw: bytes, etag: str | None) -> Written:
        """See `Connector`."""
        act, self.before_write = self.before_write, None
        if act is not None:
            act()
        return super().update(collection, href, raw, etag)


@dataclass(slots=True)
class Spoke:
    """An account of its own user, with the remote behind it."""

    name: str
    setup: Setup
    remote: MemoryRemote
    account: int
    user: int
    collection: int
    policy: Policy
    backup: Snapshot | None = None
    before_write: Callable[[], None] | None = None

    def items(self) -> dict[str, bytes]:
        """href -> bytes of what is really there."""
        return self.remote.contents(BOOK)


class Clock:
    """Ticks once per question; and since each transaction of a cycle asks, a crash can be placed before any of them."""

    def __init__(self) -> None:
        self._now = 0
        self.kill_after: int | None = None

    def __call__(self) -> str:
        self._now += 1
        if self.kill_after is not None:
            self.kill_after -= 1
            if self.kill_after < 0:
                self.kill_after = None
                raise Killed
        minutes, seconds = divmod(self._now, 60)
        hours, minutes = divmod(minutes, 60)
        return f"2026-01-{1 + hours // 24:02}T{hours % 24:02}:{minutes:02}:{seconds:02}Z"


class World:
    """The hub and its spokes."""

    def __init__(self, folder: Path, setups: list[Setup], masters: list[Master]) -> None:
        self.path = folder / "store.db"
        self.clock = Clock()
        self.store = Store.open(self.path, create=True, region="IT")
        self.spokes = [self._spoke(f"s{number}", setup, masters) for number, setup in enumerate(setups)]
        self._created = 0

    def _spoke(self, name: str, setup: Setup, masters: list[Master]) -> Spoke:
        remote = MemoryRemote(TEMPERS[setup.tempers])
        about = remote.add_collection(BOOK)
        with self.store.transaction(self.stamp()) as tx:
            user = tx.users.add(User(0, name))
            account = tx.accounts.add(Account(0, name, "memory", setup.mode, user.id))
            collection = tx.collections.upsert(
                account.id, about.href, about.kind, about.name, about.format, about.accepts, read_only=about.read_only
            )
        policy = Policy(setup.mode, masters_for(name, CONTACT, masters), setup.on_conflict)
        return Spoke(name, setup, remote, account.id, user.id, collection.id, policy)

    def close(self) -> None:
        """Gives the store back."""
        self.store.close()

    def stamp(self) -> Stamp:
        """The signature of a person at the command line."""
        return Stamp(self.clock(), "cli", "me")

    # --- the engine

    def sync(self, spoke: Spoke, *, full: bool = False) -> RunResult | None:
        """One cycle; `None` when it was killed, and then the store is opened anew, as by the next process."""
        try:
            with Hurried.to(spoke.remote, **dict(spoke.setup.options)) as connector:
                connector.before_write = spoke.before_write
                rules = Rules(Policies(spoke.policy), region="IT")
                return run(self.store, spoke.name, connector, rules, clock=self.clock, full=full)
        except Killed:
            self.store.close()
            self.store = Store.open(self.path, region="IT")
            return None
        finally:
            self.clock.kill_after = None

    # --- the hub

    def new_id(self) -> str:
        """Ids in order."""
        self._created += 1
        return f"r{self._created}"

    def create(self, fields: Fields) -> str:
        """A new record."""
        id = self.new_id()
        with self.store.transaction(self.stamp()) as tx:
            tx.records.create(Record(id, CONTACT, fields))
        return id

    def change(self, record: str, changes: Mapping[str, Value | None]) -> None:
        """A person's edit."""
        with self.store.transaction(self.stamp()) as tx:
            tx.records.change(record, changes)

    def delete(self, record: str, deleted: bool) -> None:
        """Deletes a record, or takes that back."""
        with self.store.transaction(self.stamp()) as tx:
            (tx.records.delete if deleted else tx.records.restore)(record)

    def flag(self, record: str, spoke: Spoke, on: bool) -> None:
        """The sync flag of the spoke's user."""
        with self.store.transaction(self.stamp()) as tx:
            tx.flags.set(spoke.user, [record], on)

    def records(self) -> dict[str, Record]:
        """Every record, deleted ones too."""
        with self.store.view() as view:
            return view.records.many([str(row[0]) for row in self.rows("SELECT id FROM records ORDER BY seq")])

    def journal_end(self) -> int:
        """The newest journal entry."""
        with self.store.view() as view:
            return view.journal.last()

    # --- behind the store's back

    @contextmanager
    def _look(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path)
        try:
            yield connection
        finally:
            connection.close()

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """What is really in the file."""
        with self._look() as connection:
            return connection.execute(sql).fetchall()

    def known(self) -> set[str]:
        """Every typed value that can be found: in a record, the journal, the conflict log, or a parked item."""
        columns = {
            "records": "fields",
            "journal": "before, after",
            "conflicts": "base, crm, remote, losing",
            "parked": "CAST(raw AS TEXT)",
        }
        return {
            token
            for table, names in columns.items()
            for row in self.rows(f"SELECT {names} FROM {table}")
            for token in tokens(*row)
        }


def shown(raw: bytes) -> dict[str, Value]:
    """The fields of an item at a remote."""
    return dict(VCARD.parse(raw).fields)
