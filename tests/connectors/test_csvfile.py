"""A CSV file keeps the contract, and what is not edited stays byte for byte."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from crmsync.connectors.base import Connector, RemoteCollection, Settings
from crmsync.connectors.csvfile import CsvConnector
from crmsync.errors import BadConfig, Moved, Refused, Unreachable
from crmsync.formats.row import ROW
from crmsync.values import Labelled, fields_to_json
from tests.contract.mirror import Mirror
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


# --- files as people have them

SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*.csv"))
EXCEL = (
    'Codice cliente;Ragione sociale;Telefono;Sconto\r\nC1;"Caffè ""Uno""";\'+39 051;10%\r\n\r\nC2;Due S.r.l.;;"5;5"\r\n'
).encode("cp1252")


def opened(path: Path, **options: str) -> tuple[CsvConnector, RemoteCollection]:
    connector = CsvConnector(Settings(url=str(path), options={k.replace("_", "-"): v for k, v in options.items()}))
    (table,) = connector.collections()
    return connector, table


def mirrored(connector: CsvConnector, table: RemoteCollection) -> Mirror:
    mirror = Mirror(connector, table)
    mirror.pull()
    return mirror


@pytest.fixture
def excel(tmp_path: Path) -> Path:
    path = tmp_path / "clienti.csv"
    path.write_bytes(EXCEL)
    return path


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_sample_is_read_as_it_says(path):
    connector, table = opened(path)
    found = []
    for item in mirrored(connector, table).items.values():
        parsed = ROW.parse(item.raw)
        found.append({"uid": parsed.uid, "kind": parsed.kind, "fields": fields_to_json(parsed.fields)})
    assert found == json.loads(path.with_suffix(".expected.json").read_text("utf-8"))


def test_there_are_samples():
    assert len(SAMPLES) >= 3


def test_an_edit_changes_one_cell_and_nothing_else_in_the_file(excel):
    connector, table = opened(excel)
    (item,) = connector.fetch(table, ["C2"])
    raw = ROW.patch(item.raw, {"phones": (Labelled("+39 02"),)}, {})
    written = connector.update(table, "C2", raw, item.etag)
    assert excel.read_bytes() == EXCEL.replace(b"C2;Due S.r.l.;;", b"C2;Due S.r.l.;'+39 02;")
    assert ROW.digest(written.raw) == ROW.digest(raw)


def test_a_new_row_goes_to_the_end_and_a_deleted_one_takes_only_itself_along(excel):
    connector, table = opened(excel)
    raw = ROW.build("crm-1", "org", {"organization": "=Tre"}, {})
    written = connector.create(table, "crm-1", raw)
    assert excel.read_bytes() == EXCEL + b"crm-1;'=Tre;;\r\n"
    assert json.loads(written.raw) == {"uid": "crm-1", "organization": "=Tre"}
    connector.delete(table, "C1", None)
    assert excel.read_bytes().split(b"\r\n")[1:] == [b"", b'C2;Due S.r.l.;;"5;5"', b"crm-1;'=Tre;;", b""]


def test_an_update_that_changes_nothing_writes_nothing(excel):
    connector, table = opened(excel)
    (item,) = connector.fetch(table, ["C1"])
    before = excel.stat()
    written = connector.update(table, "C1", item.raw, item.etag)
    assert written.etag == item.etag
    assert excel.stat() == before


def test_a_value_without_a_column_is_not_kept_and_the_answer_shows_it(excel):
    connector, table = opened(excel)
    (item,) = connector.fetch(table, ["C2"])
    written = connector.update(table, "C2", ROW.patch(item.raw, {"note": "no column"}, {}), item.etag)
    assert written.raw == item.raw


def test_the_key_of_a_row_is_not_changed_by_an_update(excel):
    connector, table = opened(excel)
    connector.update(table, "C2", json.dumps({"uid": "other", "organization": "Due"}).encode(), None)
    assert set(connector.listing(table)) == {"C1", "C2"}


def test_edits_of_other_rows_are_no_reason_to_refuse_ours(excel):
    connector, table = opened(excel)
    (item,) = connector.fetch(table, ["C2"])
    excel.write_bytes(EXCEL.replace(b"10%", b"12%"))
    connector.update(table, "C2", ROW.patch(item.raw, {"organization": "Due"}, {}), item.etag)
    assert excel.read_bytes() == EXCEL.replace(b"10%", b"12%").replace(b"Due S.r.l.", b"Due")


def test_a_character_that_the_file_cannot_hold_is_refused_and_the_file_stays(excel):
    connector, table = opened(excel)
    with pytest.raises(Refused, match="cp1252"):
        connector.create(table, "crm-1", ROW.build("crm-1", "org", {"organization": "Čapek"}, {}))
    assert excel.read_bytes() == EXCEL


