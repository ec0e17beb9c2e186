"""A folder of files keeps the contract, and nothing in it leads us astray."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmsync.connectors.base import Connector, Settings
from crmsync.connectors.folder import MARKER, FolderConnector
from crmsync.errors import BadConfig, Refused, Unreachable
from crmsync.model import CollectionKind
from tests.connectors.files import CARD, EVENT, OTHER, collections, only, pulled
from tests.contract import samples
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


# --- two kinds, several places


def test_each_folder_and_format_is_a_collection(tmp_path):
    for place in (tmp_path, tmp_path / "work", tmp_path / "home"):
        place.mkdir(exist_ok=True)
    (tmp_path / "a.vcf").write_bytes(CARD)
    (tmp_path / "work" / "b.VCF").write_bytes(OTHER)
    (tmp_path / "work" / "m.ics").write_bytes(EVENT)
    (tmp_path / ".hidden").mkdir()
    found = collections(tmp_path)
    assert sorted(found) == ["*.vcf", "home/*.vcf", "work/*.ics", "work/*.vcf"]
    assert found["work/*.ics"].kind is CollectionKind.CALENDAR
    assert found["work/*.vcf"].name == "work"
    assert found["*.vcf"].name == tmp_path.name


def test_an_empty_folder_is_an_address_book_unless_it_is_told_otherwise(tmp_path):
    assert list(collections(tmp_path)) == ["*.vcf"]
    assert list(collections(tmp_path, format="ical")) == ["*.ics"]


def test_a_collection_stays_when_its_last_file_goes(tmp_path):
    (tmp_path / "a.vcf").write_bytes(CARD)
    (tmp_path / "m.ics").write_bytes(EVENT)
    connector = FolderConnector(Settings(url=str(tmp_path)))
    before = {collection.href for collection in connector.collections()}
    (tmp_path / "a.vcf").unlink()
    again = FolderConnector(Settings(url=str(tmp_path), hints=connector.hints()))
    assert {collection.href for collection in again.collections()} == before == {"*.vcf", "*.ics"}


def test_a_sub_folder_that_is_a_link_is_not_followed(tmp_path):
    (tmp_path / "root").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.vcf").write_bytes(CARD)
    (tmp_path / "root" / "link").symlink_to(tmp_path / "secret")
    assert list(collections(tmp_path / "root")) == ["*.vcf"]


# --- a folder that is not there is never an empty one


def test_a_vanished_folder_is_unreachable(tmp_path):
    root = tmp_path / "usb"
    root.mkdir()
    connector, book = only(root)
    root.rmdir()
    for ask in (connector.collections, lambda: connector.listing(book), lambda: pulled(connector, book)):
        with pytest.raises(Unreachable):
            ask()


def test_a_vanished_sub_folder_is_unreachable(tmp_path):
    (tmp_path / "here").mkdir()
    connector, book = only(tmp_path)
    (tmp_path / "here").rmdir()
    with pytest.raises(Unreachable):
        pulled(connector, book)


def test_an_empty_mount_point_is_not_taken_for_the_disk(tmp_path):
    root = tmp_path / "usb"
    root.mkdir()
    (root / "a.vcf").write_bytes(CARD)
    connector, _ = only(root)
    hints = connector.hints()
    root.rename(tmp_path / "unplugged")
    root.mkdir()
    for late in (connector, FolderConnector(Settings(url=str(root), hints=hints))):
        with pytest.raises(Unreachable, match="not the folder that was here before"):
            late.collections()
    (root / MARKER).touch()
    assert connector.collections()


def test_a_folder_we_wrote_to_is_known_by_its_marker_wherever_it_moves(tmp_path):
    root = tmp_path / "usb"
    root.mkdir()
    connector, book = only(root)
    connector.create(book, "crm-1", CARD)
    hints = connector.hints()
    assert hints["root"] == "marker"
    shutil.copytree(root, tmp_path / "restored")
    root.rename(tmp_path / "old")
    (tmp_path / "restored").rename(root)
    assert FolderConnector(Settings(url=str(root), hints=hints)).collections()
    (root / MARKER).unlink()
    with pytest.raises(Unreachable):
        FolderConnector(Settings(url=str(root), hints=hints)).collections()


def test_reading_a_folder_leaves_nothing_in_it(tmp_path):
    (tmp_path / "a.vcf").write_bytes(CARD)
    connector, book = only(tmp_path)
    pulled(connector, book)
    connector.fetch(book, ["a.vcf"])
    assert [path.name for path in tmp_path.iterdir()] == ["a.vcf"]


# --- settings


@pytest.mark.parametrize(
    "options", [{"largest": "-1"}, {"largest": "big"}, {"read-only": "maybe"}, {"format": "row"}, {"colour": "red"}]
)
def test_an_option_it_cannot_read_is_bad_config(tmp_path, options):
    with pytest.raises(BadConfig):
        FolderConnector(Settings(url=str(tmp_path), options=options))


def test_a_folder_must_be_named():
    with pytest.raises(BadConfig):
        FolderConnector(Settings())


def test_the_folder_may_be_an_option_or_a_file_url(tmp_path):
    for account in (Settings(options={"path": str(tmp_path)}), Settings(url=f"file://{tmp_path}")):
        assert only(tmp_path, account)[1].name == tmp_path.name


def test_files_above_the_limit_are_not_written_either(tmp_path):
    connector, book = only(tmp_path, Settings(url=str(tmp_path), options={"largest": "100"}))
    with pytest.raises(Refused, match="100 bytes"):
        connector.create(book, "crm-1", b"x" * 101)


def test_nothing_is_read_when_nothing_changed(tmp_path):
    for n in range(20):
        (tmp_path / f"{n}.vcf").write_bytes(samples.item("vcard", f"u{n}"))
    connector, book = only(tmp_path)
    mirror = pulled(connector, book)
    received = connector.traffic.bytes
    mirror.pull()
    assert connector.traffic.bytes == received
