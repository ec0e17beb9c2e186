"""The whole engine under any sequence of edits, cycles, faults, kills and decisions: the invariants of DESIGN.md, 4.

`CRMSYNC_STEPS` says how many steps to take (20,000 in the suite), `CRMSYNC_SEED` starts elsewhere than the suite does.
A sequence that fails is shrunk, printed as the steps of `history`, and belongs into `test_histories.py` by a name.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.engine import Engine

STEPS = int(os.environ.get("CRMSYNC_STEPS", "20000"))
SEED = int(os.environ.get("CRMSYNC_SEED", "2026"))
LONGEST = 40
PARTS = 4
"""So that both cores have something to do."""


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_sequence_of_edits_cycles_faults_and_decisions_breaks_an_invariant(part: int) -> None:
    chosen = settings(
        max_examples=max(1, STEPS // LONGEST // PARTS),
        stateful_step_count=LONGEST,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    run_state_machine_as_test(seed(SEED * PARTS + part)(Engine), settings=chosen)
