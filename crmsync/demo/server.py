"""A real Radicale on loopback, in a process of its own, for as long as the demo lasts."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crmsync.errors import Unreachable

_PATIENCE = 30.0  # seconds until a server that does not listen is given up
_TRIES = 5  # another program may take the free port before the server does


@dataclass(frozen=True, slots=True)
class Shelf:
    """A collection that the server starts with. `tag` is Radicale's: `VADDRESSBOOK` or `VCALENDAR`."""

    name: str
    shown: str
    tag: str
    components: str
    items: Sequence[tuple[str, bytes]]
    """File name and content of each item."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server is and how to sign in there."""

    url: str
    username: str
    password: str = field(repr=False)


@contextlib.contextmanager
def running(folder: Path, shelves: Sequence[Shelf]) -> Iterator[Address]:
    """A server with these collections; everything it writes is inside `folder`, and it ends with the block.

    Raises `Unreachable` when it does not start; what it said is in `folder/server.log`.
    """
    address = Address("", "demo", secrets.token_urlsafe(24))
    folder.mkdir(parents=True, exist_ok=True)
    for shelf in shelves:
        _fill(folder / "collections/collection-root" / address.username / shelf.name, shelf)
    users = folder / "users"
    users.touch(0o600)
    users.write_text(f"{address.username}:{address.password}\n")
    for _ in range(_TRIES):
        port = _free_port()
        process = _start(folder, port)
        try:
            if _listens(process, port):
                yield Address(f"http://127.0.0.1:{port}/", address.username, address.password)
                return
        finally:
            _end(process)
    raise Unreachable(
        "the demo's server did not start", thing="Radicale", next_step=f"It said why in {folder / 'server.log'}"
    )


def _fill(folder: Path, shelf: Shelf) -> None:
    folder.mkdir(parents=True)
    properties = {"tag": shelf.tag, "D:displayname": shelf.shown}
    if shelf.components:
        properties["C:supported-calendar-component-set"] = shelf.components
    (folder / ".Radicale.props").write_text(json.dumps(properties), "utf-8")
    for name, raw in shelf.items:
        (folder / name).write_bytes(raw)


def _start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    config = folder / "config"
    config.write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n"
        f"[auth]\ntype = htpasswd\nhtpasswd_filename = {folder}/users\nhtpasswd_encryption = plain\ndelay = 0\n"
        f"[rights]\ntype = owner_only\n"
        f"[storage]\nfilesystem_folder = {folder}/collections\n"
        f"[web]\ntype = none\n",
        "utf-8",
    )
    # Its own settings only: a RADICALE_CONFIG of this machine's real server must not reach the demo.
    env = {name: value for name, value in os.environ.items() if not name.startswith("RADICALE_")}
    with (folder / "server.log").open("ab") as log:
        command = [sys.executable, "-m", "radicale", "--config", str(config)]
        return subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603


def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether it came to listen; `False` as soon as it has ended."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return process.poll() is None
        time.sleep(0.02)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
