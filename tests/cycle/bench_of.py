"""A hub and remotes in memory, driven as the command line drives them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crmsync import cycle
from crmsync.connectors.memory import MemoryConnector
from crmsync.connectors.memory_remote import MemoryRemote
from crmsync.connectors.tempers import POLITE, Tempers
from crmsync.core.plan import Budgets
from crmsync.core.reconcile import Policies
from crmsync.model import Mode, Policy, Record, RecordType
from crmsync.review import import_queue, plans
from crmsync.store.accounts import Account
from crmsync.store.conflict_log import LoggedConflict
from crmsync.store.import_queue import Queued
from crmsync.store.session import Stamp
from crmsync.store.store import Store, Tables
from crmsync.values import Fields, Value

BOOK = "/book/"
OTHER = "/other/"


def card(uid: str, name: str, *lines: str) -> bytes:
    """A small card as a phone writes it."""
    given, _, family = name.rpartition(" ")
    text = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", f"N:{family};{given};;;", f"FN:{name}", *lines, "END:VCARD", ""]
    return "\r\n".join(text).encode()


class Hub:
    """One store; the clock is a counter, so every run of a test is the same."""

    def __init__(self, folder: Path, file: Path | None = None) -> None:
        self.store = Store.open(file or folder / "home" / "store.sqlite", create=True)
        self._ticks = itertools.count(1)
        self._ids = itertools.count(1)

    def now(self) -> str:
        """A new second each time."""
        tick = next(self._ticks)
        return f"2026-01-01T{tick // 3600:02}:{tick // 60 % 60:02}:{tick % 60:02}Z"

    @contextmanager
    def typing(self) -> Iterator[Tables]:
        """A transaction of a person at the keyboard."""
        with self.store.transaction(Stamp(self.now(), "cli", "me", None, "typed")) as tx:
            yield tx

    def add(self, kind: RecordType = RecordType.CONTACT, *, flag: bool = True, **fields: Value) -> str:
        """A record that somebody typed, flagged for sync."""
        id = f"rec{next(self._ids)}"
        with self.typing() as tx:
            tx.records.create(Record(id, kind, fields))
            if flag:
                tx.flags.set(1, [id], on=True)
        return id

    def set(self, id: str, **changes: Value | None) -> None:
        """An edit in the CRM."""
        with self.typing() as tx:
            tx.records.change(id, changes)

    def delete(self, id: str) -> None:
        """A deletion in the CRM."""
        with self.typing() as tx:
            tx.records.delete(id)

    def fields(self, id: str) -> Fields:
        """What the hub holds, deleted or not."""
        with self.store.view() as view:
            record = view.records.get(id, deleted=True)
            assert record is not None
            return record.fields

    def conflicts(self) -> list[LoggedConflict]:
        """The open ones."""
        with self.store.view() as view:
            return list(view.conflicts.list())

    def queue(self) -> list[Queued]:
        """What waits for a person."""
        with self.store.view() as view:
            return list(view.queue.list())


class Spoke:
    """One account on a remote in memory."""

    def __init__(
        self,
        hub: Hub,
        name: str,
        *,
        mode: Mode = Mode.TWO_WAY,
        tempers: Tempers = POLITE,
        policy: Policy | None = None,
        remote: MemoryRemote | None = None,
    ) -> None:
        self.hub, self.name = hub, name
        self.remote = remote or MemoryRemote(tempers)
        about = self.remote.add_collection(BOOK)
        self.rules = cycle.Rules(Policies(policy or Policy(mode=mode)), Budgets())
        with hub.typing() as tx:
            account = tx.accounts.add(Account(0, name, "memory", mode))
            stored = tx.collections.upsert(
                account.id, about.href, about.kind, about.name, about.format, about.accepts, read_only=about.read_only
            )
            self.collection = stored.id

    def more(self, href: str) -> None:
        """Another address book."""
        about = self.remote.add_collection(href)
        with self.hub.typing() as tx:
            account = tx.accounts.get(self.name)
            tx.collections.upsert(
                account.id, about.href, about.kind, about.name, about.format, about.accepts, read_only=False
            )

    def sync(self, *, dry_run: bool = False, full: bool = False) -> cycle.RunResult:
        """One cycle."""
        with MemoryConnector.to(self.remote) as connector:
            return cycle.run(
                self.hub.store, self.name, connector, self.rules, clock=self.hub.now, dry_run=dry_run, full=full
            )

    def text(self, href: str) -> str:
        """What the remote holds there."""
        raw = self.remote.raw(BOOK, href)
        assert raw is not None
        return raw.decode()

    def hrefs(self) -> list[str]:
        """Every item at the remote."""
        return sorted(self.remote.contents(BOOK))

    def link(self, record: str, href: str) -> None:
        """Makes an item that was pulled the item of a record, both agreeing on what the item holds."""
        from crmsync import translate
        from crmsync.model import Link

        with self.hub.typing() as tx:
            mirrored = tx.mirror.get(self.collection, href)
            assert mirrored is not None
            found = tx.records.get(record)
            assert found is not None
            fields = translate.read("vcard", found.type, mirrored.item.raw).fields
            tx.links.insert(Link(0, record, self.collection, href, mirrored.item.uid, mirrored.item.etag, fields))


def bring_in(hub: Hub, kind: RecordType = RecordType.CONTACT) -> list[str]:
    with hub.typing() as tx:
        ids = [row.id for row in tx.queue.list()]
        import_queue.assign(tx, ids, kind)
        return import_queue.bring_in(tx, ids, 1, iter(f"q{n}" for n in range(len(ids))).__next__).records


def discard(hub: Hub) -> None:
    """A person refuses the one plan that is held."""
    with hub.typing() as tx:
        (plan,) = tx.plans.list()
        plans.discard(tx, plan.id)


def edit(spoke: Spoke, href: str, line: str, book: str = BOOK) -> None:
    raw = spoke.remote.raw(book, href)
    assert raw is not None
    spoke.remote.edit(book, href, raw.replace(b"END:VCARD", f"{line}\r\nEND:VCARD".encode()))


def settled(*spokes: Spoke) -> None:
    """Syncs until nothing moves, then proves that another round writes nothing anywhere."""
    for _ in range(3):
        for spoke in spokes:
            spoke.sync()
    before = [spoke.remote.contents(BOOK) for spoke in spokes]
    for spoke in spokes:
        result = spoke.sync()
        assert (result.pushed.total, result.pulled.total, result.state) == (0, 0, "done"), result.to_json()
    assert [spoke.remote.contents(BOOK) for spoke in spokes] == before
