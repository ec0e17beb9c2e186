"""A proxy between the product and a real server that kills the product in the midst of its work.

It counts the requests and, at the n-th, ends the process with SIGKILL: before the server hears of it, after the server
has done it but before anybody learns that, or just after the answer was given.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import threading
from collections.abc import Iterator
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar


class Moment(Enum):
    """When the product dies."""

    BEFORE = "before the server hears of it"
    LOST_ANSWER = "after the server has done it"
    AFTER = "after the answer was given"


class Reaper:
    """Counts requests; `victim` dies at the `at`-th one (0: never). `methods`: only these count."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.port = 0
        self.victim = 0
        self.at = 0
        self.moment = Moment.BEFORE
        self.methods: frozenset[str] = frozenset()
        self.seen = 0

    def aim(self, victim: int, at: int, moment: Moment, methods: frozenset[str] = frozenset()) -> None:
        """The next victim."""
        self.victim, self.at, self.moment, self.methods, self.seen = victim, at, moment, methods, 0

    def rests(self) -> None:
        """No next victim."""
        self.at = 0

    def strikes(self, method: str) -> bool:
        """Counts a request; whether this is the one."""
        if self.methods and method not in self.methods:
            return False
        self.seen += 1
        return self.seen == self.at

    def kill(self) -> None:
        """The end, without a word."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.victim, signal.SIGKILL)


@contextlib.contextmanager
def reaper(port: int) -> Iterator[Reaper]:
    """A running proxy in front of the server on this port."""
    control = Reaper(port)

    class Handler(_Handler):
        reaper = control

    server = _Server(("127.0.0.1", 0), Handler)
    control.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield control
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed in mid-sentence is what this is for."""


class _Handler(BaseHTTPRequestHandler):
    reaper: ClassVar[Reaper]
    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        strikes = self.reaper.strikes(self.command)
        if strikes and self.reaper.moment is Moment.BEFORE:
            self.reaper.kill()
            self.close_connection = True
            return
        connection = http.client.HTTPConnection("127.0.0.1", self.reaper.target, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if strikes and self.reaper.moment is Moment.LOST_ANSWER:
            self.reaper.kill()
            self.close_connection = True
            return
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._give(answer, text)
        if strikes:
            self.reaper.kill()

    def _give(self, answer: http.client.HTTPResponse, text: bytes) -> None:
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
        self.wfile.flush()

    do_GET = do_PUT = do_DELETE = do_PROPFIND = do_REPORT = do_OPTIONS = handle_any

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests tell what they need."""
