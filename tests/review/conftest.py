"""A hub and one phone, where decisions are made as the command line and the TUI make them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cycle.bench_of import Hub, Spoke


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    return Hub(tmp_path)


@pytest.fixture
def phone(hub: Hub) -> Spoke:
    return Spoke(hub, "phone")
