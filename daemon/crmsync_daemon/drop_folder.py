"""The folder whose files are imported: what lies in it, their bytes, and where they go then.

Whoever can write into this folder chooses names, types and moments. So nothing is reached by a path that could lead
elsewhere: folders are opened one inside the other (openat(2), O_NOFOLLOW), a file is looked at before it is opened,
again when it is open, and again when it has been moved. Read is only a plain file of our own user with one name.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crmsync.connectors.file_set import ENDINGS
from crmsync.errors import BadConfig, Moved, Refused
from crmsync.safe import safe

DONE, FAILED = "done", "failed"
LARGEST = 10 * 1024**2
"""Bytes of a file that is imported by itself; larger ones are for `crmsync import`."""
MOST = 10_000
"""Files that are looked at in one go; the others have their turn when these are gone."""
_DEPTH = 16
_LONGEST_NAME = 180
_CHUNK = 1 << 18
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_TEMPORARY = (".part", ".tmp", ".crdownload", ".filepart", ".download", "~")


@dataclass(frozen=True, slots=True)
class Look:
    """What a file was when it was looked at; another look that is equal found the same file, unchanged."""

    device: int
    inode: int
    size: int
    changed: int
    mode: int
    links: int
    owner: int

    @classmethod
    def of(cls, seen: os.stat_result) -> Look:
        """From what the system says. `changed` is in nanoseconds."""
        return cls(
            seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_mode, seen.st_nlink, seen.st_uid
        )  # fmt: skip

    def refuse(self) -> None:
        """Raises `Refused` for what is never read."""
        if not stat.S_ISREG(self.mode):
            kind = "a link to another file" if stat.S_ISLNK(self.mode) else "no plain file"
            raise Refused(f"it is {kind}", next_step="Put a copy of the file itself here")
        if self.owner != os.geteuid():
            raise Refused("it belongs to another user of this machine", next_step="Put a copy of your own here")
        if self.links != 1:
            raise Refused("it is one file with several names (hard links)", next_step="Put a copy of it here")
        if self.size > LARGEST:
            raise Refused(
                f"it is larger than {LARGEST // 1024**2} MB", next_step="Read it in with `crmsync import FILE`"
            )


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that waits: the folders it lies in and its name, and the last look at it."""

    parts: tuple[str, ...]
    look: Look

    @property
    def name(self) -> str:
        """Its place in the folder, harmless to show."""
        return "/".join(map(_plain, self.parts))

    @property
    def ending(self) -> str:
        """Of its name, which says how it is read."""
        return Path(self.parts[-1]).suffix.lower()


