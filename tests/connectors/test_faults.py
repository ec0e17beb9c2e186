"""A fault happens at the operation it was planned for, before or after its effect."""

from __future__ import annotations

import pytest

from crmsync.connectors.faults import READS, WRITES, Fault, FaultScript, Operation
from crmsync.errors import Busy, Unreachable


def outcomes(script: FaultScript, operations: list[Operation]) -> tuple[list[str], int]:
    done: list[str] = []
    seen = []
    for operation in operations:
        try:
            script.run(operation, lambda: done.append("effect"))
            seen.append("ok")
        except (Unreachable, Busy) as error:
            seen.append(error.what)
    return seen, len(done)


def test_the_planned_operation_fails_and_has_no_effect():
    script = FaultScript()
    script.add(Fault(2, Unreachable("gone")))
    assert outcomes(script, [Operation.PUT] * 3) == (["ok", "gone", "ok"], 2)


def test_a_lost_answer_has_its_effect():
    script = FaultScript()
    script.add(Fault(2, Unreachable("lost"), took_effect=True))
    assert outcomes(script, [Operation.PUT] * 3) == (["ok", "lost", "ok"], 3)


def test_only_the_named_operations_are_counted():
    script = FaultScript()
    script.add(Fault(1, Busy("slow down"), on=WRITES))
    operations = [Operation.CHANGES, Operation.MULTIGET, Operation.DELETE, Operation.PUT]
    assert outcomes(script, operations)[0] == ["ok", "ok", "slow down", "ok"]


def test_a_fault_may_last():
    script = FaultScript()
    script.add(Fault(2, Busy("slow down"), times=2))
    assert outcomes(script, [Operation.ENTRIES] * 5)[0] == ["ok", "slow down", "slow down", "ok", "ok"]


def test_faults_can_be_called_off():
    script = FaultScript()
    script.add(Fault(1, Busy("slow down")))
    script.clear()
    assert outcomes(script, [Operation.PUT])[0] == ["ok"]


def test_reads_and_writes_are_all_there_is():
    assert set(Operation) == READS | WRITES


def test_a_fault_raises_its_own_error():
    script = FaultScript()
    script.add(Fault(1, Busy("slow down", after=7)))
    with pytest.raises(Busy) as caught:
        script.run(Operation.PUT, lambda: None)
    assert caught.value.after == 7
