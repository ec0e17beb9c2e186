"""One SQLite file: opened with care, written by one writer at a time, never left half done.

Facts this rests on: the -wal and -shm files get the mode of the database file (SQLite, os_unix.c findCreateFileMode);
a deferred BEGIN that reads and then writes fails at once with "locked", whatever the time-out (so writers begin
IMMEDIATE); in WAL mode `synchronous=NORMAL` may lose the last commits in a power cut but never tears one. A process
that closes a file loses all locks it has on it (POSIX; SQLite, "How To Corrupt" 2.2), and another one that closes the
store then takes itself for the last and removes the -wal: so while we have a store open, only SQLite opens its file.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crmsync.errors import Bug, Busy, CrmsyncError, Halt, Interrupted, StoreBroken
from crmsync.store import like, schema

BUSY_SECONDS = 30.0
"""How long a writer waits for another one before it gives up with `Busy`."""

_MAGIC = b"SQLite format 3\0"
_APPLICATION_ID_AT = 68


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """A connection to the store at `path`, migrated to the newest step.

    With `create`, makes the folder (0700) and the file (0600) where they are missing. Raises `StoreBroken` for what is
    no store of ours, and leaves it as it was found; `Busy` when another process holds it too long.
    """
    with translated(path):
        connection = _opened(path, create=create)
        try:
            _prepare(connection, path, create=create)
        except BaseException:
            connection.close()
            raise
    return connection


class _Connection(sqlite3.Connection):
    """One that is counted, from before its file is opened until it is closed."""

    file: tuple[int, int] | None = None

    def close(self) -> None:
        """Closes it, once or more often."""
        with _gate:
            super().close()
            if self.file is not None:
                _in_use[self.file] -= 1
                self.file = None


_gate = threading.Lock()
_in_use: Counter[tuple[int, int]] = Counter()
"""How many connections this process has to each file, by device and inode."""


def _opened(path: Path, *, create: bool) -> sqlite3.Connection:
    with _gate:
        if not _in_use[_file(path)]:
            _look_at_header(path)
        if create and not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        elif not path.exists():
            raise StoreBroken("there is no store here", thing=str(path), next_step="Run `crmsync init`")
        _keep_private(path)
        connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, cached_statements=400, factory=_Connection
        )
        connection.file = _file(path)
        _in_use[connection.file] += 1
    return connection


def _file(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return found.st_dev, found.st_ino


def _prepare(connection: sqlite3.Connection, path: Path, *, create: bool) -> None:
    version = schema.version_of(connection, path)
    if version == 0 and not create:
        raise StoreBroken("this store was never set up", thing=str(path), next_step="Run `crmsync init`")
    if version == 0:
        _write_ahead(connection)
    if version < schema.VERSION:
        schema.migrate(connection, path)
    like.install(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA recursive_triggers = ON")  # or REPLACE would get past the append-only triggers
    connection.execute("PRAGMA cache_size = -16000")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    connection.execute("PRAGMA wal_autocheckpoint = 4000")  # pages, or 16 MB: a page written often is copied once
    connection.execute("PRAGMA temp_store = MEMORY")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turns write-ahead logging on. SQLite does not wait for others before this one step, so we do."""
    patience = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                raise
            time.sleep(0.01)


def _look_at_header(path: Path) -> None:
    """Refuses what is plainly not ours without SQLite touching it (it would replay a journal lying beside it)."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreBroken(f"it cannot be read ({error.strerror})", thing=str(path)) from error
    if header and (len(header) < 100 or not header.startswith(_MAGIC)):
        raise StoreBroken("this is not a database, or its start was overwritten", thing=str(path), next_step=_REBUILD)
    application = int.from_bytes(header[_APPLICATION_ID_AT : _APPLICATION_ID_AT + 4])
    if application not in (0, schema.APPLICATION_ID):  # 0: made just now, and still in the WAL
        raise StoreBroken(
            "this is a database of another program", thing=str(path), next_step="Choose another CRMSYNC_HOME"
        )


_REBUILD = "Nothing was changed in it. Restore a backup, or move it away and set up again: the remotes still have all"


def _keep_private(path: Path) -> None:
    for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        try:
            if file.stat().st_mode & 0o077:
                file.chmod(0o600)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise StoreBroken(
                f"others can read it, and that cannot be changed ({error.strerror})", thing=str(file)
            ) from error


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns what SQLite raises into our tree: a foreign exception never leaves the store."""
    try:
        yield
    except sqlite3.Error as error:
        raise _ours(error, path) from error
    except UnicodeDecodeError as error:  # SQLite's own message quoted bytes of the damaged file
        raise StoreBroken("the store is damaged", thing=str(path), next_step=_REBUILD) from error


def _ours(error: sqlite3.Error, path: Path) -> CrmsyncError:
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Busy("another process is writing to the store", thing=str(path), next_step="Try again in a moment")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return StoreBroken(f"the store is damaged ({error})", thing=str(path), next_step=_REBUILD)
        case sqlite3.SQLITE_FULL:
            return Halt(
                "no room is left on the disk; nothing was half written",
                thing=str(path),
                next_step="Free some space and run it again",
            )
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return Halt(
                f"the disk did not do what it was asked ({error})",
                thing=str(path),
                next_step="Check the disk and the rights on the folder",
            )
        case sqlite3.SQLITE_INTERRUPT:
            return Interrupted("the question was taken back", thing=str(path))
        case _ if str(error).startswith("Could not decode"):  # by Python; the message holds the text, so it stays here
            return StoreBroken("a text in the store is damaged", thing=str(path), next_step=_REBUILD)
        case _:
            return Bug(f"the store refused a statement of ours ({error})", thing=str(path))


@contextmanager
def writing(connection: sqlite3.Connection, path: Path, *, durable: bool) -> Iterator[None]:
    """One write transaction: all of it or nothing. `durable`: on the disk before this returns."""
    _must_be_idle(connection)
    with translated(path):
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def reading(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """One snapshot: whatever others write meanwhile is not seen."""
    _must_be_idle(connection)
    with translated(path):
        connection.execute("BEGIN")
        try:
            yield
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def _must_be_idle(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        raise Bug("a transaction or view of this store is still open")
