"""A hub and its accounts, where decisions are made in runs, as the command line and the TUI make them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cycle.bench_of import Spoke
from tests.cycle.conftest import phone as phone
from tests.review.person import Person


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Person]:
    made = Person(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def tablet(hub: Person) -> Spoke:
    return Spoke(hub, "tablet")
