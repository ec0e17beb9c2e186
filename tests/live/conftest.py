"""One Radicale and one Xandikos for each test process; every test gets collections of its own on them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.servers import Server, radicale, xandikos


@pytest.fixture(scope="session")
def at_radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with radicale(tmp_path_factory.mktemp("radicale")) as server:
        yield server


@pytest.fixture(scope="session")
def at_xandikos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with xandikos(tmp_path_factory.mktemp("xandikos")) as server:
        yield server
