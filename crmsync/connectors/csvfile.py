"""A CSV file, or a folder of them, as tables, two-way; format `row`.

A row is known by its key column. A file without one is read only: its rows are known by what they hold, so an edited
row is a new one. What is not edited stays byte for byte: other rows, unknown columns, order, quotes, encoding.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from urllib.parse import quote, unquote

from crmsync.connectors.base import (
    Change,
    Connector,
    Delta,
    Known,
    RemoteCollection,
    Settings,
    Unusable,
    Upsert,
    Written,
)
from crmsync.connectors.csv_columns import Columns
from crmsync.connectors.csv_headers import KEY
from crmsync.connectors.csv_table import Row, Table
from crmsync.connectors.directory import Content, Directory
from crmsync.errors import BadConfig, Busy, CrmsyncError, Moved, Refused, Unreachable
from crmsync.model import PEOPLE, CollectionKind, Cursor, Item

_LARGEST = 200_000_000
_PAGE = 500
_TRIES = 5
_OPTIONS = ("path", "key", "encoding", "delimiter", "read-only")
_MAP = "map."


@dataclass(frozen=True, slots=True)
class _Opened:
    """One file, read and understood. `rows` gives the place of each usable row in `table.rows`."""

    version: str
    table: Table
    columns: Columns
    items: Mapping[str, Item]
    places: Mapping[str, int]
    unusable: Mapping[str, Unusable]


_Edit = Callable[[_Opened], Table]
"""Makes the new table, or returns the same one when there is nothing to do."""


class CsvConnector(Connector):
    """`Settings.url` (or the option `path`) is a file, or a folder whose `*.csv` are all used.

    Options: `map.<column>=<field>` for columns we do not guess (`emails:work`, `addresses.city`, `custom.x`, `-` to
    leave one alone), `key=<column>`, `encoding`, `delimiter`, `read-only=yes`.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        options = settings.options
        path = options.get("path") or settings.url.removeprefix("file://")
        if not path:
            raise BadConfig("no file is named", thing="csv", next_step="Give its path as the URL")
        for key in options:
            if key not in _OPTIONS and not key.startswith(_MAP):
                raise BadConfig(
                    f'there is no option "{key}"', thing="csv", next_step=f"Use {', '.join(_OPTIONS)}, map.X"
                )
        if options.get("read-only", "no") not in ("yes", "no"):
            raise BadConfig("read-only is yes or no", thing="csv")
        self._path = os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111  paths may be no valid text
        self._mapped = {key.removeprefix(_MAP): value for key, value in options.items() if key.startswith(_MAP)}
        self._read_only = options.get("read-only") == "yes"
        self._delimiter = options.get("delimiter", "").replace("\\t", "\t").replace("tab", "\t")
        if len(self._delimiter) > 1:
            raise BadConfig("a delimiter is one character, or tab", thing="csv")
        self._cache: dict[str, _Opened] = {}

    def collections(self) -> Sequence[RemoteCollection]:
        """See `Connector`. A file without key column is read-only."""
        return [self._describe(name) for name in self._names()]

    def pull(self, collection: RemoteCollection, cursor: Cursor | None, known: Known) -> Iterator[Delta]:
        """See `Connector`. The cursor is the version of the whole file: as long as it stands, nothing is read."""
        opened = self._open(collection.href)
        if cursor == opened.version:
            yield Delta(cursor=cursor, complete=True, total=0)
            return
        etags = known()
        changes: list[Change] = [
            Upsert(item) for href, item in opened.items.items() if etags.get(href) != item.etag
        ]  # a row that cannot be used is told each time: what is wrong with it may be news
        changes += opened.unusable.values()
        self.traffic.bytes += sum(len(change.item.raw) for change in changes if isinstance(change, Upsert))
        for start in range(0, len(changes), _PAGE):
            yield Delta(tuple(changes[start : start + _PAGE]), total=len(changes))
        listing = frozenset(opened.items) | frozenset(opened.unusable)
        yield Delta(cursor=Cursor(opened.version), complete=True, listing=listing, total=len(changes))

    def listing(self, collection: RemoteCollection) -> frozenset[str]:
        """See `Connector`. Reads the file again, whatever is remembered of it."""
        self._cache.clear()
        opened = self._open(collection.href)
        return frozenset(opened.items) | frozenset(opened.unusable)

    def fetch(self, collection: RemoteCollection, hrefs: Sequence[str]) -> Sequence[Item]:
        """See `Connector`."""
        items = self._open(collection.href).items if hrefs else {}
        return [items[href] for href in hrefs if href in items]

    def find(self, collection: RemoteCollection, uid: str) -> Item | None:
        """See `Connector`."""
        return next(iter(self.fetch(collection, [_href(uid)])), None)

    def create(self, collection: RemoteCollection, uid: str, raw: bytes) -> Written:
        """See `Connector`. The row is added at the end, with the UID as its key."""
        wanted = {**_load(raw), KEY: uid}
        href = _href(uid)

        def add(opened: _Opened) -> Table:
            if href in opened.items or href in opened.unusable:
                raise Moved("there is a row with this key already", thing=href)
            new = opened.table.row(opened.columns.write(None, wanted))
            return opened.table.with_rows([*opened.table.rows, new])

        return self._write(collection, href, add)

    def update(self, collection: RemoteCollection, href: str, raw: bytes, etag: str | None) -> Written:
        """See `Connector`. Values for which there is no column are not kept; `Written.raw` shows what is."""
        wanted = _load(raw)

        def change(opened: _Opened) -> Table:
            place = _place(opened, href, etag)
            cells = opened.table.rows[place].cells
            new = opened.columns.write(cells, {**wanted, KEY: opened.items[href].uid})
            return opened.table if tuple(new) == cells else _replaced(opened.table, place, [opened.table.row(new)])

        return self._write(collection, href, change)

    def delete(self, collection: RemoteCollection, href: str, etag: str | None) -> None:
        """See `Connector`."""

        def drop(opened: _Opened) -> Table:
            if href not in opened.items and href not in opened.unusable:
                return opened.table
            return _replaced(opened.table, _place(opened, href, etag), [])

        self._write(collection, href, drop)

    # --- files

    def _names(self) -> list[str]:
        if not os.path.isdir(self._path):  # noqa: PTH112
            return [os.path.basename(self._path)]  # noqa: PTH119
        with Directory.open(self._path) as folder:
            self.traffic.requests += 1
            wanted = folder.files(lambda name: name.lower().endswith(".csv") and name[0] not in ".~", _LARGEST)
            return [entry.name for entry in wanted if not entry.why_not]

    def _describe(self, name: str) -> RemoteCollection:
        opened = self._open(name)
        with self._folder() as folder:
            read_only = self._read_only or opened.columns.key is None or not folder.writable()
        return RemoteCollection(name, CollectionKind.TABLE, name, "row", PEOPLE, read_only)

    @contextmanager
    def _folder(self) -> Iterator[Directory]:
        path = self._path if os.path.isdir(self._path) else os.path.dirname(self._path)  # noqa: PTH112, PTH120
        with Directory.open(path) as folder:
            yield folder

    def _open(self, name: str) -> _Opened:
        """The file as it is now; read only when it changed since we last did. A missing file is `Unreachable`."""
        with self._folder() as folder:
            self.traffic.requests += 1
            entries = folder.files(lambda other: other == name, _LARGEST)
            if not entries:
                raise Unreachable("the file is not there", thing=name, next_step="Check its path and its disk")
            there = self._cache.get(name)
            if there is not None and there.version == entries[0].version:
                return there
            content = folder.read(name, _LARGEST)
            if content is None:
                raise Unreachable("the file is not there", thing=name, next_step="Check its path and its disk")
        try:
            self._cache[name] = opened = self._understand(content)
        except CrmsyncError as error:
            error.thing = error.thing or name
            raise
        return opened

    def _understand(self, content: Content) -> _Opened:
        """Of many files, each one takes the options that name a column it has."""
        table = Table.read(content.raw, self.settings.options.get("encoding", ""), self._delimiter)
        mapped, key = self._mapped, self.settings.options.get("key", "")
        if os.path.isdir(self._path):  # noqa: PTH112
            here = set(table.header.cells)
            mapped = {column: field for column, field in mapped.items() if column in here}
            key = key if key in here else ""
        return _read_rows(content.version, table, Columns(table.header.cells, mapped, key))

    def _write(self, collection: RemoteCollection, href: str, change: _Edit) -> Written:
        """Edits the file as it is at this moment; again when somebody else was faster."""
        if collection.read_only or self._read_only:
            raise Refused(
                "this table is read-only",
                thing=collection.name,
                next_step="It needs a column that identifies its rows (option key), and permission to write",
            )
        name = collection.href
        for _ in range(_TRIES):
            opened = self._open(name)
            table = change(opened)
            if table is not opened.table:
                raw = table.to_bytes()
                try:
                    with self._folder() as folder:
                        version = folder.replace(name, raw, opened.version)
                except Moved:
                    continue
                self.traffic.bytes += len(raw)
                self._cache[name] = opened = _after_writing(opened, version, table, href)
            item = opened.items.get(href)
            return Written(href, item.etag if item else None, item.raw if item else None)
        raise Busy("the file is being changed all the time", thing=name)


