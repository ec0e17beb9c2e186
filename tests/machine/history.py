"""A history told step by step, and how it ends: `with history(...) as engine:` lets all come to rest and looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from crmsync.core.declarations import Master
from crmsync.model import Mode
from tests.machine.engine import Engine
from tests.machine.world import Setup, World

EXPORT = Setup(mode=Mode.EXPORT)


@contextmanager
def history(*setups: Setup, masters: Sequence[Master] = ()) -> Iterator[Engine]:
    """Three accounts; those not described are polite, two-way, and ask about conflicts."""
    engine = Engine()
    engine.begins([*setups, *[Setup()] * (3 - len(setups))], list(masters))
    try:
        yield engine
        assert engine.world is not None
        engine.comes_to_rest(engine.world)
    finally:
        engine.ends()


def everything(world: World) -> Sequence[object]:
    """Every row of the store and every item of every remote."""
    tables = [str(row[0]) for row in world.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    kept = [name for name in tables if not name.startswith(("sqlite_", "record_words"))]
    return [(name, world.rows(f"SELECT * FROM {name}")) for name in kept] + [spoke.items() for spoke in world.spokes]
