"""One process at a time: a file that is locked for as long as its owner lives, whatever ends it.

The lock is the kernel's (flock), not the file: one that a killed process left behind locks nobody out. Whoever only
wants to know who has it reads the file and locks nothing, so that a look keeps nobody from taking it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crmsync.home import FILE_MODE, FOLDER_MODE
from crmsync.process import start_of


class Lock:
    """A lock in a file, which says in JSON who has it; not taken before `take`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def take(self, **says: Any) -> bool:
        """Takes it if nobody has it, and writes there who it is: our process number, and what `says`."""
        self._path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(self._path, flags, FILE_MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        self.say(**says)
        return True

    def say(self, **says: Any) -> None:
        """Writes anew what whoever looks is to know. Only for the owner. On a full disk the old text stays, or none."""
        assert self._descriptor is not None
        text = json.dumps({"pid": os.getpid(), "start": start_of(os.getpid()), **says}).encode()
        with contextlib.suppress(OSError):
            os.pwrite(self._descriptor, text, 0)
            os.ftruncate(self._descriptor, len(text))

    def release(self) -> None:
        """Lets others have it. The file stays: to remove it would let two processes lock two files of one name."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def owner(self) -> Mapping[str, Any] | None:
        """What the process that has it says; `None` when nobody has it. Takes nothing."""
        try:
            text = self._path.read_bytes()
        except OSError:
            return None
        try:
            said = json.loads(text or b"null")
            return said if said and start_of(said["pid"]) == said["start"] else None
        except (ValueError, TypeError, KeyError):  # it is being written
            return {}
