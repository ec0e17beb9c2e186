"""Real servers on loopback with an address book of any size already in them."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.bare import SYNC
from tests.bench.cards import folder_of

USER, PASSWORD = "u", "pw"
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Server:
    """One address book of one running server."""

    name: str
    port: int
    home: str
    collection: str

    @property
    def url(self) -> str:
        """Where the account's own collections begin."""
        return f"http://127.0.0.1:{self.port}{self.home}"

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """One request, for setting the stage; not measured."""
        shown = {name.replace("_", "-"): value for name, value in headers.items()}
        status, read, _ = ask(self.port, method, path, body, shown, seconds=600)
        return status, read

    def put(self, number: int, raw: bytes) -> None:
        """Replaces or adds one card."""
        path = f"{self.collection}p{number}.vcf"
        status, body = self.request("PUT", path, raw, Content_Type="text/vcard; charset=utf-8")
        assert status in (200, 201, 204), (path, status, body[:200])

    def warm(self) -> None:
        """Lets the server fill its own caches, so that the first client does not pay for them."""
        status, _ = self.request("REPORT", self.collection, SYNC, Content_Type="application/xml")
        assert status == 207, status


def ask(
    port: int, method: str, path: str, body: bytes, headers: Mapping[str, str], *, seconds: float
) -> tuple[int, bytes, str]:
    """One request to a server here by a client that is none of ours: status, body, etag."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    connection.request(method, path, body or None, {"Authorization": f"Basic {token}", **headers})
    answer = connection.getresponse()
    read = answer.read()
    connection.close()
    return answer.status, read, answer.getheader("ETag") or ""


def radicale_command(folder: Path, port: int, pem: Path | None = None) -> list[str | Path]:
    """Radicale 3 with its data in this folder, over TLS where there is a certificate with its key."""
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n")
    secure = f"ssl=True\ncertificate={pem}\nkey={pem}\n" if pem else ""
    (folder / "config").write_text(
        f"[server]\nhosts=127.0.0.1:{port}\n{secure}"
        f"[auth]\ntype=htpasswd\nhtpasswd_filename={folder}/users\nhtpasswd_encryption=plain\ndelay=0\n"
        f"[storage]\nfilesystem_folder={folder}/data\n[logging]\nlevel=warning\n"
    )
    return [BIN / "radicale", "--config", folder / "config"]


def xandikos_command(folder: Path, port: int) -> list[str | Path]:
    """Xandikos with its data in this folder."""
    return [
        *(BIN / "xandikos", "serve", "--defaults", "--no-detect-systemd", "-d", folder / "data"),
        *("--state-dir", folder / "state", "-l", "127.0.0.1", "-p", str(port), "--current-user-principal", "/u/"),
    ]


@contextlib.contextmanager
def radicale(folder: Path, count: int) -> Iterator[Server]:
    """Radicale 3 with `count` cards, in a process of its own."""
    port, cards = free_port(), folder / "data/collection-root/u/work"
    folder_of(count, cards)
    (cards / ".Radicale.props").write_text(json.dumps({"tag": "VADDRESSBOOK", "D:displayname": "work"}))
    with process(radicale_command(folder, port), port, folder / "log"):
        server = Server("Radicale", port, "/u/", "/u/work/")
        server.warm()
        yield server


@contextlib.contextmanager
def xandikos(folder: Path, count: int) -> Iterator[Server]:
    """Xandikos with `count` cards, in a process of its own. It first makes the address book, which is a git tree."""
    port, cards = free_port(), folder / "data/u/contacts/addressbook"
    command = xandikos_command(folder, port)
    with process(command, port, folder / "log"):
        pass
    folder_of(count, cards)
    git = ["git", "-C", str(cards), "-c", "user.name=bench", "-c", "user.email=bench@localhost.invalid"]
    subprocess.run([*git, "add", "--all"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*git, "commit", "--quiet", "--message", "cards"], check=True, stdout=subprocess.DEVNULL)
    with process(command, port, folder / "log"):
        server = Server("Xandikos", port, "/u/", "/u/contacts/addressbook/")
        server.warm()
        yield server


STARTERS = {"Radicale": radicale, "Xandikos": xandikos}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def process(command: Sequence[str | Path], port: int, log: Path) -> Iterator[None]:
    """The server while it listens; ended by its own process id."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        process = subprocess.Popen([str(part) for part in command], stdout=sink, stderr=sink)
    try:
        _wait_for(port, process)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"the server ended before it listened: {process.args!r}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.1)
    raise SystemExit(f"the server never listened: {process.args!r}")


def fresh(folder: Path) -> Path:
    """The folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
