"""A hub and one phone for the tests of the cycle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cycle.bench_of import Hub, Spoke


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def phone(hub: Hub) -> Spoke:
    return Spoke(hub, "phone")
