"""Invariants 6 and 9: the same steps give the same store, and the order of edits and accounts does not matter."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync.core.keys import same
from crmsync.values import Labelled, Value
from tests.machine.engine import SETUPS
from tests.machine.history import everything, history
from tests.machine.typed import EDITS
from tests.machine.world import BOOK, VCARD, Setup, World, shown

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

PLACES = st.integers(0, 2)
SINGLE_STEPS = st.one_of(
    st.tuples(st.just("somebody_creates_a_record"), st.fixed_dictionaries({"flags": st.integers(0, 7)})),
    st.tuples(st.just("somebody_edits_a_record"), st.fixed_dictionaries({"choice": PLACES, "edit": EDITS})),
    st.tuples(
        st.just("somebody_edits_an_item"),
        st.fixed_dictionaries({"place": PLACES, "choice": PLACES, "edit": EDITS}),
    ),
    st.tuples(st.just("somebody_creates_an_item"), st.fixed_dictionaries({"place": PLACES})),
    st.tuples(st.just("somebody_decides_an_item_of_the_queue"), st.fixed_dictionaries({"choice": PLACES})),
    st.tuples(st.just("a_cycle"), st.fixed_dictionaries({"place": PLACES})),
    st.tuples(st.just("a_cycle_is_killed"), st.fixed_dictionaries({"place": PLACES, "after": st.integers(0, 12)})),
)


@settings(max_examples=25)
@given(st.lists(SETUPS, min_size=3, max_size=3), st.lists(SINGLE_STEPS, max_size=20))
def test_the_same_steps_give_the_same_store_and_the_same_remotes(
    setups: list[Setup], steps: list[tuple[str, dict[str, object]]]
) -> None:
    ends = []
    for _ in range(2):
        with history(*setups) as engine:
            for _ in range(4):  # so that most cycles have more than one thing to do
                engine.somebody_creates_a_record(flags=0b111)
            for name, arguments in steps:
                getattr(engine, name)(**arguments)
            assert engine.world is not None
            ends.append(everything(engine.world))
    assert _without_seconds(ends[0]) == _without_seconds(ends[1])


def _without_seconds(dump: object) -> str:
    return re.sub(r'"seconds":[0-9.e-]+', "", repr(dump))


@dataclass(frozen=True, slots=True)
class Typed:
    """One edit, value and all: at the hub (place -1) or at a remote."""

    place: int
    record: int
    field: str
    value: str


# No two of these are about one field: but for lists, where two may each add an entry.
ALL_EDITS = [
    Typed(-1, 0, "title", "title 1000001"),
    Typed(0, 0, "note", "note 1000002"),
    Typed(1, 0, "department", "department 1000003"),
    Typed(2, 1, "title", "title 1000004"),
    Typed(0, 1, "note", "note 1000005"),
    Typed(-1, 0, "phones", "+39 02 1000006"),
    Typed(1, 0, "phones", "+39 02 1000007"),
    Typed(2, 1, "emails", "p1000008@x.example"),
    Typed(-1, 1, "emails", "p1000009@x.example"),
]


def _end(edits: list[Typed], accounts: list[int], cycles_between: list[bool]) -> list[dict[str, Value]]:
    """Two records everywhere, these edits in this order, cycles in this order: what hub and remotes then hold."""
    with history() as engine:
        world = engine.world
        assert world is not None
        for record in range(2):
            world.create({"name": f"Ada {record}", "nickname": f"who {record}"})
            for spoke in world.spokes:
                world.flag(f"r{record + 1}", spoke, True)
        engine.round()
        for edit, cycle in zip(edits, cycles_between, strict=True):
            _type(world, edit)
            if cycle:
                engine.a_cycle(place=accounts[0])
        for place in accounts:
            engine.a_cycle(place=place)
        engine.comes_to_rest(world)
        held = [dict(record.fields) for record in world.records().values()]
        return held + [shown(raw) for spoke in world.spokes for _, raw in sorted(spoke.items().items())]


def _type(world: World, edit: Typed) -> None:
    id = f"r{edit.record + 1}"
    if edit.place < 0:
        now = world.records()[id].fields.get(edit.field)
        world.change(id, {edit.field: _typed(edit, now)})
        return
    remote = world.spokes[edit.place].remote
    href = f"{BOOK}crmsync-{id}.vcf"
    raw = remote.contents(BOOK)[href]
    remote.edit(BOOK, href, VCARD.patch(raw, {edit.field: _typed(edit, shown(raw).get(edit.field))}, {}))


def _typed(edit: Typed, now: Value | None) -> Value:
    if edit.field in ("phones", "emails"):
        return (*(now if isinstance(now, tuple) else ()), Labelled(edit.value, "work"))
    return edit.value


@settings(max_examples=25)
@given(st.permutations(ALL_EDITS), st.permutations(range(3)), st.lists(st.booleans(), min_size=9, max_size=9))
def test_the_order_of_edits_and_of_accounts_does_not_matter(
    edits: list[Typed], accounts: list[int], cycles_between: list[bool]
) -> None:
    in_order = _end(ALL_EDITS, [0, 1, 2], [False] * len(ALL_EDITS))
    for one, other in zip(_end(edits, accounts, cycles_between), in_order, strict=True):
        assert one.keys() == other.keys()
        assert all(same(name, value, other[name]) for name, value in one.items()), (one, other)