def _read_rows(version: str, table: Table, columns: Columns) -> _Opened:
    items: dict[str, Item] = {}
    places: dict[str, int] = {}
    unusable: dict[str, Unusable] = {}
    for place, row in enumerate(table.rows):
        if not any(row.cells):
            continue
        href, uid, reason = _identify(row, columns)
        twin = _twin(href, items, unusable)
        if not reason and twin != href and columns.key is not None:
            reason = "another row has the same key"
            first = items.pop(href, None)
            if first is not None:
                unusable[href] = Unusable(href, first.etag, reason)
        places[twin] = place
        if reason:
            etag = blake2b(row.text.encode("utf-8", "replace"), digest_size=8).hexdigest()
            unusable[twin] = Unusable(twin, etag, reason)
        else:
            items[twin] = _item(twin, uid or f"row-{twin[1:]}", row, columns)
    return _Opened(version, table, columns, items, places, unusable)


def _after_writing(before: _Opened, version: str, table: Table, href: str) -> _Opened:
    """What reading the file again would give, for the cost of the one row that was written."""
    if before.unusable:  # another row may have become usable by it
        return _read_rows(version, table, before.columns)
    items, places = dict(before.items), dict(before.places)
    if len(table.rows) < len(before.table.rows):
        gone = places.pop(href)
        del items[href]
        places = {other: place - (place > gone) for other, place in places.items()}
    else:
        place = places.setdefault(href, len(table.rows) - 1)
        items[href] = _item(href, unquote(href), table.rows[place], before.columns)
    return _Opened(version, table, before.columns, items, places, {})


