"""Where others edit: an address book on a real server by raw HTTP, and a folder of files."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path
from typing import Protocol

from tests.bench.servers import ask
from tests.live.servers import Server

FIELDS = {"note": "NOTE", "title": "TITLE", "emails": "EMAIL"}


def card(name: str, **values: str) -> bytes:
    """A person's card."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{name.lower()}-uid", f"N:{name};Person;;;", f"FN:Person {name}"]
    lines += [f"{FIELDS[what]}:{shown(what, value)}" for what, value in values.items()]
    return "".join(f"{line}\r\n" for line in [*lines, "END:VCARD"]).encode()


def shown(what: str, token: str) -> str:
    """A token as a value of the field."""
    return f"{token}@x.example" if what == "emails" else f"is {token}"


def name_of(raw: bytes) -> str:
    """Who it is; nobody: an empty text."""
    found = re.search(rb"^FN[^:\r\n]*:.*?(\w+)\r?$", raw, re.M)
    return found[1].decode() if found else ""


def values_of(raw: bytes) -> dict[str, list[str]]:
    """The fields we edit, as the card has them."""
    text = re.sub(r"\r?\n[ \t]", "", raw.decode())
    return {
        what: sorted(value.strip() for value in re.findall(rf"^(?:\w+\.)?{line}[;:](?:[^:\n]*:)?(.*)$", text, re.M))
        for what, line in FIELDS.items()
    }


def edited(raw: bytes, what: str, token: str) -> bytes:
    """The card with another value of a field, every other byte as it was."""
    line = f"{FIELDS[what]}:{shown(what, token)}\r\n".encode()
    pattern = rb"^(?:\w+\.)?%s[;:][^\n]*\n(?:[ \t][^\n]*\n)*" % FIELDS[what].encode()
    changed, count = re.subn(pattern, lambda _: line, raw, count=1, flags=re.M)
    return changed if count else raw.replace(b"END:VCARD", line + b"END:VCARD", 1)


class Side(Protocol):
    """A remote and the person who edits there."""

    name: str

    def pick(self, chance: random.Random) -> str | None:
        """Some item."""

    def read(self, item: str) -> tuple[bytes, str] | None:
        """Its bytes and a version; `None` when it is gone."""

    def write(self, item: str, raw: bytes, version: str) -> bool:
        """Whether it was written: not when somebody else was quicker."""

    def add(self, name: str, raw: bytes) -> bool:
        """A new item."""

    def remove(self, item: str, version: str) -> bool:
        """Whether it was removed."""

    def all(self) -> dict[str, bytes]:
        """Every item."""


class Book:
    """An address book on a server. What others do there is conditional, as with every decent client."""

    def __init__(self, server: Server) -> None:
        self.server, self.name = server, server.name.lower()
        self.path = server.collection("vcard")
        self._listed: list[str] = []
        self._picks = 0

    def pick(self, chance: random.Random) -> str | None:
        self._picks += 1
        if self._picks % 50 == 1 or not self._listed:
            self._listed = self.server.hrefs(self.path)
        return chance.choice(self._listed) if self._listed else None

    def read(self, item: str) -> tuple[bytes, str] | None:
        status, raw, etag = self._ask("GET", item)
        return (raw, etag) if status == 200 else None

    def write(self, item: str, raw: bytes, version: str) -> bool:
        headers = {"If-Match": version, "Content-Type": "text/vcard; charset=utf-8"}
        return self._ask("PUT", item, raw, headers)[0] in (200, 201, 204)

    def add(self, name: str, raw: bytes) -> bool:
        headers = {"If-None-Match": "*", "Content-Type": "text/vcard; charset=utf-8"}
        for _ in range(100):  # Xandikos locks the whole collection (423) while it writes for somebody else
            status = self._ask("PUT", f"{self.path}{name.lower()}.vcf", raw, headers)[0]
            if status != 423:
                return status in (200, 201, 204)
            time.sleep(0.1)
        return False

    def remove(self, item: str, version: str) -> bool:
        return self._ask("DELETE", item, headers={"If-Match": version})[0] in (200, 204)

    def all(self) -> dict[str, bytes]:
        return self.server.dump(self.path)

    def _ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, str]:
        return ask(self.server.port, method, path, body, headers or {}, seconds=60)


class Folder:
    """A folder of cards. Others write beside the file and rename, and look once more before."""

    name = "folder"

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()

    def pick(self, chance: random.Random) -> str | None:
        files = [str(file) for file in self.path.glob("*.vcf")]
        return chance.choice(files) if files else None

    def read(self, item: str) -> tuple[bytes, str] | None:
        try:
            return Path(item).read_bytes(), ""
        except FileNotFoundError:
            return None

    def write(self, item: str, raw: bytes, version: str) -> bool:
        aside = self.path / ".soak.tmp"
        aside.write_bytes(raw)
        aside.rename(item)
        return True

    def add(self, name: str, raw: bytes) -> bool:
        return self.write(str(self.path / f"{name.lower()}.vcf"), raw, "")

    def remove(self, item: str, version: str) -> bool:
        Path(item).unlink(missing_ok=True)
        return True

    def all(self) -> dict[str, bytes]:
        return {str(file): file.read_bytes() for file in self.path.glob("*.vcf")}
