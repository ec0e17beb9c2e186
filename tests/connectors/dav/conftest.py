"""Names of the test's own."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from crmsync.connectors.dav import names
from tests.connectors.dav.directory import Directory
from tests.connectors.dav.name_server import NameServer, name_server


@pytest.fixture
def dns_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    """The one that discovery asks."""
    with name_server() as running:
        monkeypatch.setenv(names.SERVER, running.address)
        yield running


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch) -> Directory:
    """The addresses of hosts."""
    made = Directory()
    monkeypatch.setattr(socket, "getaddrinfo", made)
    return made
