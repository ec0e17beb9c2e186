"""What `doctor` asks the machine: is the daemon of this version, its service current, and may it watch folders?"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from crmsync import __version__
from crmsync.daemon_lock import running
from crmsync.desk import Desk
from crmsync.errors import CrmsyncError

INOTIFY = Path("/proc/sys/fs/inotify")
_LEAST = {"max_user_watches": 8192, "max_user_instances": 64}


def checks(desk: Desk, *, fix: bool) -> Iterator[tuple[str, bool, str]]:
    """What was looked at, whether it is well, and what was found or is to be done."""
    yield ("daemon", *_daemon(desk))
    yield ("service", *_service(desk, fix=fix))
    if INOTIFY.is_dir():
        yield ("inotify", *_inotify())


def _daemon(desk: Desk) -> tuple[bool, str]:
    found = running(desk.home)
    if found is None:
        return True, "none runs"
    if found.version != __version__:
        old = found.version or "an older version"
        return False, f"{old} runs, this is {__version__}; stop it with `crmsync daemon stop` and start it again"
    return True, f"runs, process {found.pid}"


def _service(desk: Desk, *, fix: bool) -> tuple[bool, str]:
    installed = import_module("crmsync_daemon.installed")
    manager = installed.Manager.LAUNCHD if sys.platform == "darwin" else installed.Manager.USER
    try:
        service = installed.present(desk.home, os.environ, manager)
        found = service.found()
        if found is installed.Found.OUTDATED and fix:
            service.write()
            return True, f"{service.path}: written anew; `crmsync service install` starts it again"
    except CrmsyncError as error:
        return False, str(error)
    if found is installed.Found.OUTDATED:
        return False, f"{service.path}: of another version; `crmsync doctor --fix` writes it anew"
    return True, str(found)


def _inotify() -> tuple[bool, str]:
    for name, least in _LEAST.items():
        try:
            limit = int((INOTIFY / name).read_text())
        except (OSError, ValueError):
            continue
        if limit < least:
            return False, f"{name} is {limit}; `sudo sysctl fs.inotify.{name}={least}`"
    return True, "enough"
