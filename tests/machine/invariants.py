"""The invariants of DESIGN.md section 4 as assertions on a world: after each cycle, and once all has come to rest."""

from __future__ import annotations

from collections import Counter

from crmsync.connectors.memory_remote import canonical
from crmsync.core.fieldmap import to_record, view
from crmsync.core.keys import same
from crmsync.core.selection import Export
from crmsync.cycle import RunResult
from crmsync.model import Link, LinkState, Mode, Record, Side
from crmsync.review import explain
from crmsync.store.conflict_log import LoggedConflict
from crmsync.store.import_queue import QueueSelection, QueueState
from crmsync.store.standing import Standing
from crmsync.store.store import Tables
from crmsync.values import Value
from tests.machine.typed import tokens
from tests.machine.world import CONTACT, Spoke, World, shown


class Watch:
    """What was, before a cycle; `check` compares it with what is, after it."""

    def __init__(self, world: World, spoke: Spoke) -> None:
        self.world, self.spoke = world, spoke
        self.items = dict(spoke.items())
        self.journal = world.journal_end()
        self.asked = self._asked()
        self.others = [dict(other.items()) for other in world.spokes if other is not spoke]

    def check(self, result: RunResult | None) -> None:
        """What holds of every single cycle, ended well, badly or killed."""
        self._loses_nothing()
        self._keeps_to_its_mode()
        self._respects_masters()
        with self.world.store.view() as tx:
            accounted(tx, self.world, self.spoke)
        decided = self.asked - self._asked()
        assert not decided, f"decided without the person who was asked: {sorted(decided)}"
        assert [dict(other.items()) for other in self.world.spokes if other is not self.spoke] == self.others
        assert result is None or result.error is None or str(result.error)

    def _asked(self) -> set[tuple[str, str]]:
        """The open questions about this account that neither side has moved on: (record, field)."""
        items = {canonical(href): raw for href, raw in self.spoke.items().items()}
        records = self.world.records()
        with self.world.store.view() as tx:
            return {
                (one.conflict.record, one.conflict.field)
                for one in tx.conflicts.list()
                if (link := tx.links.get(one.conflict.link)) is not None and link.collection == self.spoke.collection
                if self._stands(tx, one, records[one.conflict.record], items.get(link.href))
            }

    def _stands(self, tx: Tables, asked: LoggedConflict, record: Record, raw: bytes | None) -> bool:
        """Whether both sides are as they were when a person was asked, and no other answer has settled it."""
        conflict = asked.conflict
        if conflict.field != "deleted":
            remote = None if raw is None else shown(raw).get(conflict.field)
            return raw is not None and record.fields.get(conflict.field) == conflict.crm and remote == conflict.remote
        answered = [one for one in tx.conflicts.list(open=False, link=conflict.link) if one.resolved_at > asked.since]
        wanted = record.deleted or self.spoke.user in tx.flags.users(record.id)
        return wanted and not answered and record.deleted == conflict.crm and (raw is None) == conflict.remote

    def _loses_nothing(self) -> None:
        """Invariant 2: what was at the remote before and is not any more can be found here."""
        lost = tokens(*self.items.values()) - tokens(*self.spoke.items().values()) - self.world.known()
        assert not lost, f"overwritten at {self.spoke.name} and nowhere to be found: {sorted(lost)}"

    def _keeps_to_its_mode(self) -> None:
        """Invariant 3."""
        mode = self.spoke.setup.mode
        if mode is Mode.IMPORT:
            assert dict(self.spoke.items()) == self.items, "an import-only account was written"
        if mode is Mode.EXPORT:
            assert self.world.journal_end() == self.journal, "an export-only account wrote the hub"

    def _respects_masters(self) -> None:
        """Invariant 4: a cycle never carries a mastered field into the hub from a side that is not its master."""
        with self.world.store.view() as tx:
            written = {
                entry.field for entry in tx.journal.entries(after=self.journal) if entry.origin == self.spoke.name
            }
        foreign = {name for name, side in self.spoke.policy.masters.items() if side is Side.CRM}
        assert not written & foreign, f"{self.spoke.name} wrote {written & foreign}, which has another master"


