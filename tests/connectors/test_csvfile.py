"""A CSV file keeps the contract, and what is not edited stays byte for byte."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from crmsync.connectors.base import Connector, Settings
from crmsync.connectors.csvfile import CsvConnector
from tests.contract.suite import Backend, ConnectorContract

HEADER = ["uid", "name", "note"]


class CsvBackend(Backend):
    """One file with three columns, edited by the csv module as a script would."""

    collection = "people.csv"

    def __init__(self, folder: Path) -> None:
        self.file = folder / self.collection
        self.options: dict[str, str] = {}
        self.save({})

    def connect(self) -> Connector:
        return CsvConnector(Settings(url=str(self.file), options=self.options))

    def put(self, name: str, raw: bytes) -> str:
        rows = self.load()
        uid = json.loads(raw)["uid"]
        rows[uid] = self.cells(raw)
        self.save(rows)
        return quote(uid, safe="")

    def edit(self, href: str, raw: bytes) -> None:
        self.save({**self.load(), unquote(href): self.cells(raw)})

    def remove(self, href: str) -> None:
        rows = self.load()
        del rows[unquote(href)]
        self.save(rows)

    def raw(self, href: str) -> bytes | None:
        cells = self.load().get(unquote(href))
        if cells is None:
            return None
        return json.dumps({name: cell for name, cell in zip(HEADER, cells, strict=True) if cell}).encode()

    def spoil(self, href: str) -> None:
        rows = self.load()
        rows[unquote(href)] = rows[unquote(href)][:2]
        self.save(rows)

    def protect(self) -> None:
        self.options = {"read-only": "yes"}

    def cells(self, raw: bytes) -> list[str]:
        row = json.loads(raw)
        return [row.get(name, "") for name in HEADER]

    def load(self) -> dict[str, list[str]]:
        csv.field_size_limit(10_000_000)
        with self.file.open(encoding="utf-8", newline="") as file:
            _, *rows = csv.reader(file)
        return {row[0]: row for row in rows}

    def save(self, rows: dict[str, list[str]]) -> None:
        with self.file.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADER, *rows.values()])


class TestCsvFile(ConnectorContract):
    format = "row"

    @pytest.fixture
    def backend(self, tmp_path: Path) -> Iterator[Backend]:
        yield CsvBackend(tmp_path)
