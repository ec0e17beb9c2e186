"""A real store in a temporary folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmsync.store.store import Store, Tables
from tests.store.content import STAMP


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path, create=True) as opened:
        yield opened


@pytest.fixture
def tx(store: Store) -> Iterator[Tables]:
    with store.transaction(STAMP) as open_tx:
        yield open_tx
