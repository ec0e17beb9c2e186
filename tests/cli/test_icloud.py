"""`crmsync account add icloud`: Apple answers the one address that everybody knows by naming a host of one's own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from crmsync.connectors.dav import reach
from tests.cli.terminal import Terminal
from tests.connectors.dav.stage import Told, stage

TLS = b"\x16\x03"
"""How every TLS connection begins (RFC 8446 section 5.1: a handshake record)."""


@contextmanager
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A port, and how each connection to it began; all are closed at once."""
    began: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                caller, _ = server.accept()
                with caller:
                    if not (first := caller.recv(4096)):
                        return
                    began.append(first)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port: int = server.getsockname()[1]
        try:
            yield port, began
        finally:
            socket.create_connection(("127.0.0.1", port)).close()
            thread.join()


@pytest.fixture(autouse=True)
def _everything_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """All names mean this machine, as if it were a public one: nothing is asked of the internet."""
    ask = socket.getaddrinfo

    def here(host: str, *more: Any, **named: Any) -> Any:
        return ask("127.0.0.1", *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", here)
    monkeypatch.setattr(reach, "is_public", lambda _: True)


def _tried(crm: Terminal, kind: str, target: str, *more: str, code: int) -> tuple[list[bytes], str]:
    """How the connections began that an account of this kind made to the host it was sent to, and what was said."""
    with listener() as (port, began):
        moved = Told(301, headers={"Location": target.format(port=port)})
        with stage(lambda _: moved) as at:
            words = ("account", "add", kind, "apple", "--url", f"{at.url}/dav/", "--username", "anna", *more)
            said = crm(*words, "--password-stdin", code=code, stdin="correct-horse\n").err
    assert b"correct-horse" not in b"".join(began)
    return began, said


@pytest.mark.parametrize("more", [(), ("--set", "trust=dav.example.org")])
def test_the_host_that_apple_moves_one_to_is_asked_over_tls(crm: Terminal, more: tuple[str, ...]) -> None:
    began, said = _tried(crm, "icloud", "https://p42-contacts.icloud.com:{port}/1/", *more, code=69)
    assert began
    assert all(first.startswith(TLS) and b"p42-contacts.icloud.com" in first for first in began)
    assert "another server" not in said


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("icloud", "http://p42-contacts.icloud.com:{port}/1/"),
        ("icloud", "https://evilicloud.com:{port}/1/"),
        ("icloud", "https://icloud.com.evil.example:{port}/1/"),
        ("icloud", "https://p42-contacts.icloud.com@evil.example:{port}/1/"),
        ("dav", "https://p42-contacts.icloud.com:{port}/1/"),
    ],
)
def test_no_other_host_is_asked_at_all(crm: Terminal, kind: str, target: str) -> None:
    began, said = _tried(crm, kind, target, code=1)
    assert began == []
    assert "another server" in said
