"""Files that somebody asked for: there as a whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from crmsync.errors import Usage


def write(path: Path, parts: Iterable[bytes]) -> None:
    """A file appears whole or not at all; one that was there before is replaced only by a whole one."""
    if path.exists() and not path.is_file():  # a pipe, a device
        with path.open("wb") as out:
            out.writelines(parts)
        return
    if not path.parent.is_dir():
        raise Usage("there is no such folder", thing=str(path.parent))
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("xb") as out:
            out.writelines(parts)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
