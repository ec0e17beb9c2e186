"""Files that are read once, as a remote that is never written."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmsync.connectors import file_set
from crmsync.connectors.base import RemoteCollection, Settings, Unusable, Upsert
from crmsync.connectors.file_set import AGENDA, CARDS, TABLES, FileSet
from crmsync.errors import Refused, Usage


def card(uid: str, name: str = "Ada") -> str:
    return f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nEND:VCARD\r\n"


def pulled(collection: RemoteCollection, *paths: Path) -> tuple[FileSet, list[Upsert | Unusable]]:
    with FileSet(Settings(), paths) as files:
        pages = list(files.pull(collection, None, dict))
    assert [page.complete for page in pages] == [False] * (len(pages) - 1) + [True]
    assert pages[-1].listing is None  # nothing is ever said to be gone
    assert all(len(page.changes) <= 2000 for page in pages)
    changes = [change for page in pages for change in page.changes]
    assert all(isinstance(change, Upsert | Unusable) for change in changes)
    return files, changes  # type: ignore[return-value]


def hrefs(changes: list[Upsert | Unusable]) -> list[str]:
    return [change.item.href if isinstance(change, Upsert) else change.href for change in changes]


def test_a_card_is_known_by_its_uid_in_whatever_file_it_comes(tmp_path: Path) -> None:
    for name in ("a.vcf", "b.VCARD"):
        (tmp_path / name).write_text(card("1"), newline="")
    assert hrefs(pulled(CARDS, tmp_path / "a.vcf")[1]) == hrefs(pulled(CARDS, tmp_path / "b.VCARD")[1]) == ["uid:1"]


def test_a_card_without_uid_is_known_by_its_content_and_twins_are_two(tmp_path: Path) -> None:
    text = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada\r\nEND:VCARD\r\n"
    (tmp_path / "a.vcf").write_text(text * 2 + card("1") + card("1", "Bob"), newline="")
    first, second, third, fourth = hrefs(pulled(CARDS, tmp_path)[1])
    assert first.startswith("content:")
    assert (second, third, fourth) == (f"{first}#2", "uid:1", "uid:1#2")


def test_a_large_file_comes_in_pages_in_its_order(tmp_path: Path) -> None:
    (tmp_path / "a.vcf").write_text("".join(card(str(n)) for n in range(1100)), newline="")
    files, changes = pulled(CARDS, tmp_path)
    assert hrefs(changes) == [f"uid:{n}" for n in range(1100)]
    assert (files.files, files.items, files.brought["cards"]) == (1, 1100, {f"uid:{n}" for n in range(1100)})
    assert files.traffic.bytes == (tmp_path / "a.vcf").stat().st_size


def test_rows_are_known_by_their_file_and_key(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "people.csv").write_text("id,name\n1,Ada\n1,Bob\n2,Cleo\n")
    (tmp_path / "x/more.csv").write_text("id,name\n2,Dan\n")
    _, changes = pulled(TABLES, tmp_path)
    assert len(hrefs(changes)) == len(set(hrefs(changes))) == 7
    assert "more.csv/2" in hrefs(changes)
    assert {"people.csv/2", "people.csv#2/2"} <= set(hrefs(changes))
    assert {change.reason for change in changes if isinstance(change, Unusable)} == {"another row has the same key"}


def test_each_collection_takes_the_files_of_its_kind(tmp_path: Path) -> None:
    (tmp_path / "a.vcf").write_text(card("1"), newline="")
    (tmp_path / "b.csv").write_text("id,name\n1,Ada\n")
    (tmp_path / "c.ics").write_text("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:e\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
    (tmp_path / "d.txt").write_text("x")
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / "deep/er/e.vcf").write_text(card("2"), newline="")
    assert [hrefs(pulled(one, tmp_path)[1]) for one in FileSet.everything()] == [
        ["uid:1", "uid:2"], ["uid:e"], ["b.csv/1"],
    ]  # fmt: skip


@pytest.mark.parametrize("raw", [b"", b"\xff\xfeB"])
def test_a_file_that_cannot_be_cut_is_one_item_that_cannot_be_used(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "a.vcf").write_bytes(raw)
    (change,) = pulled(CARDS, tmp_path)[1]
    assert isinstance(change, Unusable)
    assert change.href.endswith("a.vcf")
    assert change.reason


def test_a_table_that_cannot_be_read_is_one_item_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id,name\n1,"Ada')
    (change,) = pulled(TABLES, tmp_path)[1]
    assert isinstance(change, Unusable)


def test_a_file_that_is_too_large_or_gone_meanwhile_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.vcf").write_text(card("1"), newline="")
    monkeypatch.setattr(file_set, "_LARGEST", 10)
    (change,) = pulled(CARDS, tmp_path)[1]
    assert isinstance(change, Unusable)
    assert "larger than" in change.reason
    monkeypatch.undo()
    with FileSet(Settings(), [tmp_path / "a.vcf"]) as files:
        monkeypatch.setattr(Path, "read_bytes", lambda path: path.with_name("nowhere").open("rb").read())
        (change, *_) = next(files.pull(CARDS, None, dict)).changes
    assert isinstance(change, Unusable)
    assert "cannot be read: No such file" in change.reason


def test_what_is_not_there_or_not_ours_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    for path, reason in ((tmp_path / "none.vcf", "no such file"), (tmp_path / "a.txt", "no file we can read")):
        with pytest.raises(Usage, match=reason):
            FileSet(Settings(), [path])


def test_files_are_never_written_and_list_nothing(tmp_path: Path) -> None:
    with FileSet(Settings(), [tmp_path]) as files:
        assert files.collections() == (CARDS, AGENDA, TABLES)
        assert all(one.read_only for one in files.collections())
        assert (files.listing(CARDS), files.fetch(CARDS, ["x"]), files.find(CARDS, "x")) == (frozenset(), (), None)
        for write in (
            lambda: files.create(CARDS, "x", b""),
            lambda: files.update(CARDS, "x", b"", None),
            lambda: files.delete(CARDS, "x", None),
        ):
            with pytest.raises(Refused):
                write()
