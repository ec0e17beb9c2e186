"""A password is in the secrets file and nowhere else, whatever happens."""

from __future__ import annotations

import traceback

import pytest

from crmsync.cli import main
from crmsync.connectors.faults import Fault
from crmsync.connectors.memory_remote import MemoryRemote
from crmsync.errors import SignInNeeded
from tests.cli.terminal import BOOK, Terminal, card

TOKEN = "TOKEN-9f2c-planted"


@pytest.fixture
def signed_in(crm: Terminal, remote: MemoryRemote) -> Terminal:
    remote.seed(BOOK, "a", card("1", "Ada").encode())
    words = ("account", "add", "memory", "phone", "--url", "remote", "--username", "u", "--password-stdin")
    said = crm(*words, stdin=TOKEN + "\n")
    assert TOKEN not in said.out + said.err
    return crm


def test_the_password_is_in_no_other_file_of_the_home(signed_in: Terminal, remote: MemoryRemote) -> None:
    signed_in("sync")
    remote.fail(Fault(1, SignInNeeded("refused")))
    signed_in("sync", code=4)
    signed_in("queue", "assign", "--all", "--type", "contact", "--import")
    home = signed_in.home
    holding = [path for path in home.store.parent.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]
    assert holding == [home.secrets]
    assert home.secrets.stat().st_mode & 0o777 == 0o600


def test_the_password_is_in_no_answer_and_no_error(signed_in: Terminal) -> None:
    for words in (
        ["account", "list"], ["account", "check", "phone"], ["status"], ["runs", "list"], ["doctor"],
        ["sync", "--dry-run"], ["paths"],
    ):  # fmt: skip
        for more in ([], ["--json"]):
            main([*words, *more])
            said = signed_in._capsys.readouterr()
            assert TOKEN not in said.out + said.err


def test_the_password_is_in_no_traceback(signed_in: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr("crmsync.connectors.registry.create", broken)
    with pytest.raises(ZeroDivisionError) as caught:
        main(["account", "check", "phone", "--debug"])
    told = "".join(traceback.TracebackException.from_exception(caught.value).format())
    assert TOKEN not in told


def test_a_secrets_file_that_is_damaged_or_unreadable_is_said(signed_in: Terminal) -> None:
    secrets = signed_in.home.secrets
    secrets.write_text("{")
    assert "damaged" in signed_in("sync", code=78).err
    secrets.write_text("[]")
    assert "damaged" in signed_in("sync", code=78).err
    secrets.unlink()
    assert "CRMSYNC_SECRET_PHONE" in signed_in("sync", code=4).err
    secrets.mkdir()
    secrets.chmod(0o700)
    assert "secrets.json" in signed_in("sync", code=78).err


def test_a_secrets_file_that_others_can_read_is_refused(signed_in: Terminal) -> None:
    signed_in.home.secrets.chmod(0o644)
    assert "chmod 600" in signed_in.refuses("sync", code=78)


def test_a_password_from_the_environment_is_used_and_not_kept(
    signed_in: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in.home.secrets.unlink()
    monkeypatch.setenv("CRMSYNC_SECRET_PHONE", TOKEN)
    signed_in("sync")
    assert not signed_in.home.secrets.exists()


def test_an_account_can_be_added_with_a_password_that_is_never_kept(
    crm: Terminal, remote: MemoryRemote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMSYNC_SECRET_PHONE", TOKEN)
    crm("account", "add", "memory", "phone", "--url", "remote", "--username", "u")
    assert not crm.home.secrets.exists()
    crm("sync")
    monkeypatch.delenv("CRMSYNC_SECRET_PHONE")
    assert "CRMSYNC_SECRET_PHONE" in crm("sync", code=4).err
    crm("account", "remove", "phone")


def test_a_sign_in_that_is_needed_is_in_the_exit_code_of_the_status(signed_in: Terminal, remote: MemoryRemote) -> None:
    assert signed_in("status", "--exit-code").code == 0
    remote.fail(Fault(1, SignInNeeded("refused")))
    signed_in("sync", code=4)
    signed_in("status", "--exit-code", code=4)
    signed_in("status")
    signed_in("sync")
    signed_in("status", "--exit-code", code=3)
