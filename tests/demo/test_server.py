"""The demo's server: real, only on this machine, and gone afterwards."""

from __future__ import annotations

import base64
import http.client
import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crmsync.demo import samples, server

pytestmark = pytest.mark.live


def ask(address: server.Address, path: str, password: str) -> int:
    where = urlsplit(address.url)
    assert where.hostname == "127.0.0.1"
    connection = http.client.HTTPConnection("127.0.0.1", where.port or 0, timeout=10)
    token = base64.b64encode(f"{address.username}:{password}".encode()).decode()
    connection.request("GET", path, headers={"Authorization": f"Basic {token}"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_it_serves_all_samples_to_who_knows_the_password(tmp_path: Path) -> None:
    with server.running(tmp_path, samples.shelves()) as address:
        for shelf in samples.shelves():
            for name, _ in shelf.items:
                assert ask(address, f"/demo/{shelf.name}/{name}", address.password) == 200
        assert ask(address, "/demo/people/", "guess") == 401


def test_it_is_gone_after_the_block_whatever_happened_there(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), server.running(tmp_path, []) as address:
        raise ZeroDivisionError
    with pytest.raises(ConnectionRefusedError):
        ask(address, "/", address.password)


def test_its_password_is_for_our_eyes_and_in_no_repr(tmp_path: Path) -> None:
    with server.running(tmp_path, []) as address:
        assert stat.S_IMODE((tmp_path / "users").stat().st_mode) == 0o600
        assert address.password not in repr(address)
        with server.running(tmp_path / "other", []) as other:
            assert other.password != address.password


def test_settings_of_another_radicale_on_this_machine_do_not_reach_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RADICALE_CONFIG", str(tmp_path / "nowhere"))
    with server.running(tmp_path / "demo", samples.shelves()) as address:
        assert ask(address, "/demo/people/", address.password) == 200
