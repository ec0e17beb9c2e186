"""Files that are read once (`crmsync import`), as a remote that is never written.

What one import does not mention is not gone: a file holds what somebody exported, not everything there is. An item is
known by its UID, so a newer export of the same card updates its record; without a UID, by its content.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

from crmsync.connectors.base import Connector, Delta, Known, RemoteCollection, Settings, Unusable, Upsert, Written
from crmsync.connectors.csvfile import CsvConnector
from crmsync.connectors.uids import find_uid
from crmsync.errors import Refused
from crmsync.formats import registry
from crmsync.model import PEOPLE, CollectionKind, Cursor, Item, RecordType

CARDS = RemoteCollection("cards", CollectionKind.ADDRESSBOOK, "cards", "vcard", PEOPLE, read_only=True)
AGENDA = RemoteCollection(
    "agenda", CollectionKind.CALENDAR, "agenda", "ical", (RecordType.APPOINTMENT, RecordType.TASK), read_only=True
)
TABLES = RemoteCollection("tables", CollectionKind.TABLE, "tables", "row", PEOPLE, read_only=True)

_ENDINGS = {
    ".vcf": CARDS.href,
    ".vcard": CARDS.href,
    ".ics": AGENDA.href,
    ".ical": AGENDA.href,
    ".csv": TABLES.href,
}
_PAGE = 500
_LARGEST = 512 * 1024 * 1024


class FileSet(Connector):
    """Some files and folders. `files` and `items` count what was read."""

    def __init__(self, settings: Settings, paths: Sequence[Path]) -> None:
        """`paths` are read when pulled."""
        super().__init__(settings)
        self._paths = paths
        self.files = 0
        self.items = 0

    @staticmethod
    def everything() -> Sequence[RemoteCollection]:
        """The collections there always are."""
        return (CARDS, AGENDA, TABLES)

    def collections(self) -> Sequence[RemoteCollection]:
        """The same three, whatever the files hold."""
        return self.everything()

    def pull(self, collection: RemoteCollection, cursor: Cursor | None, known: Known) -> Iterator[Delta]:
        """Every item of the files that belong into this collection; never says that anything is gone."""
        seen: dict[str, int] = {}
        for path in self._files(collection):
            self.files += 1
            page: list[Upsert | Unusable] = []
            for change in self._changes(collection, path, seen):
                page.append(change)
                self.items += 1
                if len(page) == _PAGE:
                    yield Delta(tuple(page))
                    page = []
            yield Delta(tuple(page))
        yield Delta(complete=True)

    def _files(self, collection: RemoteCollection) -> Iterator[Path]:
        for path in self._paths:
            for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                if _ENDINGS.get(file.suffix.lower()) == collection.href and file.is_file() and not file.is_symlink():
                    yield file

    def _changes(self, collection: RemoteCollection, path: Path, seen: dict[str, int]) -> Iterator[Upsert | Unusable]:
        if collection.href == TABLES.href:
            yield from self._rows(path)
            return
        try:
            if path.stat().st_size > _LARGEST:
                yield Unusable(str(path), None, f"the file is larger than {_LARGEST // 1024**2} MB")
                return
            raw = path.read_bytes()
        except OSError as error:
            yield Unusable(str(path), None, f"the file cannot be read: {error.strerror}")
            return
        self.traffic.bytes += len(raw)
        for part in registry.get(collection.format).split(raw):
            uid = find_uid(collection.format, part)
            name = f"uid:{uid}" if uid else f"content:{blake2b(part, digest_size=12).hexdigest()}"
            seen[name] = seen.get(name, 0) + 1
            href = name if seen[name] == 1 else f"{name}#{seen[name]}"
            yield Upsert(Item(href, None, uid, part))

    def _rows(self, path: Path) -> Iterator[Upsert | Unusable]:
        with CsvConnector(Settings(str(path), options=self.settings.options)) as table:
            for one in table.collections():
                for page in table.pull(one, None, dict):
                    for change in page.changes:
                        if isinstance(change, Upsert | Unusable):
                            yield change

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


def _read_only() -> Refused:
    return Refused("files that were imported are never written")
