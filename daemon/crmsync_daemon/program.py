"""Which file a service manager is to start, and whether that file will still be there next month."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from crmsync.errors import Usage

_CACHES = {".cache", "Caches", ".tox", ".nox", "build", "dist", "node_modules"}
"""Folders below the user's own whose content is thrown away by whoever made it."""

_STAY = (
    "Install it where it stays, with `pipx install crmsync` or `uv tool install crmsync`, and run this from there,"
    " or name another program with --program PATH"
)


def program() -> list[str]:
    """How this very crmsync is started: by its script, as the PATH has it where it is the same, else by Python."""
    beside = Path(sys.executable).parent / "crmsync"
    if not beside.exists():
        return [sys.executable, "-m", "crmsync"]
    on_path = shutil.which("crmsync")
    if on_path is not None and Path(on_path).is_absolute() and Path(on_path).resolve() == beside.resolve():
        return [on_path]  # a link that an update of pipx or uv keeps, while the environment may move
    return [str(beside)]


def refuse_what_goes(words: Sequence[str], environ: Mapping[str, str], user: Path) -> None:
    """Raises `Usage` when the program or its environment lies in a cache, a build or a temporary folder."""
    for path in (Path(words[0]), Path(words[0]).resolve(), Path(sys.prefix)):
        why = thrown_away(path, environ, user)
        if why:
            raise Usage(f"it lies in {why}, and would be gone one day", thing=str(path), next_step=_STAY)


def thrown_away(path: Path, environ: Mapping[str, str], user: Path) -> str:
    """What kind of folder without a future a path lies in; empty for none. `user` is the user's own folder."""
    for name in ("UV_CACHE_DIR", "XDG_CACHE_HOME", "PIP_CACHE_DIR"):
        folder = environ.get(name, "")
        if folder and path.is_relative_to(folder):
            return f"the cache {folder}"
    for folder in (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm", "/private/tmp", "/var/folders"):  # noqa: S108
        if path.is_relative_to(folder):
            return f"the temporary folder {folder}"
    if path.is_relative_to(user):
        found = next((part for part in path.relative_to(user).parts if part in _CACHES), "")
        return f'the folder "{found}" of a cache or a build' if found else ""
    return ""


def refuse_homes(words: Sequence[str]) -> None:
    """Raises `Usage` when a service of the system could not see the program."""
    path = Path(words[0]).resolve()
    if any(path.is_relative_to(folder) for folder in ("/home", "/root", "/run/user")):
        raise Usage(
            "a service of the system sees no home folders",
            thing=str(path),
            next_step="Install it for all, as in `python3 -m venv /opt/crmsync`, and name it with --program PATH",
        )
