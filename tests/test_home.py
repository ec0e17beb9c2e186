"""Where things are kept, and that nobody else can read them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmsync.errors import BadConfig
from crmsync.home import at, find, is_open, write_private


@pytest.fixture
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_the_option_comes_before_the_variable_and_both_before_xdg(tmp_path: Path) -> None:
    environ = {"CRMSYNC_HOME": str(tmp_path / "b"), "XDG_CONFIG_HOME": str(tmp_path / "c")}
    assert find(str(tmp_path / "a"), environ).store == tmp_path / "a/crmsync.db"
    assert find(None, environ).store == tmp_path / "b/crmsync.db"
    assert find(None, {"XDG_CONFIG_HOME": str(tmp_path / "c")}).config == tmp_path / "c/crmsync/config.toml"


def test_xdg_folders_are_apart_and_relative_ones_are_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    home = find(None, {"XDG_DATA_HOME": "relative", "XDG_STATE_HOME": ""})
    assert home.config == tmp_path / ".config/crmsync/config.toml"
    assert home.store == tmp_path / ".local/share/crmsync/crmsync.db"
    assert home.logs == tmp_path / ".local/state/crmsync/logs"
    assert find("~/x", {}).store == tmp_path / "x/crmsync.db"


def test_every_folder_is_private_under_any_umask(tmp_path: Path, no_umask: None) -> None:
    home = at(tmp_path / "home")
    assert home.create() == ()
    assert all(stat.S_IMODE(folder.stat().st_mode) == 0o700 for folder in home.folders())
    assert home.create() == ()
    assert not home.exists()


def test_an_empty_folder_that_was_open_is_closed_and_a_full_one_is_refused(tmp_path: Path) -> None:
    home = at(tmp_path / "home")
    home.store.parent.mkdir(mode=0o755)
    home.store.parent.chmod(0o755)
    assert home.create() == (home.store.parent,)
    home.store.parent.chmod(0o755)
    with pytest.raises(BadConfig, match="chmod 700"):
        home.create()
    assert is_open(home.store.parent)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadConfig, match="cannot make this folder"):
        at(tmp_path / "file/home").create()


def test_what_others_can_read_is_found_refused_and_closed(tmp_path: Path) -> None:
    home = at(tmp_path / "home")
    home.create()
    write_private(home.config, "x")
    write_private(home.store, "x")
    home.refuse_open()
    home.config.chmod(0o644)
    home.store.parent.chmod(0o750)
    assert set(home.open_to_others()) == {home.config, home.store.parent}
    with pytest.raises(BadConfig, match="doctor --fix"):
        home.refuse_open()
    assert set(home.close_to_others()) == {home.config, home.store.parent}
    home.refuse_open()


def test_a_file_is_private_from_its_first_moment_and_replaced_as_a_whole(tmp_path: Path, no_umask: None) -> None:
    path = tmp_path / "secrets.json"
    write_private(path, "one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    write_private(path, "two")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("two", 0o600)


def test_what_cannot_be_written_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    write_private(path, "one")
    with pytest.raises(UnicodeEncodeError):
        write_private(path, "\udc80")
    assert path.read_text() == "one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_laid_in_its_way_is_not_followed(tmp_path: Path) -> None:
    path, victim = tmp_path / "secrets.json", tmp_path / "victim"
    victim.write_text("theirs")
    (tmp_path / f".secrets.json.{os.getpid()}").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic links"):
        write_private(path, "mine")
    assert victim.read_text() == "theirs"
