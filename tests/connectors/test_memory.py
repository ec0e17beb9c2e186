"""The memory remote keeps the contract with each temper, or says which sentence it makes impossible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import pytest

from crmsync.connectors.base import Connector
from crmsync.connectors.memory import MemoryConnector
from crmsync.connectors.memory_remote import MemoryRemote
from crmsync.connectors.tempers import POLITE, Tempers
from tests.contract.suite import Backend, ConnectorContract


class MemoryBackend(Backend):
    """A remote in memory with one collection."""

    collection = "/book/"

    def __init__(self, tempers: Tempers, format: str, options: dict[str, str]) -> None:
        self.remote = MemoryRemote(tempers)
        self.remote.add_collection(self.collection, format)
        self.options = options

    def connect(self) -> Connector:
        return MemoryConnector.to(self.remote, **self.options)

    def put(self, name: str, raw: bytes) -> str:
        return self.remote.seed(self.collection, name, raw)

    def edit(self, href: str, raw: bytes) -> None:
        self.remote.edit(self.collection, href, raw)

    def remove(self, href: str) -> None:
        self.remote.remove(self.collection, href)

    def raw(self, href: str) -> bytes | None:
        return self.remote.raw(self.collection, href)

    def spoil(self, href: str) -> None:
        self.remote.spoil(self.collection, href)

    def protect(self) -> None:
        self.remote.protect(self.collection)


class MemoryContract(ConnectorContract):
    """The suite, with small pages so that every pull of many items has several."""

    tempers: ClassVar[Tempers] = POLITE
    options: ClassVar[dict[str, str]] = {}

    @pytest.fixture
    def backend(self) -> Iterator[Backend]:
        yield MemoryBackend(replace(self.tempers, page_size=20, batch_size=20), self.format, self.options)


class TestPolite(MemoryContract):
    pass


class TestPoliteWithEvents(MemoryContract):
    format = "ical"


class TestPoliteWithRows(MemoryContract):
    format = "row"
