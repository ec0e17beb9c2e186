"""Where crmsync keeps its things on this machine, and that nobody else can read them.

`CRMSYNC_HOME=DIR` or `--home DIR` puts everything into DIR; otherwise the XDG base directories are used
(freedesktop.org basedir-spec 0.8: config, data and state apart). Folders are 0700, files 0600.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from crmsync.errors import BadConfig

FOLDER_MODE = 0o700
FILE_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Home:
    """The places of one installation. None of them needs to exist before `create`."""

    config: Path
    store: Path
    secrets: Path
    attachments: Path
    logs: Path

    def folders(self) -> tuple[Path, ...]:
        """Every folder of ours, outermost first, each once."""
        named = (self.config.parent, self.store.parent, self.secrets.parent, self.attachments, self.logs)
        return tuple(dict.fromkeys(named))

    def as_options(self) -> list[str]:
        """What a command of ours is started with to find this home; nothing where the environment says it."""
        folder = self.store.parent
        return ["--home", str(folder)] if self.config.parent == folder else []

    def exists(self) -> bool:
        """Whether `crmsync init` has been here."""
        return self.store.exists()

    def create(self) -> tuple[Path, ...]:
        """Makes the folders, 0700. Returns those that were there, empty and open to others, and are now closed.

        Raises `BadConfig` for a folder that is open to others and already holds something: it may not be ours to close.
        """
        closed = []
        for folder in self.folders():
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
            except OSError as error:
                raise BadConfig(
                    f"cannot make this folder: {error.strerror}",
                    thing=str(folder),
                    next_step="Choose another place with --home DIR or CRMSYNC_HOME",
                ) from error
            if not is_open(folder):
                continue
            if any(folder.iterdir()):
                raise _too_open(folder)
            folder.chmod(FOLDER_MODE)
            closed.append(folder)
        return tuple(closed)

    def refuse_open(self) -> None:
        """Raises `BadConfig` when somebody else could read the store, the secrets or the config."""
        for path in self.open_to_others():
            raise _too_open(path)

    def open_to_others(self) -> Iterator[Path]:
        """Whatever of ours is readable or writable by the group or by others."""
        files = (self.config, self.store, self.secrets)
        for folder in dict.fromkeys(file.parent for file in files if file.exists()):
            if is_open(folder):
                yield folder
        for file in files:
            if file.exists() and is_open(file):
                yield file

    def close_to_others(self) -> tuple[Path, ...]:
        """Takes the rights of group and others away from what is ours; returns what was changed."""
        changed = []
        for path in list(self.open_to_others()):
            path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
            changed.append(path)
        return tuple(changed)


def find(chosen: str | None, environ: Mapping[str, str]) -> Home:
    """The home that `--home` (`chosen`), CRMSYNC_HOME or the XDG variables name, in this order."""
    folder = chosen or environ.get("CRMSYNC_HOME")
    if folder:
        return at(Path(folder).expanduser().absolute())
    data = _xdg(environ, "XDG_DATA_HOME", ".local/share")
    return Home(
        config=_xdg(environ, "XDG_CONFIG_HOME", ".config") / "config.toml",
        store=data / "crmsync.db",
        secrets=data / "secrets.json",
        attachments=data / "attachments",
        logs=_xdg(environ, "XDG_STATE_HOME", ".local/state") / "logs",
    )


def at(folder: Path) -> Home:
    """A home with everything in one folder."""
    return Home(
        config=folder / "config.toml",
        store=folder / "crmsync.db",
        secrets=folder / "secrets.json",
        attachments=folder / "attachments",
        logs=folder / "logs",
    )


def is_open(path: Path) -> bool:
    """Whether anybody but the owner has a right on this path."""
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def write_private(path: Path, text: str) -> None:
    """Replaces a file as a whole, readable by its owner only from its first moment on."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, FILE_MODE)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            os.fchmod(out.fileno(), FILE_MODE)
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _xdg(environ: Mapping[str, str], variable: str, default: str) -> Path:
    chosen = environ.get(variable, "")
    # The specification: a relative path in one of these variables is invalid and is to be ignored.
    base = Path(chosen) if chosen.startswith("/") else Path.home() / default
    return base / "crmsync"


def _too_open(path: Path) -> BadConfig:
    mode = "700" if path.is_dir() else "600"
    return BadConfig(
        "other users of this machine can read or change it",
        thing=str(path),
        next_step=f"Run `chmod {mode} {path}`, or `crmsync doctor --fix`, or choose a folder of its own",
    )
