"""Kinds of account are found by entry point, ours like a stranger's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from crmsync.connectors import registry
from crmsync.connectors.base import Settings
from crmsync.connectors.folder import FolderConnector
from crmsync.connectors.memory import MemoryConnector, publish, withdraw
from crmsync.connectors.memory_remote import MemoryRemote
from crmsync.errors import BadConfig


def install(folder: Path, name: str, kind: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pip leaves behind for a third party's connector."""
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[crmsync.connectors]\n{kind} = {value}\n")
    monkeypatch.syspath_prepend(str(folder))


def test_our_own_kinds_are_found():
    assert {"csv", "dav", "folder", "memory"} <= set(registry.kinds())


def test_a_connector_is_created_by_the_name_of_its_kind(tmp_path):
    assert isinstance(registry.create("folder", Settings(url=str(tmp_path))), FolderConnector)


def test_the_memory_kind_reaches_a_published_remote_by_its_name():
    publish("phone", MemoryRemote())
    try:
        assert isinstance(registry.create("memory", Settings(url="phone")), MemoryConnector)
    finally:
        withdraw("phone")
    with pytest.raises(BadConfig, match="no remote in memory"):
        registry.create("memory", Settings(url="phone"))


def test_an_unknown_kind_is_answered_with_the_known_ones():
    with pytest.raises(BadConfig, match=r'no kind of account "fax".*csv, dav, folder, memory'):
        registry.create("fax", Settings())


def test_listing_the_kinds_imports_none_of_them():
    code = (
        "import sys; from crmsync.connectors import registry; registry.kinds();"
        "print([m for m in sys.modules if m.startswith('crmsync.connectors.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['crmsync.connectors.base', 'crmsync.connectors.registry']"


def test_a_third_partys_connector_is_created_like_ours(tmp_path, monkeypatch):
    (tmp_path / "faxes.py").write_text(
        "from crmsync.connectors.folder import FolderConnector\nclass FaxConnector(FolderConnector): pass\n"
    )
    install(tmp_path, "crmsync-fax", "fax", "faxes:FaxConnector", monkeypatch)
    assert "fax" in registry.kinds()
    assert type(registry.create("fax", Settings(url="/tmp"))).__name__ == "FaxConnector"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("import nowhere_to_be_found", "ModuleNotFoundError"),
        ("raise SystemError('boom')", "SystemError: boom"),
        ("", "AttributeError"),
        ("FaxConnector = 7", "is no connector"),
        ("class FaxConnector: pass", "is no connector"),
    ],
)
def test_a_broken_third_party_names_itself(tmp_path, monkeypatch, body, complaint):
    (tmp_path / "broken_faxes.py").write_text(body)
    install(tmp_path, "crmsync-fax", "fax", "broken_faxes:FaxConnector", monkeypatch)
    monkeypatch.delitem(sys.modules, "broken_faxes", raising=False)
    with pytest.raises(BadConfig, match=complaint) as caught:
        registry.create("fax", Settings())
    assert "broken_faxes:FaxConnector from crmsync-fax" in str(caught.value)


def test_two_packages_that_offer_the_same_kind_are_both_named(tmp_path, monkeypatch):
    for name in ("fax-one", "fax-two"):
        folder = tmp_path / name
        folder.mkdir()
        install(folder, name, "fax", f"{name.replace('-', '_')}:Fax", monkeypatch)
    with pytest.raises(BadConfig, match="fax_one:Fax from fax-one, fax_two:Fax from fax-two"):
        registry.create("fax", Settings())