def _item(href: str, uid: str, row: Row, columns: Columns) -> Item:
    raw = _dump({KEY: uid, **columns.read(row.cells)})
    return Item(href, blake2b(raw, digest_size=8).hexdigest(), uid, raw)


def _identify(row: Row, columns: Columns) -> tuple[str, str, str]:
    """href, UID and what is wrong with a row. `!` begins hrefs that are made of the content (no key has one)."""
    content = f"!{blake2b(row.text.strip().encode('utf-8', 'replace'), digest_size=8).hexdigest()}"
    width = len(row.cells)
    reason = "" if width == columns.width else f"it has {width} cells, the header has {columns.width}"
    if columns.key is None:
        return content, "", reason
    uid = columns.read(_padded(row.cells, columns.width)).get(KEY, "")
    return (_href(uid), uid, reason) if uid else (content, "", reason or "its key is empty")


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def _twin(href: str, items: Mapping[str, Item], unusable: Mapping[str, Unusable]) -> str:
    name, number = href, 1
    while name in items or name in unusable:
        number += 1
        name = f"{href}!{number}"
    return name


def _place(opened: _Opened, href: str, etag: str | None) -> int:
    item = opened.items.get(href)
    if item is None:
        raise Moved("the row is gone, or its key is no longer its own", thing=href)
    if etag is not None and etag != item.etag:
        raise Moved("the row changed meanwhile", thing=href)
    return opened.places[href]


def _replaced(table: Table, place: int, new: list[Row]) -> Table:
    return table.with_rows([*table.rows[:place], *new, *table.rows[place + 1 :]])


def _href(uid: str) -> str:
    return quote(uid, safe="", errors="surrogatepass")


def _load(raw: bytes) -> dict[str, Any]:
    try:
        row = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Refused(f"it is no row: {error}") from error
    if not isinstance(row, dict):
        raise Refused("it is no row")
    return row


def _dump(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
