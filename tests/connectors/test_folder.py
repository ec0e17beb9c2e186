"""A folder of files keeps the contract, and nothing in it leads us astray."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmsync.connectors.base import Connector, Settings
from crmsync.connectors.folder import FolderConnector
from tests.contract.suite import Backend, ConnectorContract


class FolderBackend(Backend):
    """A real folder with one sub-folder in it."""

    def __init__(self, root: Path, format: str) -> None:
        self.root = root
        self.suffix = {"vcard": ".vcf", "ical": ".ics"}[format]
        self.collection = f"here/*{self.suffix}"
        self.options = {"format": format}
        (root / "here").mkdir()

    def connect(self) -> Connector:
        return FolderConnector(Settings(url=str(self.root), options=self.options))

    def put(self, name: str, raw: bytes) -> str:
        self.path(f"{name}{self.suffix}").write_bytes(raw)
        return f"{name}{self.suffix}"

    def edit(self, href: str, raw: bytes) -> None:
        self.path(href).write_bytes(raw)

    def remove(self, href: str) -> None:
        self.path(href).unlink()

    def raw(self, href: str) -> bytes | None:
        return self.path(href).read_bytes() if self.path(href).exists() else None

    def spoil(self, href: str) -> None:
        self.path(href).unlink()
        self.path(href).symlink_to("/etc/hostname")

    def protect(self) -> None:
        self.options = {**self.options, "read-only": "yes"}

    def path(self, href: str) -> Path:
        return self.root / "here" / href


class TestFolderOfCards(ConnectorContract):
    has_cursor = False

    @pytest.fixture
    def backend(self, tmp_path: Path) -> Iterator[Backend]:
        yield FolderBackend(tmp_path, self.format)


class TestFolderOfEvents(TestFolderOfCards):
    format = "ical"
