"""Real DAV servers on loopback: started here, in folders of the test, and ended by their own process id.

One server serves a whole test module; each test gets collections of its own on it.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from tests.bench.servers import PASSWORD, USER, ask, free_port, process, radicale_command, xandikos_command

__all__ = ["PASSWORD", "USER", "Server", "radicale", "xandikos"]

_MKCOL = {
    "vcard": '<C:addressbook xmlns:C="urn:ietf:params:xml:ns:carddav"/>',
    "ical": '<C:calendar xmlns:C="urn:ietf:params:xml:ns:caldav"/>',
}
_TYPES = {"vcard": "text/vcard; charset=utf-8", "ical": "text/calendar; charset=utf-8"}


@dataclass(slots=True)
class Server:
    """One running server, and what another client would do there."""

    name: str
    port: int
    home: str
    root: Path
    _names: Iterator[int] = field(default_factory=itertools.count)

    @property
    def url(self) -> str:
        """Where an account of it begins."""
        return f"http://127.0.0.1:{self.port}{self.home}"

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """One request by another client."""
        shown = {name.replace("_", "-"): value for name, value in headers.items()}
        status, read, _ = ask(self.port, method, path, body, shown, seconds=30)
        return status, read

    def collection(self, format: str) -> str:
        """A new, empty address book or calendar; its path."""
        path = f"{self.home}c{next(self._names)}/"
        body = (
            '<mkcol xmlns="DAV:"><set><prop><resourcetype><collection/>'
            f"{_MKCOL[format]}</resourcetype></prop></set></mkcol>"
        )
        status, text = self.request("MKCOL", path, body.encode(), Content_Type="application/xml")
        assert status == 201, (status, text)
        return path

    def put(self, path: str, raw: bytes, format: str = "vcard") -> None:
        """Adds or replaces an item."""
        status, text = self.request("PUT", path, raw, Content_Type=_TYPES[format])
        assert status in (200, 201, 204), (path, status, text[:300])

    def get(self, path: str) -> bytes | None:
        """What is there; `None` for nothing."""
        status, text = self.request("GET", path)
        return text if status == 200 else None

    def delete(self, path: str) -> None:
        """Removes an item."""
        status, text = self.request("DELETE", path)
        assert status in (200, 204), (path, status, text[:300])

    def hrefs(self, collection: str) -> list[str]:
        """Every item of a collection."""
        body = b'<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
        _, text = self.request("PROPFIND", collection, body, Depth="1", Content_Type="application/xml")
        found = (unquote(href) for href in re.findall(r"<(?:\w+:)?href>([^<]+)</", text.decode()))
        return sorted(href for href in found if href.endswith((".vcf", ".ics")))

    def dump(self, collection: str) -> dict[str, bytes]:
        """Every item of a collection with its bytes."""
        return {href: self.get(href) or b"" for href in self.hrefs(collection)}


@contextlib.contextmanager
def radicale(folder: Path, pem: Path | None = None) -> Iterator[Server]:
    """Radicale 3, over TLS where there is a certificate with its key."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    with process(radicale_command(folder, port, pem), port, folder / "log"):
        yield Server("Radicale", port, "/u/", folder / "data/collection-root/u")


@contextlib.contextmanager
def xandikos(folder: Path) -> Iterator[Server]:
    """Xandikos."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    with process(xandikos_command(folder, port), port, folder / "log"):
        yield Server("Xandikos", port, "/u/contacts/", folder / "data/u/contacts")
