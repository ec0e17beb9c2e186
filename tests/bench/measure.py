"""What a program costs: its CPU time, its peak memory, its duration. Only compared within one run, taking turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

MEGABYTE = 1e6
ELSEWHERE = {"PYTHONDONTWRITEBYTECODE"}
"""What may be set where this runs but not where programs are installed: it makes them compile themselves each time."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process used: CPU seconds (user and system), wall seconds, peak resident memory in MB, and its stdout.

    Children that it waited for count too. Linux counts as its memory at least what the process that started it had at
    that moment, so nothing large may be kept in the one that measures.
    """

    cpu: float
    wall: float
    memory: float
    output: str = field(repr=False)


def run(
    argv: Sequence[str | Path],
    env: Mapping[str, str] | None = None,
    stdin: str = "",
    fine: frozenset[int] = frozenset({0}),
) -> Cost:
    """Runs a program to its end and says what it cost. Ends the benchmark when its exit code is not one of `fine`."""
    here = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin.encode())
        given.seek(0)
        started = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in argv], env={**here, **(env or {})}, stdin=given, stdout=out, stderr=err
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode not in fine:
            raise SystemExit(f"{argv} ended with {process.returncode}:\n{err.read().decode()[-2000:]}")
        return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024 / MEGABYTE, out.read().decode())


def take_turns(rounds: int, programs: Mapping[str, Callable[[int], Cost]]) -> dict[str, list[Cost]]:
    """Each program once, then each once more ... so that a slow minute of the machine hits all of them alike."""
    costs: dict[str, list[Cost]] = {name: [] for name in programs}
    for number in range(rounds):
        for name, program in programs.items():
            costs[name].append(program(number))
    return costs


def typical(costs: Sequence[Cost]) -> Cost:
    """The median of each figure, and the last output."""
    return Cost(
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.memory for cost in costs),
        costs[-1].output,
    )


def table(title: str, costs: Mapping[str, Cost], notes: Mapping[str, str] | None = None) -> None:
    """Prints the programs below each other; a note (such as a number of requests) goes at the end of its line."""
    print(title)
    width = max(len(name) for name in costs) + 2
    for name, cost in costs.items():
        note = (notes or {}).get(name, "")
        figures = f"{cost.cpu:8.3f} s CPU {cost.wall:8.3f} s wall {cost.memory:7.1f} MB"
        print(f"  {name:<{width}}{figures}  {note}".rstrip())


def verdict(what: str, figure: float, goal: float, unit: str = "") -> None:
    """Prints a figure beside the goal it must not exceed."""
    print(f"  {what}: {figure:.2f}{unit}, goal at most {goal:g}{unit}: {'reached' if figure <= goal else 'MISSED'}")
