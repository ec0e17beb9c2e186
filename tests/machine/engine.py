"""What can happen to an engine, one rule each; at the end all comes to rest, and the invariants are looked at."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from crmsync.connectors.faults import Fault, Operation
from crmsync.core.declarations import Master
from crmsync.errors import Busy, Refused, SignInNeeded, Unreachable
from crmsync.model import Mode, OnConflict
from crmsync.review.conflicts import Choice
from tests.machine.invariants import Watch, check_rest
from tests.machine.person import Person
from tests.machine.typed import EDITS, Edit
from tests.machine.world import BOOK, CONTACT, TEMPERS, Killed, Setup, Spoke, World

ROUNDS = 16

SETUPS = st.builds(
    Setup,
    st.sampled_from(list(TEMPERS)),
    st.sampled_from([Mode.TWO_WAY, Mode.TWO_WAY, Mode.TWO_WAY, Mode.EXPORT, Mode.IMPORT]),
    st.sampled_from([OnConflict.ASK, OnConflict.ASK, OnConflict.CRM, OnConflict.REMOTE]),
)
MASTERS = st.lists(
    st.builds(
        Master, st.just(CONTACT), st.sampled_from(["note", "phones"]), st.sampled_from(["any", "crm", "s0", "s1"])
    ),
    max_size=2,
    unique_by=lambda master: master.field,
)
PLACES = st.integers(0, 2)
CHOICES = st.integers(0, 7)
OPERATIONS = st.sampled_from([frozenset({operation}) for operation in Operation])


class Engine(RuleBasedStateMachine):
    """Rules are what can happen; `teardown` lets all come to rest and looks."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="crmsync-machine-")
        self.world: World | None = None

    @initialize(setups=st.lists(SETUPS, min_size=3, max_size=3), masters=MASTERS)
    def begins(self, setups: list[Setup], masters: list[Master]) -> None:
        self.world = World(Path(self.folder.name), setups, masters)
        self.person = Person(self.world)

    def spoke(self, place: int) -> Spoke:
        assert self.world is not None
        return self.world.spokes[place]

    # --- people

    @rule(flags=st.integers(0, 7))
    def somebody_creates_a_record(self, flags: int) -> None:
        self.person.creates(flags)

    @rule(choice=CHOICES, edit=EDITS)
    def somebody_edits_a_record(self, choice: int, edit: Edit) -> None:
        self.person.edits(choice, edit)

    @rule(choice=CHOICES, deleted=st.booleans())
    def somebody_deletes_or_restores_a_record(self, choice: int, deleted: bool) -> None:
        self.person.deletes(choice, deleted)

    @rule(choice=CHOICES, place=PLACES, on=st.booleans())
    def somebody_flags_a_record(self, choice: int, place: int, on: bool) -> None:
        self.person.flags(choice, self.spoke(place), on)

    @rule(place=PLACES)
    def somebody_creates_an_item(self, place: int) -> None:
        self.person.creates_at(self.spoke(place))

    @rule(place=PLACES, choice=CHOICES, edit=EDITS)
    def somebody_edits_an_item(self, place: int, choice: int, edit: Edit) -> None:
        self.person.edits_at(self.spoke(place), choice, edit)

    @rule(place=PLACES, choice=CHOICES)
    def somebody_deletes_an_item(self, place: int, choice: int) -> None:
        self.person.deletes_at(self.spoke(place), choice)

    @rule(choice=CHOICES)
    def somebody_decides_an_item_of_the_queue(self, choice: int) -> None:
        self.person.decides_item(choice)

    @rule(choice=CHOICES, side=st.sampled_from([Choice.CRM, Choice.REMOTE]))
    def somebody_decides_a_conflict(self, choice: int, side: Choice) -> None:
        self.person.decides_conflict(choice, side)

    # --- the engine

    def watch(self, spoke: Spoke) -> Watch:
        assert self.world is not None
        return Watch(self.world, spoke)

    def cycle(self, spoke: Spoke, full: bool = False) -> None:
        watch = self.watch(spoke)
        watch.check(watch.world.sync(spoke, full=full))

    @rule(place=PLACES)
    def a_cycle(self, place: int) -> None:
        self.cycle(self.spoke(place))

    @rule(places=st.permutations(range(3)))
    def a_cycle_of_each(self, places: list[int]) -> None:
        for place in places:
            self.cycle(self.spoke(place))

    @rule(place=PLACES)
    def a_full_look(self, place: int) -> None:
        self.cycle(self.spoke(place), full=True)

    # --- what goes wrong

    @rule(
        place=PLACES,
        on=OPERATIONS,
        at=st.integers(1, 3),
        took_effect=st.booleans(),
        error=st.sampled_from([Unreachable("lost"), Busy("wait"), SignInNeeded("who?"), Refused("no"), Killed()]),
    )
    def a_cycle_meets_a_fault(
        self, place: int, on: frozenset[Operation], at: int, took_effect: bool, error: Exception
    ) -> None:
        spoke = self.spoke(place)
        happened = took_effect and isinstance(error, Unreachable | Killed)
        if isinstance(error, Refused) and not on <= {Operation.PUT, Operation.DELETE}:
            error = Unreachable("lost")
        spoke.remote.fail(Fault(at, error, happened, on))  # type: ignore[arg-type]
        self.cycle(spoke)
        spoke.remote.stop_failing()

    @rule(place=PLACES, after=st.integers(0, 12))
    def a_cycle_is_killed(self, place: int, after: int) -> None:
        watch = self.watch(self.spoke(place))
        watch.world.clock.kill_after = after
        watch.check(watch.world.sync(self.spoke(place)))

    @rule(place=PLACES, choice=CHOICES, edit=EDITS)
    def somebody_edits_while_a_cycle_reads(self, place: int, choice: int, edit: Edit) -> None:
        spoke = self.spoke(place)
        watch = self.watch(spoke)
        spoke.remote.between_pages = lambda: self.intrudes(watch, choice, edit)
        watch.check(watch.world.sync(spoke))
        spoke.remote.between_pages = None

    @rule(place=PLACES, choice=CHOICES, edit=EDITS)
    def somebody_edits_just_before_a_write(self, place: int, choice: int, edit: Edit) -> None:
        spoke = self.spoke(place)
        watch = self.watch(spoke)
        # Without etags nobody can tell that an item was edited since it was read.
        if spoke.setup.tempers != "no etags":
            spoke.before_write = lambda: self.intrudes(watch, choice, edit)
        watch.check(watch.world.sync(spoke))
        spoke.before_write = None

    def intrudes(self, watch: Watch, choice: int, edit: Edit) -> None:
        """An edit in the midst of a cycle, which may not lose it either."""
        self.person.edits_at(watch.spoke, choice, edit)
        watch.items = dict(watch.spoke.items())

    @rule(place=PLACES)
    def tokens_are_forgotten(self, place: int) -> None:
        self.spoke(place).remote.forget_tokens()

    @rule(place=PLACES, read_only=st.booleans())
    def rights_change(self, place: int, read_only: bool) -> None:
        self.spoke(place).remote.protect(BOOK, read_only)

    @rule(place=PLACES)
    def a_backup_is_made(self, place: int) -> None:
        self.spoke(place).backup = self.spoke(place).remote.snapshot()

    @precondition(lambda self: any(spoke.backup for spoke in self.world.spokes))
    @rule(place=PLACES)
    def a_backup_is_restored(self, place: int) -> None:
        spoke = self.spoke(place)
        # Who shows writes late and then an older version: late still, or restored? Nobody could tell.
        if spoke.backup is not None and not spoke.remote.tempers.late_by:
            spoke.remote.restore_backup(spoke.backup)

    # --- the end

    def teardown(self) -> None:
        try:
            if self.world is not None:
                self.comes_to_rest(self.world)
        finally:
            self.ends()

    def ends(self) -> None:
        """Gives back what it took."""
        if self.world is not None:
            self.world.close()
        self.folder.cleanup()

    def comes_to_rest(self, world: World) -> None:
        """Invariants 1, 5, 7, 8: with everything reachable again, a few rounds end it, and then nothing moves."""
        for spoke in world.spokes:
            spoke.remote.protect(BOOK, False)
            with world.store.transaction(world.stamp()) as tx:
                tx.parked.retry([parked.id for parked in tx.parked.list(collection=spoke.collection)])
        for _ in range(ROUNDS):
            if not self.round():
                break
        else:
            raise AssertionError(f"not quiet after {ROUNDS} rounds")
        for _ in range(max(spoke.remote.tempers.late_by for spoke in world.spokes)):
            self.round()
        assert not self.round(full=True), "looking at everything again found something to do"
        for spoke in world.spokes:
            check_rest(world, spoke)

    def round(self, full: bool = False) -> bool:
        """One cycle of each account; whether any of them wrote anything anywhere."""
        assert self.world is not None
        before = (self.world.journal_end(), [spoke.remote.now for spoke in self.world.spokes])
        for spoke in self.world.spokes:
            self.cycle(spoke, full)
        return before != (self.world.journal_end(), [spoke.remote.now for spoke in self.world.spokes])
