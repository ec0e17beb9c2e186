"""Files that are read once (`crmsync import`), as a remote that is never written.

What one import does not mention is not gone: a file holds what somebody exported, not everything there is. An item is
known by its UID, so a newer export of the same card updates its record; without a UID, by its content. A row is known
by the name of its file and its key in there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from crmsync.connectors.base import (
    Connector,
    Delta,
    Gone,
    Known,
    RemoteCollection,
    Settings,
    Unusable,
    Upsert,
    Written,
)
from crmsync.connectors.csvfile import CsvConnector
from crmsync.connectors.uids import find_uid
from crmsync.errors import CrmsyncError, Refused, Unreadable, Usage
from crmsync.formats import registry
from crmsync.model import PEOPLE, CollectionKind, Cursor, Item, RecordType

CARDS = RemoteCollection("cards", CollectionKind.ADDRESSBOOK, "cards", "vcard", PEOPLE, read_only=True)
AGENDA = RemoteCollection(
    "agenda", CollectionKind.CALENDAR, "agenda", "ical", (RecordType.APPOINTMENT, RecordType.TASK), read_only=True
)
TABLES = RemoteCollection("tables", CollectionKind.TABLE, "tables", "row", PEOPLE, read_only=True)

ENDINGS = {
    ".vcf": CARDS.href,
    ".vcard": CARDS.href,
    ".ics": AGENDA.href,
    ".ical": AGENDA.href,
    ".csv": TABLES.href,
}
"""Which collection the items of a file belong to, by the ending of its name."""
_KNOWN = ", ".join(ENDINGS)
_PAGE = 2000
_LARGEST = 512 * 1024 * 1024


class FileSet(Connector):
    """Some files and folders. `files` and `items` count what was read, `brought` names the items by collection."""

    def __init__(self, settings: Settings, paths: Sequence[Path], names: Mapping[Path, str] | None = None) -> None:
        """`paths` are read when pulled; `names` are what to call them where that is not where they lie.

        Raises `Usage` for one that is not there, or that nobody here can read.
        """
        super().__init__(settings)
        for path in paths:
            _check(path)
        self._paths = paths
        self._named = names or {}
        self.within: dict[Path, list[str]] = {path: [] for path in self._named}
        """The items of each file that was given a name."""
        self.files = 0
        self.items = 0
        self.brought: Mapping[str, set[str]] = {one.href: set() for one in self.everything()}

    @staticmethod
    def everything() -> Sequence[RemoteCollection]:
        """The collections there always are."""
        return (CARDS, AGENDA, TABLES)

    def collections(self) -> Sequence[RemoteCollection]:
        """The same three, whatever the files hold."""
        return self.everything()

    def pull(self, collection: RemoteCollection, cursor: Cursor | None, known: Known) -> Iterator[Delta]:
        """Every item of the files that belong into this collection; never says that anything is gone."""
        names = _Names()
        brought = self.brought[collection.href]
        for path in self._files(collection):
            self.files += 1
            changes = (
                self._rows(path, names) if collection.href == TABLES.href else self._parts(collection, path, names)
            )
            while page := tuple(islice(changes, _PAGE)):
                self.items += len(page)
                hrefs = [change.item.href if isinstance(change, Upsert) else change.href for change in page]
                brought.update(hrefs)
                if path in self.within:
                    self.within[path] += hrefs
                yield Delta(page)
        yield Delta(complete=True)

    def _files(self, collection: RemoteCollection) -> Iterator[Path]:
        for path in self._paths:
            inside = path.is_dir()
            for file in sorted(path.rglob("*")) if inside else [path]:
                followed = not (inside and file.is_symlink())  # a folder may lead back into itself
                if ENDINGS.get(file.suffix.lower()) == collection.href and followed and file.is_file():
                    yield file

    def _parts(self, collection: RemoteCollection, path: Path, names: _Names) -> Iterator[Upsert | Unusable]:
        try:
            parts = self._split(collection, path)
        except CrmsyncError as error:
            yield Unusable(self._name(path), None, error.what)
            return
        parts.reverse()
        while parts:  # each part is let go as it is handed on: a large file lies in memory once, not twice
            part = parts.pop()
            uid = find_uid(collection.format, part)
            name = f"uid:{uid}" if uid else f"content:{blake2b(part, digest_size=12).hexdigest()}"
            yield Upsert(Item(names.own(name), None, uid, part))

    def _split(self, collection: RemoteCollection, path: Path) -> list[bytes]:
        try:
            if path.stat().st_size > _LARGEST:
                raise Unreadable(f"the file is larger than {_LARGEST // 1024**2} MB")
            raw = path.read_bytes()
        except OSError as error:
            raise Unreadable(f"the file cannot be read: {error.strerror}") from error
        self.traffic.bytes += len(raw)
        return registry.get(collection.format).split(raw)

    def _rows(self, path: Path, names: _Names) -> Iterator[Upsert | Unusable]:
        prefix = names.own(self._named.get(path) or _text(Path(path.name)))
        try:
            with CsvConnector(Settings(str(path), options=self.settings.options)) as table:
                for one in table.collections():
                    for page in table.pull(one, None, dict):
                        for change in page.changes:
                            if not isinstance(change, Gone):
                                yield _prefixed(prefix, change)
                self.traffic.bytes += table.traffic.bytes
        except CrmsyncError as error:
            yield Unusable(self._name(path), None, error.what)

    def _name(self, path: Path) -> str:
        return self._named.get(path) or _text(path)

    def listing(self, collection: RemoteCollection) -> frozenset[str]:
        """Nothing: these files are no listing of anything."""
        return frozenset()

    def fetch(self, collection: RemoteCollection, hrefs: Sequence[str]) -> Sequence[Item]:
        """Nothing is read twice."""
        return ()

    def find(self, collection: RemoteCollection, uid: str) -> Item | None:
        """Nothing is ever created here."""
        return None

    def create(self, collection: RemoteCollection, uid: str, raw: bytes) -> Written:
        """Raises `Refused`."""
        raise _read_only()

    def update(self, collection: RemoteCollection, href: str, raw: bytes, etag: str | None) -> Written:
        """Raises `Refused`."""
        raise _read_only()

    def delete(self, collection: RemoteCollection, href: str, etag: str | None) -> None:
        """Raises `Refused`."""
        raise _read_only()


class _Names:
    """Names for what one import brings: the second thing of a name gets a number."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def own(self, name: str) -> str:
        """The name, or one made of it that was not given out yet."""
        number = self._seen[name] = self._seen.get(name, 0) + 1
        return name if number == 1 else f"{name}#{number}"


def _check(path: Path) -> None:
    if not path.exists():
        raise Usage("there is no such file", thing=str(path))
    if not path.is_dir() and path.suffix.lower() not in ENDINGS:
        raise Usage("this is no file we can read", thing=str(path), next_step=f"Its name must end in {_KNOWN}")


def _text(path: Path) -> str:
    """The path as text: names of files are bytes, and need not be any."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _prefixed(prefix: str, change: Upsert | Unusable) -> Upsert | Unusable:
    if isinstance(change, Upsert):
        return Upsert(replace(change.item, href=f"{prefix}/{change.item.href}"))
    return replace(change, href=f"{prefix}/{change.href}")


def _read_only() -> Refused:
    return Refused("files that were imported are never written")
