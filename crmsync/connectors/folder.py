"""A folder of .vcf and .ics files (a vdir), two-way.

One file is one item. Each sub-folder is a place of its own, and so is the folder itself; where a place holds both cards
and calendar entries it is two collections, `contacts/*.vcf` and `contacts/*.ics`.

A file that holds several items ("export all") is read, each item by itself as `all.vcf#<uid>`, but never written:
moving or deleting one of its items would mean rewriting what belongs to another program.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from urllib.parse import quote, unquote_to_bytes

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
from crmsync.connectors.directory import Directory, Entry
from crmsync.connectors.uids import find_uid
from crmsync.errors import BadConfig, Moved, Refused, Retry, Skip, Unreachable, Unreadable
from crmsync.model import PEOPLE, CollectionKind, Cursor, Item, RecordType

MARKER = ".crmsync-root"
_SUFFIXES = {"vcard": (".vcf", ".vcard"), "ical": (".ics", ".ical")}
_PATTERNS = {"vcard": "*.vcf", "ical": "*.ics"}
_STARTS = {
    "vcard": re.compile(rb"^BEGIN:VCARD", re.IGNORECASE | re.MULTILINE),
    "ical": re.compile(rb"^BEGIN:V(?:EVENT|TODO|JOURNAL)", re.IGNORECASE | re.MULTILINE),
}
_LARGEST = 10_000_000
_PAGE_FILES = 100
_PAGE_BYTES = 4_000_000
_OPTIONS = ("path", "largest", "read-only", "format")
_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '%#/\\"<>|*?')


class FolderConnector(Connector):
    """`Settings.url` (or the option `path`) is the folder.

    Options: `largest` (bytes of the largest file that is read, 10 MB), `read-only=yes`, and `format=vcard|ical` for
    what an empty folder is taken for. A folder that is not the one it was before (an unmounted disk shows the empty
    mount point) is `Unreachable`, never "empty": its inode is remembered as a hint, or our marker file once we have
    written there.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        path = settings.options.get("path") or settings.url.removeprefix("file://")
        if not path:
            raise BadConfig("no folder is named", thing="folder", next_step="Give its path as the URL")
        for key in settings.options:
            if key not in _OPTIONS:
                raise BadConfig(f'there is no option "{key}"', thing="folder", next_step=f"Use {', '.join(_OPTIONS)}")
        self._path = os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111  paths may be no valid text
        self._largest = _number(settings.options.get("largest", ""), _LARGEST)
        self._read_only = _yes(settings.options, "read-only")
        self._empty_format = settings.options.get("format", "vcard")
        if self._empty_format not in _SUFFIXES:
            raise BadConfig(f'no file format is called "{self._empty_format}"', thing="folder", next_step="Use vcard")
        self._seen = frozenset(filter(None, settings.hints.get("collections", "").split("|")))
        self._root = settings.hints.get("root", "")

    def collections(self) -> Sequence[RemoteCollection]:
        """See `Connector`. A collection once seen stays as long as its folder, also when it is empty now."""
        found: list[RemoteCollection] = []
        with self._open_root() as root:
            self.traffic.requests += 1
            children = root.folders()
            found += self._in_place(root, "", bool(children))
            for name in children:
                with root.child(name) as child:
                    found += self._in_place(child, name, False)
        self._seen |= {collection.href for collection in found}
        return found

    def pull(self, collection: RemoteCollection, cursor: Cursor | None, known: Known) -> Iterator[Delta]:
        """See `Connector`. There are no cursors: each pull lists, and reads only the files that changed."""
        del cursor
        versions = known()
        present: set[str] = set()
        with self._open(collection) as place:
            entries = self._files(place, collection)
            unchanged = _Unchanged(versions)
            fresh: list[Entry] = []
            for entry in entries:
                hrefs = unchanged.items_of(entry)
                present |= hrefs
                if not hrefs:
                    fresh.append(entry)
            for page in _pages(fresh):
                self.traffic.requests += 1
                changes = [change for entry in page for change in self._changes(place, collection, entry)]
                present |= {_href_of(change) for change in changes}
                yield Delta(tuple(changes), total=len(fresh))
        yield Delta(complete=True, listing=frozenset(present), total=len(fresh))

    def listing(self, collection: RemoteCollection) -> frozenset[str]:
        """See `Connector`. Reads every file that may hold several items."""
        with self._open(collection) as place:
            changes = (self._changes(place, collection, entry) for entry in self._files(place, collection))
            return frozenset(_href_of(change) for some in changes for change in some)

    def fetch(self, collection: RemoteCollection, hrefs: Sequence[str]) -> Sequence[Item]:
        """See `Connector`. What is there but cannot be read is left out too; `pull` tells why."""
        wanted: dict[str, set[str]] = {}
        for href in hrefs:
            wanted.setdefault(href.partition("#")[0], set()).add(href)
        if not wanted:
            return []
        items: list[Item] = []
        with self._open(collection) as place:
            self.traffic.requests += 1
            for file, asked in wanted.items():
                changes = self._changes(place, collection, Entry(_name(file), "", 0))
                items += [c.item for c in changes if isinstance(c, Upsert) and c.item.href in asked]
        return items

    def find(self, collection: RemoteCollection, uid: str) -> Item | None:
        """See `Connector`."""
        return next(iter(self.fetch(collection, [_own_href(collection, uid)])), None)

    def create(self, collection: RemoteCollection, uid: str, raw: bytes) -> Written:
        """See `Connector`. The file is called after the UID."""
        href = _own_href(collection, uid)
        with self._writing(collection, href, raw) as place:
            version = place.create(_name(href), raw)
            self._leave_marker()
            return Written(href, version)

    def update(self, collection: RemoteCollection, href: str, raw: bytes, etag: str | None) -> Written:
        """See `Connector`."""
        with self._writing(collection, href, raw) as place:
            if etag is None and (there := place.read(_name(href), self._largest)) is not None:
                self._must_be_one(collection, href, there.raw)
                etag = there.version
            return Written(href, place.replace(_name(href), raw, etag))

    def delete(self, collection: RemoteCollection, href: str, etag: str | None) -> None:
        """See `Connector`."""
        with self._writing(collection, href, b"") as place:
            if etag is None and (there := place.read(_name(href), self._largest)) is not None:
                self._must_be_one(collection, href, there.raw)
                etag = there.version
            place.remove(_name(href), etag)

    def hints(self) -> Mapping[str, str]:
        """Which folder this was, and which collections were in it."""
        return {"root": self._root, "collections": "|".join(sorted(self._seen))}

    # --- places

    def _open_root(self) -> Directory:
        root = Directory.open(self._path)
        marked, inode = root.has(MARKER), f"inode:{root.inode()}"
        if self._root not in ("", inode) and not marked:
            with root:
                raise Unreachable(
                    "this is not the folder that was here before: its disk may not be mounted",
                    thing=self._path,
                    next_step=f"If it is the right one, put an empty file named {MARKER} into it",
                )
        self._root = "marker" if marked else inode
        return root

    @contextmanager
    def _open(self, collection: RemoteCollection) -> Iterator[Directory]:
        sub_folder = collection.href.rpartition("/")[0]
        with self._open_root() as root:
            if not sub_folder:
                yield root
                return
            with root.child(_name(sub_folder)) as child:
                yield child

    @contextmanager
    def _writing(self, collection: RemoteCollection, href: str, raw: bytes) -> Iterator[Directory]:
        if collection.read_only or self._read_only:
            raise Refused("this folder is read-only", thing=collection.name)
        if "#" in href:
            raise Refused(
                "its file holds several items and is only read",
                thing=href,
                next_step="Split the file into one file for each item to have it synced both ways",
            )
        if len(raw) > self._largest:
            raise Refused(f"items here may have up to {self._largest} bytes", thing=href)
        with self._open(collection) as place:
            self.traffic.requests += 1
            self.traffic.bytes += len(raw)
            yield place

    def _in_place(self, place: Directory, name: str, has_children: bool) -> list[RemoteCollection]:
        """The collections in one folder: one for each format found, else the one an empty folder stands for."""
        holds = {format for format in _SUFFIXES if place.files(_of_format(format), self._largest)}
        prefix = f"{_href(name)}/" if name else ""
        holds |= {format for format in _SUFFIXES if f"{prefix}{_PATTERNS[format]}" in self._seen}
        if not holds and not has_children:
            holds = {self._empty_format}
        read_only = self._read_only or not place.writable()
        shown = name or os.path.basename(self._path) or self._path  # noqa: PTH119
        return [
            RemoteCollection(
                href=f"{prefix}{_PATTERNS[format]}",
                kind=CollectionKind.ADDRESSBOOK if format == "vcard" else CollectionKind.CALENDAR,
                name=os.fsencode(shown).decode("utf-8", "replace"),
                format=format,
                accepts=PEOPLE if format == "vcard" else (RecordType.APPOINTMENT, RecordType.TASK),
                read_only=read_only,
            )
            for format in _SUFFIXES
            if format in holds
        ]

    def _leave_marker(self) -> None:
        """Marks the folder as ours to recognise, once we may be missed there."""
        with self._open_root() as root:
            if self._root != "marker":
                try:
                    root.create(MARKER, b"crmsync knows this folder by this file.\n")
                except (Skip, Retry):
                    return
                self._root = "marker"

    # --- files

    def _files(self, place: Directory, collection: RemoteCollection) -> list[Entry]:
        self.traffic.requests += 1
        return place.files(_of_format(collection.format), self._largest)

    def _changes(self, place: Directory, collection: RemoteCollection, entry: Entry) -> list[Change]:
        """What is in one file: nothing when it vanished, one item, several, or the reason why not."""
        href = _href(entry.name)
        if entry.why_not:
            return [Unusable(href, entry.version, entry.why_not)]
        try:
            content = place.read(entry.name, self._largest)
        except (Skip, Retry) as error:
            return [Unusable(href, entry.version or None, error.what)]
        if content is None:
            return []
        self.traffic.bytes += len(content.raw)
        parts = _split(collection.format, content.raw)
        if len(parts) == 1:
            uid = find_uid(collection.format, content.raw)
            return [Upsert(Item(href, content.version, uid, content.raw))]
        etag = f"{content.version}/{len(parts)}"
        return [
            Upsert(Item(part_href, etag, find_uid(collection.format, part), part))
            for part_href, part in _named_parts(href, collection.format, parts)
        ]

    def _must_be_one(self, collection: RemoteCollection, href: str, raw: bytes) -> None:
        if len(_split(collection.format, raw)) > 1:
            raise Moved("the file holds several items now", thing=href)