class DropFolder:
    """One such folder. Every method raises `BadConfig` when it is not there, or not ours."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def make(self) -> None:
        """Makes it where only the folder itself is missing."""
        with contextlib.suppress(OSError):
            self.path.mkdir(mode=0o700)

    def identity(self) -> tuple[int, int] | None:
        """Which folder it is now; another one after somebody made it anew."""
        try:
            seen = self.path.stat()
        except OSError:
            return None
        return seen.st_dev, seen.st_ino

    def scan(self) -> list[Dropped]:
        """What waits, at most `MOST`. Names of files that are still being made are left alone."""
        found: list[Dropped] = []
        with self._root() as root:
            self._scan(root, (), found)
        return found

    def failed(self) -> int:
        """How many files could not be imported and still lie there."""
        found: list[Dropped] = []
        with self._root() as root, contextlib.suppress(OSError), _inside(root, FAILED) as folder:
            self._scan(folder, (FAILED,), found)
        return len(found)

    def fetch(self, one: Dropped, to: Path) -> None:
        """Copies its bytes. Raises `Refused` for what is never read, `Moved` when it is not what was looked at."""
        one.look.refuse()
        with self._parent(one) as folder:
            if _look(folder, one.parts[-1]) != one.look:
                raise Moved("it was changed meanwhile", thing=one.name)
            try:
                descriptor = os.open(one.parts[-1], _FILE, dir_fd=folder)
            except OSError as error:
                raise Refused(f"it cannot be read: {error.strerror}", thing=one.name) from error
            try:
                if Look.of(os.fstat(descriptor)) != one.look:
                    raise Moved("it was changed meanwhile", thing=one.name)
                _copy(descriptor, to)
                if Look.of(os.fstat(descriptor)) != one.look:
                    raise Moved("it was changed meanwhile", thing=one.name)
            finally:
                os.close(descriptor)

    def put_away(self, one: Dropped, place: str, reason: str = "") -> None:
        """Moves it to `done` or `failed`, folders kept, with a text beside it. Nothing that lies there is replaced.

        Raises `Moved` when it is not what was imported, and leaves it; `OSError`.
        """
        with self._root() as root, self._parent(one) as folder:
            if _look(folder, one.parts[-1]) != one.look:
                raise Moved("it was changed meanwhile", thing=one.name)
            with _made(root, (place, *map(_plain, one.parts[:-1]))) as target:
                name, claimed = _claim(target, _plain(one.parts[-1]))
                os.close(claimed)
                try:
                    os.rename(one.parts[-1], name, src_dir_fd=folder, dst_dir_fd=target)
                except OSError:
                    os.unlink(name, dir_fd=target)
                    raise
                if _look(target, name) != one.look:  # swapped in between: what was moved was never imported
                    back, claimed = _claim(folder, one.parts[-1])
                    os.close(claimed)
                    os.rename(name, back, src_dir_fd=target, dst_dir_fd=folder)
                    raise Moved("it was changed meanwhile", thing=one.name)
                if reason:
                    _, text = _claim(target, f"{name}.reason.txt")
                    with os.fdopen(text, "w", encoding="utf-8") as out:
                        out.write(reason)

    def tidy(self, before: float) -> None:
        """Removes folders that are empty and that nobody has touched since `before` (seconds since 1970)."""
        with self._root() as root:
            self._tidy(root, before, 0)

    def _tidy(self, folder: int, before: float, depth: int) -> None:
        for entry in _entries(folder) if depth < _DEPTH else ():
            if not entry.is_dir(follow_symlinks=False) or _left_alone(entry.name, depth):
                continue
            with contextlib.suppress(OSError):
                with _inside(folder, entry.name) as inner:
                    self._tidy(inner, before, depth + 1)
                if os.stat(entry.name, dir_fd=folder, follow_symlinks=False).st_mtime < before:
                    os.rmdir(entry.name, dir_fd=folder)  # refuses one that is not empty

    @contextmanager
    def _root(self) -> Iterator[int]:
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise BadConfig(
                f"the drop folder cannot be read: {error.strerror}",
                thing=safe(str(self.path)),
                next_step="Make it, or change daemon.drop_folder in the config file",
            ) from error
        try:
            if os.fstat(descriptor).st_uid != os.geteuid():
                raise BadConfig("the drop folder belongs to another user", thing=safe(str(self.path)))
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def _parent(self, one: Dropped) -> Iterator[int]:
        with self._root() as root, contextlib.ExitStack() as open_ones:
            folder = root
            try:
                for part in one.parts[:-1]:
                    folder = open_ones.enter_context(_inside(folder, part))
            except OSError as error:
                raise Moved("its folder was changed meanwhile", thing=one.name) from error
            yield folder

    def _scan(self, folder: int, above: tuple[str, ...], found: list[Dropped]) -> None:
        for entry in _entries(folder):
            if len(found) >= MOST:
                return
            if _left_alone(entry.name, len(above)):
                continue
            with contextlib.suppress(OSError, Moved):  # gone since it was listed, or not for us to look into
                if entry.is_dir(follow_symlinks=False):
                    if len(above) < _DEPTH:
                        with _inside(folder, entry.name) as inner:
                            self._scan(inner, (*above, entry.name), found)
                elif Path(entry.name).suffix.lower() in ENDINGS:
                    found.append(Dropped((*above, entry.name), _look(folder, entry.name)))


def _entries(folder: int) -> Iterator[os.DirEntry[str]]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        yield from entries


def _left_alone(name: str, depth: int) -> bool:
    return name.startswith(".") or name.lower().endswith(_TEMPORARY) or (depth == 0 and name in (DONE, FAILED))


def _look(folder: int, name: str) -> Look:
    try:
        return Look.of(os.stat(name, dir_fd=folder, follow_symlinks=False))
    except FileNotFoundError as error:
        raise Moved("it is gone", thing=_plain(name)) from error


def _copy(descriptor: int, to: Path) -> None:
    left = LARGEST
    with to.open("xb") as out:
        while chunk := os.read(descriptor, min(_CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                raise Moved("it grew while it was read", thing=to.name)
            out.write(chunk)


@contextmanager
def _inside(folder: int, name: str) -> Iterator[int]:
    descriptor = os.open(name, _FOLDER, dir_fd=folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _made(root: int, parts: tuple[str, ...]) -> Iterator[int]:
    with contextlib.ExitStack() as open_ones:
        folder = root
        for part in parts:
            with contextlib.suppress(FileExistsError):
                os.mkdir(part, 0o700, dir_fd=folder)
            folder = open_ones.enter_context(_inside(folder, part))
        yield folder


def _claim(folder: int, name: str) -> tuple[str, int]:
    """A new file of this name, or of one made of it: made by whoever is first, so nothing is ever replaced."""
    stem, ending = os.path.splitext(name)  # noqa: PTH122  a Path would take a name of dots for a folder
    wanted, step, number = name, 1, 0
    while True:
        try:
            return wanted, os.open(wanted, _NEW, 0o600, dir_fd=folder)
        except FileExistsError:
            # Steps that double until a number is free: 10,000 files of one name must not each try all before it.
            number, step = number + step, step * 2
            wanted = f"{stem} ({number + 1}){ending}"


def _plain(name: str) -> str:
    """A name that a terminal, a log and any file system can bear."""
    shown = safe(name)
    stem, ending = os.path.splitext(shown)  # noqa: PTH122
    while len((stem + ending).encode()) > _LONGEST_NAME:
        stem, ending = (stem[:-1], ending) if stem else ("_", ending[:8])
    return stem + ending
