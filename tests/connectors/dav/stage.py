"""A real server on loopback that answers as the test tells it: any status, header and body, or a cut connection."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar, TypeAlias


@dataclass(frozen=True, slots=True)
class Told:
    """One answer. `raw` replaces everything: exactly these bytes, then the connection ends."""

    status: int = 207
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Play: TypeAlias = Callable[[Heard], Told]


@dataclass(slots=True)
class Stage:
    """The running server: `play` answers, `heard` remembers."""

    port: int
    play: Play
    heard: list[Heard] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def stage(play: Play, pem: Path | None = None) -> Iterator[Stage]:
    """A server that answers by this function, over TLS where it has a certificate."""

    class Handler(_Handler):
        pass

    server = _Server(("127.0.0.1", 0), Handler)
    if pem is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    Handler.running = Stage(server.server_address[1], play)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Handler.running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gives up is none of the test's business."""


class _Handler(BaseHTTPRequestHandler):
    running: ClassVar[Stage]
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        heard = Heard(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        self.running.heard.append(heard)
        told = self.running.play(heard)
        if told.raw is not None:
            with contextlib.suppress(OSError):
                self.wfile.write(told.raw)
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self.send_response(told.status)
        for name, value in {"Content-Type": "application/xml; charset=utf-8", **told.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(told.body)))
        self.end_headers()
        self.wfile.write(told.body)

    do_OPTIONS = do_GET = do_PUT = do_DELETE = do_PROPFIND = do_REPORT = answer

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def multistatus(*responses: str, token: str = "") -> Told:
    """A 207 with these responses."""
    tail = f"<sync-token>{token}</sync-token>" if token else ""
    spaces = 'xmlns="DAV:" xmlns:A="urn:ietf:params:xml:ns:carddav" xmlns:C="urn:ietf:params:xml:ns:caldav"'
    return Told(207, f"<?xml version='1.0'?><multistatus {spaces}>{''.join(responses)}{tail}</multistatus>".encode())


def found(href: str, etag: str | None = '"1"', data: str | None = None) -> str:
    """One item that is there."""
    shown = "" if etag is None else f"<getetag>{etag}</getetag>"
    content = "" if data is None else f"<A:address-data>{data}</A:address-data>"
    return (
        f"<response><href>{href}</href><propstat><prop>{shown}{content}</prop>"
        "<status>HTTP/1.1 200 OK</status></propstat></response>"
    )


def status(href: str, code: int) -> str:
    """One href with a status of its own."""
    return f"<response><href>{href}</href><status>HTTP/1.1 {code} X</status></response>"


def error(code: int, condition: str, **headers: str) -> Told:
    """An answer that names a precondition."""
    return Told(code, f'<error xmlns="DAV:"><{condition}/></error>'.encode(), headers)