def check_rest(world: World, spoke: Spoke) -> None:
    """What holds of an account once nothing is left to do."""
    records = world.records()
    with world.store.view() as tx:
        _accounts_for_everything(tx, world, spoke, records)
        _doubles_nothing(tx, spoke)
        _shows_only_what_is_selected(tx, spoke, records)
        for link in tx.links.of_collection(spoke.collection):
            _agrees(tx, spoke, link, records[link.record])
    assert not world.store.problems()


def accounted(tx: Tables, world: World, spoke: Spoke) -> set[str]:
    """Invariant 7 at any moment: the states partition what the remote was seen to list, and the sums agree."""
    here = spoke.collection
    listed = [str(row[0]) for row in world.rows(f"SELECT href FROM mirror WHERE NOT gone AND collection = {here}")]
    listed += tx.parked.unseen(here)
    account = tx.accounts.get(spoke.name)
    found = list(explain.items(tx, account))
    assert sorted(one.href for one in found) == sorted(listed), "each item is in exactly one state"
    sums = explain.sums(tx, account)
    assert sums.items == len(listed)
    assert sums.states == {state: sum(one.state is state for one in found) for state in Standing}
    for one in found:
        assert explain.named(tx, one.href).count(one) == 1
        assert one.why
        assert "None" not in one.why, one
    return set(listed)


def _accounts_for_everything(tx: Tables, world: World, spoke: Spoke, records: dict[str, Record]) -> None:
    """Invariant 7 at rest: what was seen is what is there, and nothing is left to be done about any of it."""
    there = {canonical(href) for href in spoke.items()}
    seen = accounted(tx, world, spoke)
    assert seen == there, (sorted(seen - there), sorted(there - seen), tx.parked.list(collection=spoke.collection))
    sums = explain.sums(tx, tx.accounts.get(spoke.name))
    waiting = list(explain.items(tx, tx.accounts.get(spoke.name), Standing.PENDING))
    assert (sums.states[Standing.PENDING], sums.gone) == (0, 0), waiting
    for record in records.values():
        states = explain.record(tx, record, lambda _: Export())
        assert {one.account for one in states} == {other.name for other in world.spokes}
        assert not [one for one in states if one.account == spoke.name and one.state is Standing.PENDING], states


def _doubles_nothing(tx: Tables, spoke: Spoke) -> None:
    """Invariant 5: whatever was killed or answered too late, nobody is there twice."""
    selection = QueueSelection(states=(QueueState.IGNORED,), account=spoke.account)
    ignored = {row.item.href for row in tx.queue.list(selection)}
    who = Counter(shown(raw)["nickname"] for href, raw in spoke.items().items() if canonical(href) not in ignored)
    assert not [name for name, count in who.items() if count > 1], who


def _shows_only_what_is_selected(tx: Tables, spoke: Spoke, records: dict[str, Record]) -> None:
    """Invariant 8: no item of a record that this account's user is not to have; a question may still be open."""
    if spoke.setup.mode is Mode.IMPORT:
        return
    flagged = tx.flags.on(spoke.user, list(records))
    for link in tx.links.of_collection(spoke.collection):
        record = records[link.record]
        asked = bool(tx.conflicts.list(link=link.id)) or tx.parked.find(spoke.collection, link.href) is not None
        assert asked or (record.id in flagged and not record.deleted), f"{link.href} is still there"


def _agrees(tx: Tables, spoke: Spoke, link: Link, record: Record) -> None:
    """Both sides show the same: but for open questions, and for what this remote cannot show."""
    raw = spoke.items().get(link.href)
    if link.state is not LinkState.LINKED or raw is None or record.deleted or spoke.setup.mode is Mode.IMPORT:
        return
    if spoke.user not in tx.flags.users(record.id):
        return  # it only waits for a person before it leaves
    mine, theirs = view(CONTACT, record.fields), to_record(CONTACT, "individual", shown(raw))
    waiting = {one.conflict.field for one in tx.conflicts.list(link=link.id)}
    for name in {*mine, *theirs} - waiting:
        expected: Value | None = mine.get(name)
        # A value that was missing when our write was read back counts as dropped by the remote (`core.settle`).
        if spoke.remote.tempers.rewrites is not None or link.echo.get(name, expected) is None:
            expected = link.echo.get(name, expected)
        assert same(name, expected, theirs.get(name)), (
            f"{record.id}.{name} at {spoke.name}: the hub has {mine.get(name)!r}, the remote {theirs.get(name)!r}"
        )
