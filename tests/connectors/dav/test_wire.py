"""Answers that never end, are larger than they may be, or come in a way that a client cannot take."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from crmsync.connectors.dav import full_wire, wire
from crmsync.connectors.dav.full_wire import FullWire
from crmsync.connectors.dav.wire import PlainWire, Wire
from crmsync.errors import BadConfig, Unreachable
from tests.connectors.dav.stage import Told, stage


@contextlib.contextmanager
def dripping(start: bytes, drop: bytes) -> Iterator[str]:
    """A server that sends `start`, and then `drop` every 20 ms until its client has had enough."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        client, _ = listening.accept()
        with client, contextlib.suppress(OSError):
            client.recv(65536)
            client.sendall(start)
            while not over.wait(0.02):
                client.sendall(drop)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        over.set()
        thread.join()
        listening.close()


def plain(origin: str) -> Wire:
    return PlainWire(origin, ("anna", "pw"), "")


def full(origin: str) -> Wire:
    return FullWire(origin, ("anna", "pw"), "", digest=False)


BODY = b"HTTP/1.1 207 X\r\nContent-Length: 100000\r\n\r\n"
CHUNKS = b"HTTP/1.1 207 X\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("make", "start", "drop"),
    [
        (plain, BODY, b"x"),
        (plain, CHUNKS, b"1\r\nx\r\n"),
        (plain, b"HTTP/1.1 207 X\r\n", b"X"),
        (plain, b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (full, BODY, b"x"),
        (full, CHUNKS, b"1\r\nx\r\n"),
    ],
)
def test_an_answer_that_drips_is_given_up(
    make: type[Wire], start: bytes, drop: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "PATIENCE", 0.3)
    monkeypatch.setattr(wire, "SLOWEST", 1_000_000)
    with dripping(start, drop) as origin:
        client = make(origin)
        started = time.monotonic()
        with pytest.raises(Unreachable):
            client.exchange("REPORT", "/", b"", {})
        client.close()
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("make", [plain, full])
@pytest.mark.parametrize("zipped", [False, True])
def test_an_answer_larger_than_memory_is_made_for_is_given_up(
    make: type[Wire], zipped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "LARGEST", 10_000)
    monkeypatch.setattr(full_wire, "LARGEST", 10_000)
    body = bytes(10_001)
    told = Told(207, gzip.compress(body), {"Content-Encoding": "gzip"}) if zipped else Told(207, body)
    with stage(lambda _: told) as at:
        client = make(at.url)
        with pytest.raises(Unreachable):
            client.exchange("REPORT", "/", b"", {})
        client.close()


def test_a_length_that_is_a_lie_is_not_waited_for() -> None:
    head = b"HTTP/1.1 207 X\r\nContent-Length: %d\r\n\r\n" % (1 << 40)
    with dripping(head, b"x") as origin, pytest.raises(Unreachable, match="too large"):
        plain(origin).exchange("REPORT", "/", b"", {})


@pytest.mark.parametrize("challenge", ["Digest", 'Digest realm="r", nonce="n", qop="auth-int"', "Digest \u00ff=,,"])
def test_a_digest_challenge_that_cannot_be_answered_is_no_crash(challenge: str) -> None:
    with stage(lambda _: Told(401, headers={"WWW-Authenticate": challenge})) as at:
        client = FullWire(at.url, ("anna", "pw"), "", digest=True)
        try:
            assert client.exchange("REPORT", "/", b"", {}).status == 401
        except Unreachable as caught:
            assert "pw" not in str(caught)
        client.close()


def test_a_proxy_that_is_none_is_a_setting_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "rubbish://x")
    with pytest.raises(BadConfig, match="proxy"):
        full("http://127.0.0.1:1")
