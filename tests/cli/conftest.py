"""A terminal for every test of the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmsync.connectors.memory import publish, withdraw
from crmsync.connectors.memory_remote import MemoryRemote
from tests.cli.terminal import BOOK, Terminal


@pytest.fixture
def bare(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Before `init`."""
    return Terminal(tmp_path / "home", capsys, monkeypatch)


@pytest.fixture
def crm(bare: Terminal) -> Terminal:
    """After `init`."""
    bare("init", "--yes")
    return bare


@pytest.fixture
def remote() -> Iterator[MemoryRemote]:
    """A remote in memory, with one address book, that `account add memory NAME --url remote` finds."""
    remote = MemoryRemote()
    remote.add_collection(BOOK)
    publish("remote", remote)
    yield remote
    withdraw("remote")


@pytest.fixture
def phone(crm: Terminal, remote: MemoryRemote) -> Terminal:
    """With that remote as the account `phone`."""
    crm("account", "add", "memory", "phone", "--url", "remote")
    return crm
