"""One HTTP exchange with one origin. Two ways: the plain one of nearly every account, and a full client for the rest.

The plain one is the standard library's. A full HTTP client costs more CPU to import than all else that an idle sync
does (docs/decisions/0005), so it is loaded only where its abilities are needed: Digest credentials, and proxies.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import io
import os
import socket
import ssl
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from crmsync.connectors.dav.reach import PublicHTTPConnection, PublicHTTPSConnection
from crmsync.errors import BadConfig, Unreachable, Untrusted

LARGEST = 512 * 1024 * 1024
"""No answer is read beyond this many bytes, unpacked: a server must not fill our memory."""

PATIENCE = 180.0
"""An answer may take this many seconds, and one more for each SLOWEST bytes that it has brought."""

SLOWEST = 1024

_TIMEOUT = 90.0  # seconds without any byte at all
_STALE = 2.0  # seconds after which a kept connection may have been closed by the server without our knowing


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; header names in lower case, the body unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire(Protocol):
    """Sends one request and reads the whole answer. Raises `Unreachable` for every way in which that can fail."""

    def exchange(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """`target` is path and query. Nothing is repeated, except a read on a connection that had gone stale."""

    def close(self) -> None:
        """Ends the connection."""


def needs_full_client() -> bool:
    """Whether the environment names a proxy."""
    return any(
        os.environ.get(name) for kind in ("http_proxy", "https_proxy", "all_proxy") for name in (kind, kind.upper())
    )


class Pace:
    """Ends an answer that drips: each byte comes in time, and all of them never."""

    def __init__(self) -> None:
        self._end = time.monotonic() + PATIENCE

    def check(self, received: int) -> None:
        """Raises `TimeoutError` when so many bytes are too few by now."""
        if time.monotonic() > self._end + received / SLOWEST:
            raise TimeoutError("the answer comes too slowly")


class _Paced(io.RawIOBase):
    """What a socket gives, from the status line on, while it keeps pace."""

    def __init__(self, source: socket.SocketIO) -> None:
        super().__init__()
        self._source = source
        self._received = 0
        self._pace = Pace()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the base knows no narrower type
        self._pace.check(self._received)
        count = self._source.readinto(buffer) or 0
        self._received += count
        return count

    def close(self) -> None:
        self._source.close()
        super().close()


class _PacedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, debuglevel: int = 0, method: str | None = None, url: str | None = None):
        super().__init__(sock, debuglevel, method, url)
        self.fp.close()
        self.fp = io.BufferedReader(_Paced(sock.makefile("rb", buffering=0)), 1 << 16)


class PlainWire:
    """Keep-alive over `http.client`, with Basic credentials sent at once (RFC 7617)."""

    def __init__(self, origin: str, credentials: tuple[str, str] | None, ca: str, *, public: bool = False) -> None:
        """`public`: to public addresses only; any other raises `Untrusted`."""
        self._origin = origin
        self._public = public
        self._ca = ca
        self._authorization = _basic(*credentials) if credentials else ""
        self._connection: http.client.HTTPConnection | None = None
        self._used = 0.0

    def exchange(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """See `Wire`."""
        if time.monotonic() - self._used > _STALE:
            self.close()
        kept = self._connection is not None
        try:
            return self._once(method, target, body, headers)
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise strange_certificate(self._origin, error) from error
        except (http.client.RemoteDisconnected, ConnectionError) as error:
            self.close()
            if kept and method in ("PROPFIND", "REPORT", "GET", "HEAD", "OPTIONS"):
                return self._again(method, target, body, headers)
            raise self._unreachable(error) from error
        except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
            self.close()
            raise self._unreachable(error) from error

    def close(self) -> None:
        """Ends the connection."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.close()
            self._connection = None

    def _again(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        try:
            return self._once(method, target, body, headers)
        except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
            self.close()
            raise self._unreachable(error) from error

    def _once(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        if self._connection is None:
            self._connection = self._connect()
        sent = {"Accept-Encoding": "gzip", **headers}
        if self._authorization:
            sent["Authorization"] = self._authorization
        self._connection.request(method, target, body or None, sent)
        answer = self._connection.getresponse()
        if answer.length and answer.length > LARGEST:
            raise ValueError("the answer is too large")
        raw = answer.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise ValueError("the answer is too large")
        if answer.length:  # read(n) does not complain of an answer that ended early
            raise http.client.IncompleteRead(raw, answer.length)
        self._used = time.monotonic()
        if answer.will_close:
            self.close()
        shown = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, shown, _unpacked(raw, shown.get("content-encoding", "")))

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self._origin)
        host = parts.hostname or ""
        made: http.client.HTTPConnection
        if parts.scheme == "https":
            secure = PublicHTTPSConnection if self._public else http.client.HTTPSConnection
            made = secure(host, parts.port, timeout=_TIMEOUT, context=trust(self._ca))
        else:
            plain = PublicHTTPConnection if self._public else http.client.HTTPConnection
            made = plain(host, parts.port, timeout=_TIMEOUT)
        made.response_class = _PacedResponse
        return made

    def _unreachable(self, error: Exception) -> Unreachable:
        what = f"no answer ({type(error).__name__}: {error})".replace("\n", " ")
        return Unreachable(
            what, thing=self._origin, next_step="Try again later; is the network up, is the address right?"
        )


def trust(ca: str) -> ssl.SSLContext:
    """Verifies by the system's authorities, or by those in the PEM file `ca`. Raises `BadConfig` for a bad file."""
    try:
        return ssl.create_default_context(cafile=ca or None)
    except (OSError, ssl.SSLError) as error:
        raise BadConfig(f"the certificate file cannot be used: {error}", thing=ca) from error


def strange_certificate(origin: str, error: ssl.SSLCertVerificationError) -> Untrusted:
    """What to tell about a certificate that nobody vouches for."""
    return Untrusted(
        f"its certificate is not trusted ({error.verify_message})",
        thing=origin,
        next_step="Is the address right? The authority of a company's own is named with --set ca=FILE",
    )


def _basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode("ascii")


def _unpacked(raw: bytes, encoding: str) -> bytes:
    if encoding.strip().lower() not in ("gzip", "x-gzip"):
        return raw
    unpacker = zlib.decompressobj(wbits=31)
    plain = unpacker.decompress(raw, LARGEST)
    if not unpacker.eof:
        raise ValueError("the answer is damaged or too large when it is unpacked")
    return plain
