"""Imports what is put into the drop folder, in a thread of its own: nothing else of the daemon waits for it.

The system tells when something happens there (watchfiles); a look every half minute finds what it did not tell, and
on a file system of another machine, whose changes nobody tells us, the looks are all there is. A file is imported when
two looks, two seconds apart, found it unchanged.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from crmsync.config import Config
from crmsync.connectors.base import Settings
from crmsync.connectors.file_set import FileSet
from crmsync.desk import Desk
from crmsync.errors import CrmsyncError, Moved, Refused, Retry
from crmsync.home import FOLDER_MODE, Home
from crmsync.importing import import_files, our_turn
from crmsync.model import FILES
from crmsync.safe import safe
from crmsync_daemon.drop_folder import DONE, FAILED, DropFolder, Dropped, Look
from crmsync_daemon.redact import told

log = logging.getLogger("crmsync")

SETTLED = 2.0
_EVERY, _EVERY_REMOTE = 30.0, 5.0
_STARTING = 10.0
"""Seconds in which the system may not tell yet what happens in a folder that is new to us."""
_EMPTY = 60.0
"""Seconds that an empty folder stays: whoever copies a tree makes folders before their files."""
_FILES, _BYTES = 200, 32 * 1024**2
"""What is imported in one go: one run in the journal, and so much on the disk once more."""
_REMOTE = ("nfs", "cifs", "smb", "9p", "fuse.sshfs", "fuse.rclone", "davfs", "afs", "ceph", "glusterfs", "vboxsf")


class Watcher(threading.Thread):
    """Runs until `leave`. `message` is what a person has to mend, or empty; `config` holds from the next import on."""

    def __init__(self, home: Home, path: Path, config: Config) -> None:
        super().__init__(name="drop folder", daemon=True)
        self.folder = DropFolder(path)
        self.config = config
        self.message = ""
        self.waiting = self.failed = 0
        self._home = home
        self._staging = home.store.parent / "running" / "drop"
        self._leaving = threading.Event()
        self._wake = threading.Event()
        self._seen: dict[tuple[str, ...], tuple[Look, float]] = {}
        self._stuck: dict[tuple[str, ...], Look] = {}
        self._away = {DONE: 0, FAILED: 0}
        self._listens_since = time.monotonic()
        self._told: threading.Event | None = None
        self._watched: tuple[int, int] | None = None

    def leave(self, seconds: float) -> bool:
        """Asks it to end after what it is at, and waits."""
        self._leaving.set()
        self._wake.set()
        if self._told is not None:
            self._told.set()
        self.join(seconds)
        return not self.is_alive()

    def run(self) -> None:
        """Looks, imports, waits."""
        self.folder.make()
        every = _EVERY_REMOTE if is_remote(self.folder.path) else _EVERY
        while not self._leaving.is_set():
            if every == _EVERY:
                self._listen()
            self._wake.clear()
            pause = every
            try:
                self.look()
                self._say("")
                new = time.monotonic() - self._listens_since < _STARTING
                pause = SETTLED if self._seen or new else every
            except CrmsyncError as error:
                if not self._leaving.is_set():
                    self._say(f"drop folder: {error}", told(error))
            except Exception:
                log.exception("drop folder: a fault of our own")
            self._wake.wait(pause)

    def look(self) -> None:
        """Imports what has settled since the last look."""
        found = self.folder.scan()
        self._stuck = {one.parts: one.look for one in found if self._stuck.get(one.parts) == one.look}
        found = [one for one in found if one.parts not in self._stuck]
        now = time.monotonic()
        seen = {}
        ripe: list[Dropped] = []
        for one in found:
            look, since = self._seen.get(one.parts, (None, now))
            if look == one.look and now - since >= SETTLED:
                ripe.append(one)
            else:
                seen[one.parts] = (one.look, since if look == one.look else now)
        self.waiting = len(found) + len(self._stuck)
        for batch in _batches(ripe):
            if self._leaving.is_set():
                return
            self._away = {DONE: 0, FAILED: 0}
            self._import(batch)
            level = logging.WARNING if self._away[FAILED] else logging.INFO
            log.log(level, "drop folder: %d files imported, %d failed", self._away[DONE], self._away[FAILED])
            self.waiting -= len(batch)
        self._seen = seen
        self.failed = self.folder.failed()
        self.folder.tidy(time.time() - _EMPTY)

    def _import(self, batch: Sequence[Dropped]) -> None:
        shutil.rmtree(self._staging, ignore_errors=True)  # a daemon that was killed leaves its copies
        self._staging.mkdir(mode=FOLDER_MODE, parents=True)
        try:
            files: dict[Path, Dropped] = {}
            for number, one in enumerate(batch):
                copy = self._staging / f"{number}{one.ending}"
                try:
                    self.folder.fetch(one, copy)
                    files[copy] = one
                except Refused as error:
                    self._put_away(one, FAILED, _text(one, error.what, error.next_step))
                except Moved:
                    continue  # looked at again
            self._bring_in(files)
        finally:
            shutil.rmtree(self._staging, ignore_errors=True)

    def _bring_in(self, files: dict[Path, Dropped]) -> None:
        if not files:
            return
        try:
            outcome = self._read(files)
        except CrmsyncError:
            raise
        except Exception as error:
            log.exception("drop folder: a fault of our own")
            if len(files) > 1:  # one of them is to blame, and the others are not to wait for it
                for copy, one in files.items():
                    self._bring_in({copy: one})
                return
            (one,) = files.values()
            what = f"crmsync could not cope with it ({type(error).__name__})"
            self._put_away(one, FAILED, _text(one, what, "Please report this as a fault"))
            return
        for copy, one in files.items():
            items, parked = outcome[copy]
            self._put_away(one, *_verdict(one, items, parked))

    def _read(self, files: dict[Path, Dropped]) -> dict[Path, tuple[int, list[str]]]:
        """By file: how many items were in it, and why some of them were parked."""
        desk = Desk(self._home, "", "import from the drop folder", "daemon", self.config)
        try:
            with our_turn(self._home, self._step):
                names = {copy: one.name for copy, one in files.items()}
                with FileSet(Settings(), list(files), names) as read:
                    import_files(desk, read, self._step)
                with desk.store.view() as view:
                    account = view.accounts.get(FILES)
                    places = [one.id for one in view.collections.of(account.id)]
                    found = {}
                    for copy, hrefs in read.within.items():
                        parked = (view.parked.find(place, href) for href in hrefs for place in places)
                        found[copy] = (len(hrefs), [one.reason for one in parked if one is not None])
                return found
        finally:
            desk.close()

    def _step(self, _step: str = "", _done: int = 0, _total: int | None = None) -> None:
        if self._leaving.is_set():
            raise Retry("the daemon was stopped in the middle; the next one imports these files again")

    def _put_away(self, one: Dropped, place: str, reason: str) -> None:
        try:
            self.folder.put_away(one, place, reason)
        except Moved:
            return  # it is another file by now, and has its own turn
        except OSError as error:
            self._stuck[one.parts] = one.look
            log.warning("drop folder: a file cannot be moved to %s: %s", place, error.strerror)
            return
        self._away[place] += 1

    def _say(self, message: str, logged: str = "") -> None:
        """`logged`: the same without what a person could be known by; a log is sent around."""
        if message and message != self.message:
            log.warning("drop folder: %s", logged)
        self.message = message

    def _listen(self) -> None:
        """Has the system tell of the folder that is there now."""
        identity = self.folder.identity()
        if identity == self._watched:
            return
        if self._told is not None:
            self._told.set()
        self._watched, self._told = identity, None
        self._listens_since = time.monotonic()
        if identity is not None:
            self._told = stop = threading.Event()
            threading.Thread(target=self._listener, args=[stop], name="drop folder events", daemon=True).start()

    def _listener(self, stop: threading.Event) -> None:
        from watchfiles import watch

        root = self.folder.path
        ours = tuple(str(root / name) for name in (DONE, FAILED))
        try:
            for _ in watch(
                root, watch_filter=lambda _, path: not path.startswith(ours), stop_event=stop, step=500,
                rust_timeout=10_000, raise_interrupt=False,
            ):  # fmt: skip
                self._wake.set()
        except (OSError, RuntimeError) as error:  # no room for another watch, or the folder is gone again
            log.info("drop folder: looked at every %d s only: %s", _EVERY, type(error).__name__)


def _batches(ripe: Sequence[Dropped]) -> Iterator[list[Dropped]]:
    batch: list[Dropped] = []
    size = 0
    for one in sorted(ripe, key=lambda one: one.look.changed):  # of two exports of one thing the newer one comes last
        if batch and (len(batch) == _FILES or size + one.look.size > _BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += one.look.size
    if batch:
        yield batch


def _verdict(one: Dropped, items: int, parked: Sequence[str]) -> tuple[str, str]:
    if not items:
        return FAILED, _text(one, "there is nothing in it that crmsync reads", "Export it again, or look into it")
    if not parked:
        return DONE, ""
    what = f"{len(parked):,} of {items:,} items could not be read, the first one because: {parked[0]}"
    next_step = "See them with `crmsync parked list`; the file can be mended and put into the drop folder again"
    return (FAILED if len(parked) >= items else DONE), _text(one, what, next_step)


def _text(one: Dropped, what: str, next_step: str) -> str:
    return f"What: {one.name}\nWhy: {safe(what)}\nNext: {safe(next_step)}\n"


def is_remote(path: Path, mounts: Path = Path("/proc/self/mountinfo")) -> bool:
    """Whether it lies on a file system whose changes the system does not tell (proc(5): point is field 5)."""
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return False
    real, best, kind = path.resolve(), Path(), ""
    for line in lines:
        front, _, back = line.partition(" - ")
        point = Path(front.split()[4].encode("utf-8", "surrogateescape").decode("unicode_escape", "replace"))
        if real.is_relative_to(point) and len(point.parts) >= len(best.parts):
            best, kind = point, back.split()[0]
    return kind.startswith(_REMOTE)
