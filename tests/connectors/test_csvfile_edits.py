"""Whatever is edited and by whom, the rows nobody touched stay byte for byte."""

from __future__ import annotations

import csv
import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync.connectors.csv_table import Table
from crmsync.connectors.csvfile import CsvConnector
from crmsync.errors import Busy
from crmsync.formats.row import ROW
from tests.connectors.test_csvfile import EXCEL, excel, mirrored, opened

__all__ = ["excel"]

CELLS = st.text(alphabet="ab ü;,\"'=\n", max_size=5)


@settings(max_examples=25, deadline=None)
@given(
    cells=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5),
    edits=st.lists(st.tuples(st.integers(0, 4), st.one_of(st.none(), CELLS)), max_size=6),
)
def test_after_any_edits_the_rows_nobody_touched_are_byte_for_byte_the_same(tmp_path_factory, cells, edits):
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([["id", "name", "kept"], *[[n, *row] for n, row in enumerate(cells)]])
    before = {row.cells[0]: row.text for row in Table.read(path.read_bytes(), delimiter=";").rows}
    connector, table = opened(path, delimiter=";")
    expected = {item.uid: json.loads(item.raw) for item in mirrored(connector, table).items.values()}
    touched = set()
    for number, name in edits:
        key = str(number)
        if key not in expected:
            continue
        touched.add(key)
        if name is None:
            connector.delete(table, key, None)
            del expected[key]
            continue
        row = {**expected[key], "name": name.strip()}
        written = connector.update(table, key, json.dumps(row).encode(), None)
        expected[key] = {field: value for field, value in row.items() if value}
        assert json.loads(written.raw) == expected[key]
    after = {row.cells[0]: row.text for row in Table.read(path.read_bytes(), delimiter=";").rows}
    assert set(after) == set(expected)
    assert {key: text for key, text in after.items() if key not in touched} == {
        key: text for key, text in before.items() if key not in touched
    }
    remembered = mirrored(connector, table).items
    fresh = CsvConnector(connector.settings)
    assert remembered == mirrored(fresh, table).items
    assert {item.uid: json.loads(item.raw) for item in mirrored(fresh, table).items.values()} == expected


# --- others write too


def test_a_file_edited_while_we_write_is_read_again_and_keeps_both_edits(excel, monkeypatch):
    connector, table = opened(excel)
    (item,) = connector.fetch(table, ["C2"])
    flush = os.fsync
    edits = [EXCEL.replace(b"10%", b"12%")]

    def somebody_is_faster(descriptor: int) -> None:
        flush(descriptor)
        if edits:
            excel.write_bytes(edits.pop())

    monkeypatch.setattr(os, "fsync", somebody_is_faster)
    connector.update(table, "C2", ROW.patch(item.raw, {"organization": "Due"}, {}), item.etag)
    assert excel.read_bytes() == EXCEL.replace(b"10%", b"12%").replace(b"Due S.r.l.", b"Due")


def test_a_file_that_never_rests_is_left_for_later(excel, monkeypatch):
    connector, table = opened(excel)
    flush = os.fsync
    sizes = iter(range(1, 100))

    def somebody_is_always_faster(descriptor: int) -> None:
        flush(descriptor)
        excel.write_bytes(EXCEL + b"\r\n" * next(sizes))

    monkeypatch.setattr(os, "fsync", somebody_is_always_faster)
    with pytest.raises(Busy):
        connector.create(table, "crm-1", ROW.build("crm-1", "org", {"organization": "Tre"}, {}))
    assert b"crm-1" not in excel.read_bytes()


def test_parked_rows_do_not_keep_the_others_from_being_written(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,name\n1,one\n2\n")
    connector, table = opened(path)
    connector.update(table, "1", b'{"uid": "1", "name": "uno"}', None)
    connector.create(table, "crm-1", b'{"name": "new"}')
    assert path.read_text() == "id,name\n1,uno\n2\ncrm-1,new\n"
    assert connector.listing(table) == {"1", "2", "crm-1"}


def test_two_programs_that_add_rows_at_once_lose_none(excel):
    def add(prefix: str) -> None:
        connector, table = opened(excel)
        for number in range(10):
            uid = f"{prefix}-{number}"
            while connector.find(table, uid) is None:
                with suppress(Busy):
                    connector.create(table, uid, ROW.build(uid, "org", {"organization": uid}, {}))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, ["left", "right"]))
    connector, table = opened(excel)
    assert len(connector.listing(table)) == 22
    assert excel.read_bytes().startswith(EXCEL)
