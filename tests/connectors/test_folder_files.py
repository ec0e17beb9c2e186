"""No file leads us astray, and none is damaged."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmsync.connectors.base import Settings
from crmsync.connectors.folder import FolderConnector
from crmsync.errors import Moved, Refused
from tests.connectors.files import CARD, EVENT, OTHER, only, pulled
from tests.contract import samples

# --- what is not an honest file


def test_links_pipes_and_giants_are_told_and_not_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(CARD)
    root = tmp_path / "root"
    root.mkdir()
    (root / "good.vcf").write_bytes(CARD)
    (root / "link.vcf").symlink_to(secret)
    (root / "dangling.vcf").symlink_to(tmp_path / "nowhere")
    (root / "hard.vcf").hardlink_to(secret)
    os.mkfifo(root / "pipe.vcf")
    (root / "folder.vcf").mkdir()
    with (root / "sparse.vcf").open("wb") as file:
        file.truncate(5_000_000_000)
    connector = FolderConnector(Settings(url=str(root)))
    book = next(one for one in connector.collections() if one.href == "*.vcf")
    mirror = pulled(connector, book)
    assert set(mirror.items) == {"good.vcf"}
    assert {href: bad.reason for href, bad in mirror.unusable.items()} == {
        "link.vcf": "it is a symbolic link",
        "dangling.vcf": "it is a symbolic link",
        "hard.vcf": "it is a hard link: the file has another name elsewhere",
        "pipe.vcf": "it is no regular file",
        "sparse.vcf": "it is larger than 10000000 bytes",
    }
    assert connector.fetch(book, ["link.vcf", "pipe.vcf", "hard.vcf"]) == []
    for href in (*mirror.unusable, "folder.vcf"):
        with pytest.raises(Refused):
            connector.update(book, href, OTHER, None)
        with pytest.raises(Refused):
            connector.delete(book, href, None)
    assert secret.read_bytes() == CARD


def test_other_programs_own_files_are_left_alone(tmp_path):
    for name in (".x.vcf", "~$x.vcf", "x.vcf~", "#x.vcf#", "x.vcf.part", "x.txt", ".crmsync-1-1.tmp"):
        (tmp_path / name).write_bytes(CARD)
    connector, book = only(tmp_path)
    assert connector.listing(book) == frozenset()


@pytest.mark.parametrize(
    "name",
    [b"a b.vcf", b"50%.vcf", b"a#b.vcf", "Zoë 名.vcf".encode(), b"\xff\xfe.vcf", b"new\nline.vcf", b"[b]\x1b.vcf"],
)
def test_file_names_may_hold_any_byte(tmp_path, name):
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(CARD)
    connector, book = only(tmp_path)
    ((href, item),) = pulled(connector, book).items.items()
    href.encode("utf-8")
    assert href.isprintable()
    connector.update(book, href, OTHER, item.etag)
    assert path.read_bytes() == OTHER
    connector.delete(book, href, None)
    assert not path.exists()


@pytest.mark.parametrize("href", ["../outside.vcf", "%2e%2e%2foutside.vcf", "..", "", "/etc/passwd", "a%00.vcf"])
def test_no_href_leads_out_of_the_folder(tmp_path, href):
    (tmp_path / "outside.vcf").write_bytes(CARD)
    (tmp_path / "root").mkdir()
    connector, book = only(tmp_path / "root")
    with pytest.raises(Refused):
        connector.update(book, href, OTHER, None)
    with pytest.raises(Refused):
        connector.delete(book, href, None)
    with pytest.raises(Refused):
        connector.fetch(book, [href])
    assert (tmp_path / "outside.vcf").read_bytes() == CARD


# --- files with several items


def test_the_items_of_one_file_are_read_one_by_one_and_never_written(tmp_path):
    (tmp_path / "all.vcf").write_bytes(CARD + OTHER)
    connector, book = only(tmp_path)
    mirror = pulled(connector, book)
    assert {href: item.raw for href, item in mirror.items.items()} == {"all.vcf#u1": CARD, "all.vcf#u2": OTHER}
    assert connector.listing(book) == set(mirror.items)
    assert [item.uid for item in connector.fetch(book, ["all.vcf#u2"])] == ["u2"]
    for write in (
        lambda: connector.update(book, "all.vcf#u1", OTHER, None),
        lambda: connector.delete(book, "all.vcf#u1", None),
    ):
        with pytest.raises(Refused, match="several items"):
            write()
    assert mirror.pull() == []


def test_an_item_of_many_keeps_its_name_when_those_before_it_go(tmp_path):
    third = samples.item("vcard", "u3")
    (tmp_path / "all.vcf").write_bytes(CARD + OTHER + third)
    connector, book = only(tmp_path)
    mirror = pulled(connector, book)
    (tmp_path / "all.vcf").write_bytes(OTHER + third)
    mirror.pull()
    assert {href: item.uid for href, item in mirror.items.items()} == {"all.vcf#u2": "u2", "all.vcf#u3": "u3"}


def test_twins_and_nameless_items_of_one_file_have_names_of_their_own(tmp_path):
    nameless = CARD.replace(b"UID:u1\r\n", b"")
    (tmp_path / "all.vcf").write_bytes(CARD + CARD + nameless)
    connector, book = only(tmp_path)
    hrefs = sorted(pulled(connector, book).items)
    assert hrefs[1:] == ["all.vcf#u1", "all.vcf#u1~2"]
    assert len(hrefs) == 3


def test_a_file_that_came_to_hold_several_items_is_not_overwritten(tmp_path):
    (tmp_path / "a.vcf").write_bytes(CARD)
    connector, book = only(tmp_path)
    (tmp_path / "a.vcf").write_bytes(CARD + OTHER)
    with pytest.raises(Moved):
        connector.update(book, "a.vcf", OTHER, None)
    with pytest.raises(Moved):
        connector.delete(book, "a.vcf", None)
    assert (tmp_path / "a.vcf").read_bytes() == CARD + OTHER


def test_a_meeting_with_its_exceptions_is_one_item(tmp_path):
    moved = EVENT.replace(b"BEGIN:VEVENT", b"BEGIN:VEVENT\r\nRECURRENCE-ID:20260105T090000Z")
    both = EVENT.replace(b"END:VCALENDAR\r\n", b"") + moved[moved.index(b"BEGIN:VEVENT") :]
    (tmp_path / "m.ics").write_bytes(both)
    connector, book = only(tmp_path)
    assert list(pulled(connector, book).items) == ["m.ics"]


def test_a_file_that_is_no_card_arrives_as_it_is(tmp_path):
    (tmp_path / "junk.vcf").write_bytes(b"\0\xff not a card")
    connector, book = only(tmp_path)
    assert pulled(connector, book).items["junk.vcf"].raw == b"\0\xff not a card"


# --- any story ends with both sides equal

NAMES = st.sampled_from(["a", "b", "c"])
STEPS = st.lists(
    st.tuples(st.sampled_from(["theirs", "remove", "ours", "delete", "pull"]), NAMES, st.sampled_from("xyz")),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_after_any_edits_on_both_sides_a_pull_shows_exactly_what_is_there(tmp_path_factory, steps):
    root = tmp_path_factory.mktemp("vdir")
    connector, book = only(root)
    mirror = pulled(connector, book)
    for what, name, text in steps:
        raw, href, path = samples.item("vcard", name, text), f"{name}.vcf", root / f"{name}.vcf"
        seen = mirror.items.get(href)
        before = path.read_bytes() if path.exists() else None
        match what:
            case "theirs":
                path.write_bytes(raw)
            case "remove":
                path.unlink(missing_ok=True)
            case "pull":
                mirror.pull()
            case "ours" if seen is None:
                try:
                    connector.create(book, name, raw)
                except Moved:
                    assert path.read_bytes() == before is not None
                else:
                    assert before is None
            case "ours":
                try:
                    connector.update(book, href, raw, seen.etag)
                except Moved:
                    assert (path.read_bytes() if path.exists() else None) == before
                else:
                    assert before == seen.raw
                mirror.pull()
            case "delete" if seen is not None:
                try:
                    connector.delete(book, href, seen.etag)
                except Moved:
                    assert path.read_bytes() == before
                else:
                    assert before in (seen.raw, None)
    mirror.pull()
    there = {path.name: path.read_bytes() for path in root.glob("*.vcf")}
    assert {href: item.raw for href, item in mirror.items.items()} == there
    assert mirror.pull() == []
    assert not list(root.glob("*.tmp"))