class _Unchanged:
    """Which files the mirror holds in full, in the version they have."""

    def __init__(self, versions: Mapping[str, str | None]) -> None:
        self._single = versions
        self._parts: dict[str, list[str]] = {}
        for href in versions:
            file, mark, _ = href.partition("#")
            if mark:
                self._parts.setdefault(file, []).append(href)

    def items_of(self, entry: Entry) -> set[str]:
        """The hrefs of the file's items, none when it has to be read."""
        href = _href(entry.name)
        if self._single.get(href) == entry.version:
            return {href}
        parts = self._parts.get(href, [])
        etags = {self._single[part] for part in parts}
        return set(parts) if etags == {f"{entry.version}/{len(parts)}"} else set()


def _split(format: str, raw: bytes) -> list[bytes]:
    """The items of a file; the format is asked only when there seem to be several."""
    if len(_STARTS[format].findall(raw)) < 2:
        return [raw]
    from crmsync.formats import registry

    try:
        return registry.get(format).split(raw) or [raw]
    except Unreadable:
        return [raw]


def _named_parts(file: str, format: str, parts: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """Names that stay when items before them come and go: the UID, else the content; and a number for twins."""
    twins: dict[str, int] = {}
    for part in parts:
        name = find_uid(format, part) or blake2b(part, digest_size=8).hexdigest()
        twins[name] = twins.get(name, 0) + 1
        number = f"~{twins[name]}" if twins[name] > 1 else ""
        yield f"{file}#{quote(name, safe='')}{number}", part


def _pages(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    page: list[Entry] = []
    size = 0
    for entry in entries:
        if page and (len(page) >= _PAGE_FILES or size + entry.size > _PAGE_BYTES):
            yield page
            page, size = [], 0
        page.append(entry)
        size += entry.size
    if page:
        yield page


def _of_format(format: str) -> _Wanted:
    return _Wanted(_SUFFIXES[format])


class _Wanted:
    """Approves visible files with one of these endings; editors' and sync tools' own files are not ours."""

    def __init__(self, suffixes: tuple[str, ...]) -> None:
        self._suffixes = suffixes

    def __call__(self, name: str) -> bool:
        return name.lower().endswith(self._suffixes) and not name.startswith((".", "~", "#"))


def _href(name: str) -> str:
    """A file name as text: what is unusual, or no UTF-8, is percent-encoded. Letters of all scripts stay readable."""
    return "".join(
        char if (char in _SAFE or (char.isalnum() and char.isprintable())) else quote(os.fsencode(char), safe="")
        for char in name
    )


def _name(href: str) -> str:
    name = os.fsdecode(unquote_to_bytes(href))
    if "/" in name or "\0" in name or name in ("", ".", ".."):
        raise Refused("this cannot be a file of the folder", thing=href)
    return name


def _own_href(collection: RemoteCollection, uid: str) -> str:
    return _href(uid) + _SUFFIXES[collection.format][0]


def _href_of(change: Change) -> str:
    return change.item.href if isinstance(change, Upsert) else change.href


def _yes(options: Mapping[str, str], key: str) -> bool:
    value = options.get(key, "no")
    if value not in ("yes", "no"):
        raise BadConfig(f"{key} is yes or no, not {value!r}", thing="folder")
    return value == "yes"


def _number(text: str, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise BadConfig(f"{text!r} is no number of bytes", thing="folder")
    return int(text)