@pytest.mark.parametrize("raw", [b"no json", b"[1]", b"[" * 100_000])
def test_what_is_no_row_is_refused(excel, raw):
    connector, table = opened(excel)
    with pytest.raises(Refused):
        connector.create(table, "crm-1", raw)


def test_rows_that_cannot_be_told_apart_or_do_not_fit_are_parked(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,name\n1,one\n2,two\n2,zwei\n3\n4,four,extra\n,nobody\n,,\n2,due\n")
    connector, table = opened(path)
    mirror = mirrored(connector, table)
    assert set(mirror.items) == {"1"}
    reasons = {href: bad.reason for href, bad in mirror.unusable.items() if not href.startswith("!")}
    assert reasons == {
        "2": "another row has the same key",
        "2!2": "another row has the same key",
        "2!3": "another row has the same key",
        "3": "it has 1 cells, the header has 2",
        "4": "it has 3 cells, the header has 2",
    }
    assert "its key is empty" in {bad.reason for bad in mirror.unusable.values()}
    for href in ("2", "3"):
        with pytest.raises(Moved):
            connector.update(table, href, b'{"uid": "2"}', None)
    with pytest.raises(Moved):
        connector.create(table, "3", b"{}")


def test_a_row_whose_twin_goes_is_usable_again(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,name\n2,two\n2,zwei\n")
    connector, table = opened(path)
    mirror = mirrored(connector, table)
    assert mirror.items == {}
    path.write_text("id,name\n2,zwei\n")
    mirror.pull()
    assert set(mirror.items) == {"2"}
    assert mirror.unusable == {}


def test_a_file_without_key_column_is_read_only_and_its_rows_are_known_by_their_content(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("name,city\nAda,Ulm\nAda,Ulm\nBea,Bonn\n")
    connector, table = opened(path)
    assert table.read_only
    mirror = mirrored(connector, table)
    assert len(mirror.items) == 3
    ada = {href for href, item in mirror.items.items() if b"Ada" in item.raw}
    path.write_text("name,city\nBea,Berlin\nAda,Ulm\nAda,Ulm\n")
    mirror.pull()
    assert {href for href, item in mirror.items.items() if b"Ada" in item.raw} == ada
    assert len(set(mirror.uids())) == 3
    with pytest.raises(Refused, match="option key"):
        connector.delete(table, next(iter(ada)), None)


def test_the_key_column_can_be_chosen(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("nr,id\n7,a\n8,b\n")
    connector, table = opened(path, key="nr")
    assert connector.listing(table) == {"7", "8"}


def test_every_csv_of_a_folder_is_a_table_and_options_apply_where_they_fit(tmp_path):
    (tmp_path / "one.csv").write_text("Nr,Wer\n1,Ada\n")
    (tmp_path / "TWO.CSV").write_text("id,name\n1,Bea\n")
    (tmp_path / ".hidden.csv").write_text("id,name\n")
    (tmp_path / "~$one.csv").write_text("lock")
    options = {"key": "Nr", "map.Wer": "name"}
    connector = CsvConnector(Settings(url=str(tmp_path), options=options))
    tables = {table.href: table for table in connector.collections()}
    assert set(tables) == {"one.csv", "TWO.CSV"}
    assert json.loads(connector.fetch(tables["one.csv"], ["1"])[0].raw) == {"uid": "1", "name": "Ada"}


def test_a_file_that_is_not_there_is_unreachable_and_never_empty(excel):
    connector, table = opened(excel)
    excel.unlink()
    for ask in (connector.collections, lambda: connector.listing(table), lambda: mirrored(connector, table)):
        with pytest.raises(Unreachable):
            ask()


def test_a_link_is_not_followed(tmp_path, excel):
    (tmp_path / "link.csv").symlink_to(excel)
    with pytest.raises(Refused, match="link"):
        opened(tmp_path / "link.csv")


@pytest.mark.parametrize(
    "options", [{"colour": "red"}, {"read-only": "maybe"}, {"delimiter": ";;"}, {"map.Nowhere": "name"}, {"key": "no"}]
)
def test_an_option_it_cannot_read_is_bad_config(excel, options):
    with pytest.raises(BadConfig):
        CsvConnector(Settings(url=str(excel), options=options)).collections()


def test_a_file_must_be_named():
    with pytest.raises(BadConfig):
        CsvConnector(Settings())


def test_a_tab_may_be_spelled(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id\tname\n1\tAda, Countess\n")
    connector, table = opened(path, delimiter="tab")
    assert json.loads(connector.fetch(table, ["1"])[0].raw)["name"] == "Ada, Countess"


@pytest.mark.parametrize("raw", [b"", b'id,name\n1,"open\n2,x\n'])
def test_a_file_that_cannot_be_read_is_named(tmp_path, raw):
    (tmp_path / "broken.csv").write_bytes(raw)
    with pytest.raises((BadConfig, Unreachable), match=r"broken\.csv"):
        opened(tmp_path / "broken.csv")
