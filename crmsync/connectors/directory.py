"""Files in a folder that other programs write too: read without being led astray, written so that nothing is half done.

Never follows a symbolic link, never opens a FIFO, device or a file with a second name (a hard link may be somebody
else's secret). Writes go to a temporary file of the same folder, reach the disk, and take their place by one rename.

A file's version is its change times, size and inode. Two edits within one tick of the file system's clock would look
alike, so what is read is at least a tick old (we wait for that, once), and what we write is dated a tick back.
Preconditions are checked under a lock on the folder; a program that takes no such lock could still slip in between the
check and the rename, which are two system calls apart.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from typing import Self

from crmsync.errors import Busy, CrmsyncError, Moved, Refused, Unreachable

TICK_NS = 50_000_000
"""Longer than the clock tick of any file system with sub-second times (Linux: 1 to 10 ms)."""
COARSE_TICK_NS = 2_000_000_000
"""FAT counts in steps of two seconds, others in whole ones; both show as times without a fraction."""
_SECOND_NS = 1_000_000_000
_LOCK_SECONDS = 5.0
_TEMPORARY = ".crmsync-"
_NUMBERS = count()


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in the folder. `why_not` is empty for a file that may be read."""

    name: str
    version: str
    size: int
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file, and the version they are of."""

    raw: bytes
    version: str


def version_of(status: os.stat_result) -> str:
    """Differs whenever the file may have changed."""
    return f"{status.st_mtime_ns:x}-{status.st_ctime_ns:x}-{status.st_size:x}-{status.st_ino:x}"


def failure(error: OSError, thing: str) -> CrmsyncError:
    """What an error of the operating system means for one item: `Refused` for good, `Unreachable` for now."""
    text = error.strerror or str(error)
    match error.errno:
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return Refused(f"not allowed: {text}", thing=thing, next_step="Check the permissions of file and folder")
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return Refused(f"no room: {text}", thing=thing, next_step="Free some space")
        case errno.ENAMETOOLONG | errno.EINVAL:
            return Refused(f"the file system does not take this name: {text}", thing=thing)
        case _:
            return Unreachable(text, thing=thing, next_step="Check that the disk or share is there")


class Directory:
    """One open folder. All names are plain names inside it."""

    def __init__(self, descriptor: int, path: str) -> None:
        self._fd = descriptor
        self.path = path

    @classmethod
    def open(cls, path: str) -> Self:
        """The folder at `path`, which may itself be a link. Raises `Unreachable` when there is none to read."""
        try:
            return cls(os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), path)
        except OSError as error:
            raise _no_folder(error, path) from error

    def child(self, name: str) -> Directory:
        """A sub-folder, which may not be a link. Raises `Unreachable`."""
        path = f"{self.path}/{name}"
        try:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            return Directory(os.open(name, flags, dir_fd=self._fd), path)
        except OSError as error:
            raise _no_folder(error, path) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def inode(self) -> int:
        """What tells this folder from the empty mount point below it."""
        return os.fstat(self._fd).st_ino

    def writable(self) -> bool:
        """Whether we may add files, as far as permissions tell."""
        return os.access(self.path, os.W_OK | os.X_OK) and not os.fstatvfs(self._fd).f_flag & os.ST_RDONLY

    def folders(self) -> list[str]:
        """The visible sub-folders that are no links."""
        with self._scan() as found:
            return sorted(e.name for e in found if not e.name.startswith(".") and e.is_dir(follow_symlinks=False))

    def files(self, wanted: Callable[[str], bool], largest: int) -> list[Entry]:
        """All names but folders that `wanted` approves, sorted, also those that must not be read. Reads no content."""
        with self._scan() as found:
            names = sorted(e.name for e in found if wanted(e.name) and not e.is_dir(follow_symlinks=False))
        seen = {name: status for name in names if (status := self._status(name)) is not None}
        wait = max((_freshness(status) for status in seen.values()), default=0)
        if wait > 0:
            time.sleep(wait / _SECOND_NS)
            fresh = [name for name, status in seen.items() if _freshness(status) + wait > 0]
            seen |= {name: status for name in fresh if (status := self._status(name)) is not None}
        return [
            Entry(name, version_of(status), status.st_size, _why_not(status, largest)) for name, status in seen.items()
        ]

    def read(self, name: str, largest: int) -> Content | None:
        """The file's bytes; `None` when there is none. Raises `Refused` for what must not or cannot be read."""
        for _ in range(5):
            status = self._status(name)
            if status is None:
                return None
            if reason := _why_not(status, largest):  # asked before opening too: opening alone can move a tape
                raise Refused(reason, thing=name)
            try:
                content = self._read_steady(name, largest)
            except FileNotFoundError:
                return None
            except OSError as error:
                raise failure(error, name) from error
            if content is not None:
                return content
        raise Busy("the file is being written all the time", thing=name)

    def create(self, name: str, raw: bytes) -> str:
        """Makes a file and gives its version. Raises `Moved` when the name is taken, `Refused`."""
        with self._locked(), self._temporary(name, raw, 0o600) as temporary:
            try:
                os.link(temporary, name, src_dir_fd=self._fd, dst_dir_fd=self._fd, follow_symlinks=False)
            except FileExistsError as error:
                raise Moved("there is a file of this name already", thing=name) from error
            except OSError as error:
                if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
                    raise failure(error, name) from error
                self._claim(name)  # no hard links here (FAT): the name first, then the content over it
                os.replace(temporary, name, src_dir_fd=self._fd, dst_dir_fd=self._fd)
            else:
                os.unlink(temporary, dir_fd=self._fd)
            return self._settled(name)

    def replace(self, name: str, raw: bytes, version: str | None) -> str:
        """Gives a file new bytes if it still has that version (`None`: whatever it has). Raises `Moved`, `Refused`."""
        with self._locked():
            mode = stat.S_IMODE(self._expect(name, version).st_mode)
            with self._temporary(name, raw, mode) as temporary:
                self._expect(name, version)
                os.replace(temporary, name, src_dir_fd=self._fd, dst_dir_fd=self._fd)
                return self._settled(name)

    def remove(self, name: str, version: str | None) -> None:
        """Removes a file if it still has that version. An absent one is fine. Raises `Moved`, `Refused`."""
        with self._locked():
            if self._status(name) is None:
                return
            self._expect(name, version)
            try:
                os.unlink(name, dir_fd=self._fd)
            except FileNotFoundError:
                return
            except OSError as error:
                raise failure(error, name) from error
            self._flush()

    def has(self, name: str) -> bool:
        """Whether anything of this name is there."""
        return self._status(name) is not None

    def _read_steady(self, name: str, largest: int) -> Content | None:
        """One attempt; `None` when the file changed while it was read."""
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self._fd)
        try:
            before = os.fstat(descriptor)
            if reason := _why_not(before, largest):
                raise Refused(reason, thing=name)
            if (wait := _freshness(before)) > 0:
                time.sleep(wait / _SECOND_NS)
                before = os.fstat(descriptor)
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                raw = file.read(largest + 1)
            return Content(raw, version_of(before)) if version_of(before) == version_of(os.fstat(descriptor)) else None
        finally:
            os.close(descriptor)

    @contextmanager
    def _scan(self) -> Iterator[Iterator[os.DirEntry[str]]]:
        try:
            with os.scandir(self._fd) as found:
                yield found
        except OSError as error:
            raise _no_folder(error, self.path) from error

    def _status(self, name: str) -> os.stat_result | None:
        try:
            return os.stat(name, dir_fd=self._fd, follow_symlinks=False)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise failure(error, name) from error

    def _expect(self, name: str, version: str | None) -> os.stat_result:
        status = self._status(name)
        if status is None:
            raise Moved("the file is gone", thing=name)
        if reason := _why_not(status, status.st_size):
            raise Refused(reason, thing=name)
        if version is not None and version != version_of(status):
            raise Moved("the file changed meanwhile", thing=name)
        return status

    @contextmanager
    def _temporary(self, name: str, raw: bytes, mode: int) -> Iterator[str]:
        """A finished file under a hidden name; gone at the end unless it was renamed."""
        temporary = f"{_TEMPORARY}{os.getpid()}-{next(_NUMBERS)}.tmp"
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            with os.fdopen(os.open(temporary, flags, mode, dir_fd=self._fd), "wb") as file:
                file.write(raw)
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
                self._date_back(file.fileno())
            yield temporary
        except OSError as error:
            raise failure(error, name) from error
        finally:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=self._fd)

    def _date_back(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        back = status.st_mtime_ns - _tick(status)
        os.utime(descriptor, ns=(back, back))

    def _claim(self, name: str) -> None:
        try:
            os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=self._fd))
        except FileExistsError as error:
            raise Moved("there is a file of this name already", thing=name) from error

    def _settled(self, name: str) -> str:
        self._flush()
        status = self._status(name)
        if status is None:
            raise Unreachable("the file vanished as soon as it was written", thing=name)
        return version_of(status)

    def _flush(self) -> None:
        with suppress(OSError):  # some network file systems cannot; the rename is done all the same
            os.fsync(self._fd)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Ours alone among programs that lock the folder; goes on where a file system has no locks."""
        end = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > end:
                    raise Busy("another program keeps the folder locked", thing=self.path) from error
                time.sleep(0.01)
            except OSError:
                break
        try:
            yield
        finally:
            with suppress(OSError):
                fcntl.flock(self._fd, fcntl.LOCK_UN)


def _tick(status: os.stat_result) -> int:
    return TICK_NS if status.st_mtime_ns % _SECOND_NS or status.st_ctime_ns % _SECOND_NS else COARSE_TICK_NS


def _freshness(status: os.stat_result) -> int:
    """How many nanoseconds to wait until a further edit cannot have the same time."""
    age = time.time_ns() - status.st_mtime_ns
    return max(0, _tick(status) - age) if abs(age) < _tick(status) else 0


def _why_not(status: os.stat_result, largest: int) -> str:
    if stat.S_ISLNK(status.st_mode):
        return "it is a symbolic link"
    if not stat.S_ISREG(status.st_mode):
        return "it is no regular file"
    if status.st_nlink > 1:
        return "it is a hard link: the file has another name elsewhere"
    if status.st_size > largest:
        return f"it is larger than {largest} bytes"
    return ""


def _no_folder(error: OSError, path: str) -> Unreachable:
    return Unreachable(
        f"the folder cannot be read: {error.strerror or error}",
        thing=path,
        next_step="Check that it exists, that its disk is mounted and that you may read it",
    )
