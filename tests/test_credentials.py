"""Where an account's secret lies, and that it lies nowhere else."""

from __future__ import annotations

import json
import stat
import sys
import traceback
from pathlib import Path

import keyring
import keyring.backend
import keyring.core
import pytest
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringError, PasswordDeleteError

from crmsync import credentials
from crmsync.errors import BadConfig, SignInNeeded
from crmsync.home import Home, at


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory; `locked` is one that refuses everything."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, *, locked: bool = False, forgetful: bool = False) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}
        self.locked, self.forgetful = locked, forgetful

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringError
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise KeyringError
        if not self.forgetful:
            self.held[(service, username)] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.held.pop((service, username), None) is None:
            raise PasswordDeleteError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    home = at(tmp_path / "home")
    home.create()
    return home


@pytest.fixture
def ring(home: Home, monkeypatch: pytest.MonkeyPatch) -> Ring:
    """The keyring of this test; whatever else the test sets, what was set before is set again afterwards."""
    ring = Ring()
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    monkeypatch.setattr(keyring.core, "_keyring_backend", ring)
    return ring


def test_without_a_keyring_a_file_for_its_owner_alone_keeps_it(home: Home) -> None:
    assert credentials.keep(home, "work", "s3cret") == credentials.FILE
    assert stat.S_IMODE(home.secrets.stat().st_mode) == 0o600
    assert credentials.fetch(home, "work", "file", {}) == "s3cret"
    credentials.keep(home, "phone", "other")
    credentials.forget(home, "work", "file")
    assert json.loads(home.secrets.read_text()) == {"phone": "other"}
    credentials.forget(home, "work", "file")
    assert sorted(path.name for path in home.secrets.parent.iterdir()) == ["attachments", "logs", "secrets.json"]


def test_a_keyring_keeps_it_and_no_file_does(home: Home, ring: Ring) -> None:
    assert credentials.keep(home, "work", "s3cret") == credentials.KEYRING
    assert credentials.fetch(home, "work", "keyring", {}) == "s3cret"
    assert not home.secrets.exists()
    credentials.forget(home, "work", "keyring")
    credentials.forget(home, "work", "keyring")
    with pytest.raises(SignInNeeded, match="nowhere to be found"):
        credentials.fetch(home, "work", "keyring", {})


def test_two_homes_of_one_person_do_not_share_accounts(home: Home, ring: Ring, tmp_path: Path) -> None:
    other = at(tmp_path / "other")
    credentials.keep(home, "work", "mine")
    credentials.keep(other, "work", "theirs")
    assert credentials.fetch(home, "work", "keyring", {}) == "mine"


@pytest.mark.parametrize("broken", [{"locked": True}, {"forgetful": True}])
def test_a_keyring_that_does_not_keep_it_is_not_relied_on(home: Home, ring: Ring, broken: dict[str, bool]) -> None:
    keyring.set_keyring(Ring(**broken))
    assert credentials.keep(home, "work", "s3cret") == credentials.FILE


def test_a_locked_keyring_means_to_sign_in(home: Home, ring: Ring) -> None:
    credentials.keep(home, "work", "s3cret")
    ring.locked = True
    with pytest.raises(SignInNeeded, match="CRMSYNC_SECRET_WORK"):
        credentials.fetch(home, "work", "keyring", {})


def test_what_is_given_from_outside_comes_first_and_is_not_kept(home: Home, tmp_path: Path) -> None:
    credentials.keep(home, "my.work", "kept")
    (tmp_path / "crmsync.my.work").write_text("by systemd\n")
    environ = {"CRMSYNC_SECRET_MY_WORK": "by environment", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert credentials.fetch(home, "my.work", "file", environ) == "by systemd"
    (tmp_path / "crmsync.my.work").unlink()
    assert credentials.fetch(home, "my.work", "file", environ) == "by environment"
    command = [sys.executable, "-c", "print('by command')"]
    assert credentials.fetch(home, "my.work", "outside", {}, command) == "by command"


@pytest.mark.parametrize(
    "command", [["/nowhere/at/all"], [sys.executable, "-c", "import sys; print('s3cret'); sys.exit(1)"]]
)
def test_a_command_that_fails_is_said_without_what_it_printed(home: Home, command: list[str]) -> None:
    with pytest.raises(BadConfig, match="secret_command failed") as caught:
        credentials.fetch(home, "work", "outside", {}, command)
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("text", [b"{", b"[]", b"\xff", b"[" * 200_000])
def test_a_damaged_file_is_named_and_not_quoted(home: Home, text: bytes) -> None:
    home.secrets.write_bytes(b"s3cret" + text if text == b"{" else text)
    with pytest.raises(BadConfig, match=r"secrets\.json: it is damaged") as caught:
        credentials.fetch(home, "work", "file", {})
    assert caught.value.__cause__ is None
    with pytest.raises(BadConfig):
        credentials.keep(home, "work", "new")
    assert b"new" not in home.secrets.read_bytes()


def test_a_file_that_cannot_be_read_is_named(home: Home) -> None:
    home.secrets.mkdir()
    with pytest.raises(BadConfig, match="cannot be read"):
        credentials.fetch(home, "work", "file", {})


def test_what_another_test_had_in_a_keyring_is_not_left_there() -> None:
    assert isinstance(keyring.get_keyring(), NoKeyring)
