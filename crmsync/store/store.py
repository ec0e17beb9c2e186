"""The store: one file that the command line, the daemon and the TUI share. They meet here and nowhere else.

    with store.transaction(Stamp(now, origin="cli", actor="anna", reason="typed")) as tx:
        tx.records.change(id, {"title": "CEO"})
    with store.view() as view:
        page = view.records.list(Selection(search="rossi"))

A transaction is all or nothing and sees its own writes; one process writes at a time and others wait for it. A view is
a snapshot. Use both only inside their `with`, and let no network call happen inside a transaction. A store belongs to
the thread that opened it. The store never asks for the time and makes no record ids: both come from the caller.

Raises `StoreBroken`, `Busy` (another process wrote for half a minute), `Halt` (the disk), and `Bug`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from crmsync.store import database
from crmsync.store.session import Session, Stamp

if TYPE_CHECKING:
    from crmsync.core.selection import UserView
    from crmsync.store.accounts import Accounts
    from crmsync.store.blobs import Blobs
    from crmsync.store.choices import Choices
    from crmsync.store.collections_of import Collections
    from crmsync.store.conflict_log import ConflictLog
    from crmsync.store.decisions import Decisions
    from crmsync.store.filters import Filters
    from crmsync.store.flags import Flags
    from crmsync.store.import_queue import ImportQueue
    from crmsync.store.journal import Journal
    from crmsync.store.links import Links
    from crmsync.store.losses import Losses
    from crmsync.store.merged import Merged
    from crmsync.store.mirror import Mirror
    from crmsync.store.moves import Moves
    from crmsync.store.parked import Parked
    from crmsync.store.plans import Plans
    from crmsync.store.policies import StoredPolicies
    from crmsync.store.pushes import Pushes
    from crmsync.store.put_backs import PutBacks
    from crmsync.store.queue_rules import QueueRules
    from crmsync.store.records import Records
    from crmsync.store.runs import Runs
    from crmsync.store.standing import Place, Reason, Standing
    from crmsync.store.users import Users
    from crmsync.store.withheld import Withheld


class Tables:
    """Everything in the store, within one transaction or view. In a view, whatever writes raises `Bug`.

    A table's module is imported when it is first asked for: `status` needs few of them, and they add up.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.region = session.region

    @property
    def reason(self) -> str:
        """Why this transaction writes; for a journal entry that says more than that."""
        return self._session.writing().reason

    @cached_property
    def journal(self) -> Journal:
        """Every change of the hub."""
        from crmsync.store.journal import Journal

        return Journal(self._session)

    @cached_property
    def records(self) -> Records:
        """The hub itself."""
        from crmsync.store.records import Records

        return Records(self._session, self.journal)

    @cached_property
    def merged(self) -> Merged:
        """Records that became part of others."""
        from crmsync.store.merged import Merged

        return Merged(self._session, self.decisions)

    @cached_property
    def flags(self) -> Flags:
        """Which records each user wants on the phone."""
        from crmsync.store.flags import Flags

        return Flags(self._session, self.journal, self.withheld)

    @cached_property
    def filters(self) -> Filters:
        """Expressions with a name."""
        from crmsync.store.filters import Filters

        return Filters(self._session, self.decisions)

    @cached_property
    def choices(self) -> Choices:
        """What each account gets apart from flagged records."""
        from crmsync.store.choices import Choices

        return Choices(self._session)

    @cached_property
    def users(self) -> Users:
        """The people."""
        from crmsync.store.users import Users

        return Users(self._session, self.decisions)

    @cached_property
    def accounts(self) -> Accounts:
        """The spokes."""
        from crmsync.store.accounts import Accounts

        return Accounts(self._session)

    @cached_property
    def collections(self) -> Collections:
        """The collections of the accounts."""
        from crmsync.store.collections_of import Collections

        return Collections(self._session)

    @cached_property
    def mirror(self) -> Mirror:
        """What the remotes hold."""
        from crmsync.store.mirror import Mirror

        return Mirror(self._session)

    @cached_property
    def links(self) -> Links:
        """Which record is which item."""
        from crmsync.store.links import Links

        return Links(self._session, self.decisions)

    @cached_property
    def moves(self) -> Moves:
        """Items that were moved."""
        from crmsync.store.moves import Moves

        return Moves(self._session, self.links, self.pushes)

    @cached_property
    def queue(self) -> ImportQueue:
        """Items that wait for a person."""
        from crmsync.store.import_queue import ImportQueue

        return ImportQueue(self._session, self.decisions)

    @cached_property
    def queue_rules(self) -> QueueRules:
        """What is to be done with such items by itself."""
        from crmsync.store.queue_rules import QueueRules

        return QueueRules(self._session, self.decisions)

    @cached_property
    def conflicts(self) -> ConflictLog:
        """Fields that two sides changed."""
        from crmsync.store.conflict_log import ConflictLog

        return ConflictLog(self._session)

    @cached_property
    def parked(self) -> Parked:
        """Items that cannot go on."""
        from crmsync.store.parked import Parked

        return Parked(self._session)

    @cached_property
    def plans(self) -> Plans:
        """Plans that wait for a person, and remembered answers."""
        from crmsync.store.plans import Plans

        return Plans(self._session)

    @cached_property
    def policies(self) -> StoredPolicies:
        """What people want to be done with conflicts from now on."""
        from crmsync.store.policies import StoredPolicies

        return StoredPolicies(self._session, self.decisions)

    @cached_property
    def runs(self) -> Runs:
        """What was done in one go."""
        from crmsync.store.runs import Runs

        return Runs(self._session)

    @cached_property
    def pushes(self) -> Pushes:
        """What was written at remotes."""
        from crmsync.store.pushes import Pushes

        return Pushes(self._session)

    @cached_property
    def decisions(self) -> Decisions:
        """What was decided beside the fields of records."""
        from crmsync.store.decisions import Decisions

        return Decisions(self._session)

    @cached_property
    def withheld(self) -> Withheld:
        """Records that an account is to do without."""
        from crmsync.store.withheld import Withheld

        return Withheld(self._session, self.decisions)

    @cached_property
    def losses(self) -> Losses:
        """What remotes drop or rewrite."""
        from crmsync.store.losses import Losses

        return Losses(self._session)

    @cached_property
    def put_backs(self) -> PutBacks:
        """Items that are to be as they were before a link that was undone."""
        from crmsync.store.put_backs import PutBacks

        return PutBacks(self._session)

    @cached_property
    def blobs(self) -> Blobs:
        """Photos and attachments."""
        from crmsync.store.blobs import Blobs

        return Blobs(self._session)

    @property
    def run(self) -> int | None:
        """The run that this transaction belongs to."""
        return self._session.writing().run

    def begin_run(self, kind: str, account: str = "") -> int:
        """Starts a run; everything else in this transaction belongs to it. Returns its id."""
        id = self.runs.start(kind, account)
        self._session.begin_run(id)
        return id

    def counts(self) -> dict[str, int]:
        """What `status` shows: records, queue (undecided), open conflicts, held plans, parked, refused writes."""
        from crmsync.store import overview

        return overview.counts(self, self._session)

    def overview(self) -> list[tuple[str, str, str, str, int, str | None, int, str]]:
        """What `status` shows of each account.

        Name, kind, state, message, items, end of the last run, whether it is paused, when it may be asked again.
        """
        from crmsync.store import overview

        return overview.accounts(self._session)

    @property
    def limited(self) -> bool:
        """Whether something is kept from whoever asks."""
        return self._session.seen.limited

    def sees_all(self, user: str) -> bool:
        """Whether the user of this name (`""`: the first one) is there and sees all."""
        from crmsync.store import overview

        return overview.sees_all(self._session, user)

    def standings(self, collection: int) -> Mapping[Standing, int]:
        """How many items of a collection stand where; sums to what the remote lists."""
        from crmsync.store.standing import standings

        return standings(self._session, collection)

    def reasons(self, collection: int) -> Mapping[Reason, int]:
        """The same by reason; those that are gone and not yet dealt with are named too."""
        from crmsync.store.standing import reasons

        return reasons(self._session, collection)

    def places(self, collection: int) -> Iterator[Place]:
        """Every item of a collection with where it stands and why."""
        from crmsync.store.standing import places

        return places(self._session, collection)

    def place(self, collection: int, href: str) -> Place | None:
        """Where one item stands and why; `None` when nothing is known of it."""
        from crmsync.store.standing import place

        return place(self._session, collection, href)

    def setting(self, name: str) -> str | None:
        """A fact about the whole home, or `None`."""
        row = self._session.one("SELECT value FROM settings WHERE name = ?", (name,))
        return None if row is None else row[0]

    def set_setting(self, name: str, value: str) -> None:
        """Keeps a fact about the whole home."""
        self._session.write("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))


class Store:
    """An open store; `close` it, or use it as a context manager."""

    def __init__(self, connection: sqlite3.Connection, path: Path, region: str) -> None:
        self._connection = connection
        self._region = region
        self.path = path

    @classmethod
    def open(cls, path: Path, *, create: bool = False, region: str = "") -> Self:
        """Opens the store in the file `path`, migrating it when it is older than this program.

        `create` makes it where it is missing, folder 0700 and files 0600, with one user, `me`. `region` ("IT") is what
        telephone numbers without a country code belong to. Raises `StoreBroken`, and leaves the file as it was, when
        it is missing, damaged, of another program, or newer than this one.
        """
        connection = database.connect(path, create=create)
        store = cls(connection, path, region)
        if create:
            with database.translated(path):
                connection.execute(
                    "INSERT INTO users (name, email, scope, sees_suppliers) SELECT 'me', '', 'all', 1 "
                    "WHERE NOT EXISTS (SELECT 1 FROM users)"
                )
        return store

    def close(self) -> None:
        """Gives the file back."""
        with database.translated(self.path):
            self._connection.close()

    def data_version(self) -> int:
        """A number that changes when another connection has written. Costs microseconds: poll it."""
        with database.translated(self.path):
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def keep_in_memory(self, megabytes: int) -> None:
        """How much of the file this connection keeps at hand; several of them in one process share what there is."""
        self._connection.execute(f"PRAGMA cache_size = {-1000 * megabytes}")

    def interrupt(self) -> None:
        """Ends the statement that runs now, in whatever thread; there it raises `Interrupted`."""
        self._connection.interrupt()

    @contextmanager
    def transaction(self, stamp: Stamp, *, durable: bool = True, sight: UserView | None = None) -> Iterator[Tables]:
        """Writes: all of it or nothing. Waits for other writers, then raises `Busy`. `sight`: see `view`.

        `durable=False` is for what a pull can bring again: a power cut may take the last few of those, whole.
        """
        session = Session(self._connection, stamp, self._region, sight)
        try:
            with database.writing(self._connection, self.path, durable=durable):
                yield Tables(session)
                session.settle()
        finally:
            session.end()

    @contextmanager
    def view(self, sight: UserView | None = None) -> Iterator[Tables]:
        """Reads one moment of the store, undisturbed by writers and without disturbing them.

        `sight`: what whoever asks may see. Other records are not there: not by id, not in a list, not in a count.
        """
        session = Session(self._connection, None, self._region, sight)
        with database.reading(self._connection, self.path):
            yield Tables(session)

    def problems(self) -> list[str]:
        """What is wrong with the store, in sentences; none when all is well. Reads all of it."""
        from crmsync.store.check import problems

        with self.view():
            return problems(Session(self._connection, None))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
