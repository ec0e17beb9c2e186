"""Faults that happen at a chosen moment, so that a test can place a lost answer between any two steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from crmsync.errors import CrmsyncError

T = TypeVar("T")


class Operation(Enum):
    """What a remote can be asked."""

    COLLECTIONS = "collections"
    CHANGES = "changes"
    ENTRIES = "entries"
    MULTIGET = "multiget"
    SEARCH = "search"
    PUT = "put"
    DELETE = "delete"


READS = frozenset({
    Operation.COLLECTIONS, Operation.CHANGES, Operation.ENTRIES, Operation.MULTIGET, Operation.SEARCH,
})  # fmt: skip
WRITES = frozenset({Operation.PUT, Operation.DELETE})


@dataclass(frozen=True, slots=True)
class Fault:
    """The `at`-th (from 1) of the operations `on` raises `error`.

    With `took_effect` the remote does what was asked and only its answer is lost. `times` is how many operations in a
    row it hits.
    """

    at: int
    error: CrmsyncError
    took_effect: bool = False
    on: frozenset[Operation] = READS | WRITES
    times: int = 1


class FaultScript:
    """Counts operations and raises what was planned for them."""

    def __init__(self) -> None:
        self._planned: list[tuple[Fault, int]] = []

    def add(self, fault: Fault) -> None:
        """Plans one fault; counting starts now."""
        self._planned.append((fault, 0))

    def clear(self) -> None:
        """Forgets all that has not happened."""
        self._planned.clear()

    def run(self, operation: Operation, effect: Callable[[], T]) -> T:
        """Does `effect` and gives its answer, or raises the planned error before or after it."""
        due: list[Fault] = []
        for index, (fault, seen) in enumerate(self._planned):
            if operation in fault.on:
                self._planned[index] = (fault, seen + 1)
                if fault.at <= seen + 1 < fault.at + fault.times:
                    due.append(fault)
        self._planned = [(fault, seen) for fault, seen in self._planned if seen + 1 < fault.at + fault.times]
        for fault in due:
            if not fault.took_effect:
                raise fault.error
        answer = effect()
        for fault in due:
            raise fault.error
        return answer
