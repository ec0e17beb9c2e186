"""An item that another program has locked at the remote (423): it alone waits."""

from __future__ import annotations

import pytest

from crmsync.connectors.faults import Fault, Operation
from crmsync.errors import Locked
from tests.cycle.bench_of import Hub, Spoke


@pytest.mark.parametrize("operation", [Operation.PUT, Operation.DELETE])
def test_one_locked_item_waits_for_the_next_cycle_and_the_others_go_on(
    hub: Hub, phone: Spoke, operation: Operation
) -> None:
    people = [hub.add(name=f"Anna Rossi{n}") for n in range(3)]
    if operation is Operation.DELETE:
        phone.sync()
        for one in people:
            hub.delete(one)
    phone.remote.fail(Fault(2, Locked("another program has locked it"), on=frozenset({operation})))
    result = phone.sync()
    assert (result.state, result.error, result.failed) == ("done", None, 1)
    assert result.pushed.total == 2
    with hub.store.view() as view:
        assert view.parked.failing(1) == 0
    again = phone.sync()
    assert (again.pushed.total, again.failed) == (1, 0)
    assert phone.sync().pushed.total == 0
